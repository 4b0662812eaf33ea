//! Where each action leads.

use super::fill;

group! {
    open, close, title, from, hold, hold_once, hold_frames, choose, waiting, time_runs, there,
}

pub(super) const EN: Texts = Texts {
    open: "What could happen?",
    close: "Close",
    title: "All futures",
    from: "Where each action leads from this frame, with the same luck. Looking changes nothing; choose one to go there.",
    hold: "Each action",
    hold_once: "pressed once",
    hold_frames: "held for {} frames",
    choose: "{}: go there",
    waiting: "…",
    time_runs: "Stop time to see where each action leads.",
    there: "{} futures are there to choose from.",
};

pub(super) const DE: Texts = Texts {
    open: "Was könnte geschehen?",
    close: "Schließen",
    title: "Alle Zukünfte",
    from: "Wohin jede Aktion von diesem Bild aus führt, mit demselben Glück. Hinsehen ändert nichts; wähle eine, um dorthin zu gehen.",
    hold: "Jede Aktion",
    hold_once: "einmal gedrückt",
    hold_frames: "{} Bilder lang gehalten",
    choose: "{}: dorthin gehen",
    waiting: "…",
    time_runs: "Halte die Zeit an, um zu sehen, wohin jede Aktion führt.",
    there: "{} Zukünfte stehen zur Wahl.",
};

impl Texts {
    /// For how many frames an action is held.
    pub fn held(&self, frames: usize) -> String {
        match frames {
            1 => self.hold_once.to_owned(),
            frames => fill(self.hold_frames, &[&frames.to_string()]),
        }
    }

    /// A future, as a choice.
    pub fn choose(&self, action: &str) -> String {
        fill(self.choose, &[action])
    }

    /// How many there are.
    pub fn there(&self, futures: usize) -> String {
        fill(self.there, &[&futures.to_string()])
    }
}
