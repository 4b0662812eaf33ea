//! What the page says of links, of files of a play, and of worlds of the visitor's.

use super::fill;
use crate::protocol::ExportKind;
use crate::state::own::{LARGEST, Measure};

group! {
    // Links
    share, share_more, prompt_only, with_play, frames_in_link, link, copy, copied, copy_by_hand, send, qr,
    qr_label, qr_too_long, long_link, too_long,
    pilot_shared, pilot_is_shared, play_over,
    // Links that lead nowhere
    bad_link, damaged, newer, unknown, no_address, no_world, no_world_more, other_version,
    // Files of a play
    save, save_more, save_gif, save_film, save_sheet, save_prompt, save_actions, making, frames_done,
    filming, stop, saved, failed_export, film_failed, film_empty,
    // Worlds of the visitor's
    kept_worlds, kept_more, play_kept, forget, forget_which, by_address, address, look, consent_asking, consent_bytes,
    consent_unknown, consent_refused, consent_unreachable, consent_large, consent_more, fetch, decline,
}

pub(super) const EN: Texts = Texts {
    share: "Share",
    share_more: "The link holds the picture itself and, if you like, what was done. Nothing is uploaded.",
    prompt_only: "The picture only",
    with_play: "With my play",
    frames_in_link: "{} frames",
    link: "Link",
    copy: "Copy link",
    copied: "The link is copied.",
    copy_by_hand: "The link is selected: copy it with the keyboard or the menu.",
    send: "Send…",
    qr: "QR code",
    qr_label: "QR code of the link",
    qr_too_long: "This play is too long for a QR code; the picture alone fits.",
    long_link: "This link has {} characters. Some messengers cut long links off.",
    too_long: "This play is too long for a link. Share the picture only, or save a file.",
    pilot_shared: "The link",
    pilot_is_shared: "The play of the link runs.",
    play_over: "The play of the link is over. Go on from here.",

    bad_link: "This link does not work.",
    damaged: "a part of it is missing or was changed on the way. Ask for it once more; or start from one of the pictures",
    newer: "it was made by a later version of this page. Reload the page, or start from one of the pictures",
    unknown: "it is none that this page knows. Start from one of the pictures",
    no_address: "a world's address begins with https:// and names a file",
    no_world: "The world of this link is not here.",
    no_world_more: "it is for “{}”. Open the file of that world, and the link goes on; or start from one of the pictures",
    other_version: "it was made with another version of “{}”, in which its picture would look different. Start from one of the pictures",

    save: "Save the play",
    save_more: "From the first picture to the frame on the screen.",
    save_gif: "Animated picture (GIF)",
    save_film: "Film",
    save_sheet: "Sheet of frames (PNG)",
    save_prompt: "First picture (PNG)",
    save_actions: "What was done (text)",
    making: "The file is being made.",
    frames_done: "{} of {} frames",
    filming: "Recording: {} of {} frames",
    stop: "Stop",
    saved: "Saved: {}, {}.",
    failed_export: "The file could not be made.",
    film_failed: "this browser's recorder gave up; an animated picture may work",
    film_empty: "this browser's recorder gave back nothing; an animated picture may work",

    kept_worlds: "Your worlds",
    kept_more: "Kept on this device, also for visits without a network.",
    play_kept: "Play {} ({})",
    forget: "Forget",
    forget_which: "Forget {}",
    by_address: "A world from elsewhere",
    address: "Address of a world file",
    look: "Look",
    consent_asking: "Asking {} how large the world is…",
    consent_bytes: "Fetch this world from {}? It has {}.",
    consent_unknown: "Fetch this world from {}? Its server does not say how large it is.",
    consent_refused: "{} does not have this world (answer {}). Is the address right?",
    consent_unreachable: "{} can't be reached, or does not allow other pages to have its files.",
    consent_large: "The world at {} has {}; no more than {} can be used.",
    consent_more: "That server then knows your network address, as with any page. The world stays on this device.",
    fetch: "Fetch and play",
    decline: "No",
};

pub(super) const DE: Texts = Texts {
    share: "Teilen",
    share_more: "Der Link enthält das Bild selbst und, wenn du magst, was getan wurde. Hochgeladen wird nichts.",
    prompt_only: "Nur das Bild",
    with_play: "Mit meinem Spiel",
    frames_in_link: "{} Bilder",
    link: "Link",
    copy: "Link kopieren",
    copied: "Der Link ist kopiert.",
    copy_by_hand: "Der Link ist markiert: Kopiere ihn mit der Tastatur oder dem Menü.",
    send: "Senden…",
    qr: "QR-Code",
    qr_label: "QR-Code des Links",
    qr_too_long: "Dieses Spiel ist zu lang für einen QR-Code; das Bild allein passt.",
    long_link: "Dieser Link hat {} Zeichen. Manche Messenger schneiden lange Links ab.",
    too_long: "Dieses Spiel ist zu lang für einen Link. Teile nur das Bild, oder speichere eine Datei.",
    pilot_shared: "Der Link",
    pilot_is_shared: "Das Spiel des Links läuft.",
    play_over: "Das Spiel des Links ist zu Ende. Mach hier weiter.",

    bad_link: "Dieser Link geht nicht.",
    damaged: "Ein Teil fehlt oder wurde unterwegs verändert. Lass ihn dir noch einmal geben; oder fang mit einem der Bilder an",
    newer: "Er stammt von einer neueren Version dieser Seite. Lade die Seite neu, oder fang mit einem der Bilder an",
    unknown: "Diese Seite kennt ihn nicht. Fang mit einem der Bilder an",
    no_address: "Die Adresse einer Welt beginnt mit https:// und nennt eine Datei",
    no_world: "Die Welt dieses Links ist nicht da.",
    no_world_more: "Er gehört zu „{}“. Öffne die Datei dieser Welt, dann geht es mit dem Link weiter; oder fang mit einem der Bilder an",
    other_version: "Er wurde mit einer anderen Version von „{}“ gemacht, in der sein Bild anders aussähe. Fang mit einem der Bilder an",

    save: "Spiel speichern",
    save_more: "Vom ersten Bild bis zu dem auf dem Bildschirm.",
    save_gif: "Bewegtes Bild (GIF)",
    save_film: "Film",
    save_sheet: "Bogen aller Bilder (PNG)",
    save_prompt: "Erstes Bild (PNG)",
    save_actions: "Was getan wurde (Text)",
    making: "Die Datei entsteht.",
    frames_done: "{} von {} Bildern",
    filming: "Aufnahme: {} von {} Bildern",
    stop: "Abbrechen",
    saved: "Gespeichert: {}, {}.",
    failed_export: "Die Datei ließ sich nicht machen.",
    film_failed: "Der Rekorder dieses Browsers hat aufgegeben; ein bewegtes Bild geht vielleicht",
    film_empty: "Der Rekorder dieses Browsers gab nichts zurück; ein bewegtes Bild geht vielleicht",

    kept_worlds: "Deine Welten",
    kept_more: "Auf diesem Gerät gespeichert, auch für Besuche ohne Netz.",
    play_kept: "{} spielen ({})",
    forget: "Vergessen",
    forget_which: "{} vergessen",
    by_address: "Eine Welt von anderswo",
    address: "Adresse einer Weltdatei",
    look: "Nachsehen",
    consent_asking: "{} wird gefragt, wie groß die Welt ist…",
    consent_bytes: "Diese Welt von {} holen? Sie hat {}.",
    consent_unknown: "Diese Welt von {} holen? Der Server sagt nicht, wie groß sie ist.",
    consent_refused: "{} hat diese Welt nicht (Antwort {}). Stimmt die Adresse?",
    consent_unreachable: "{} ist nicht zu erreichen oder lässt andere Seiten nicht an seine Dateien.",
    consent_large: "Die Welt bei {} hat {}; mehr als {} sind nicht möglich.",
    consent_more: "Dieser Server kennt dann deine Netzadresse, wie bei jeder Seite. Die Welt bleibt auf diesem Gerät.",
    fetch: "Holen und spielen",
    decline: "Nein",
};

impl Texts {
    /// A link whose world the page doesn't have.
    pub fn no_world_more(&self, world: &str) -> String {
        fill(self.no_world_more, &[world])
    }

    /// A link for a world that has been trained anew.
    pub fn other_version(&self, world: &str) -> String {
        fill(self.other_version, &[world])
    }

    /// How much of a play a link holds.
    pub fn frames_in_link(&self, frames: usize) -> String {
        fill(self.frames_in_link, &[&frames.to_string()])
    }

    /// A link that some will cut off.
    pub fn long_link(&self, length: usize) -> String {
        fill(self.long_link, &[&length.to_string()])
    }

    /// A kind of file.
    pub fn export_kind(&self, kind: ExportKind) -> &'static str {
        match kind {
            ExportKind::Gif => self.save_gif,
            ExportKind::Film => self.save_film,
            ExportKind::Sheet => self.save_sheet,
            ExportKind::Prompt => self.save_prompt,
        }
    }

    /// How far a file is.
    pub fn frames_done(&self, done: usize, all: usize, filming: bool) -> String {
        let text = if filming {
            self.filming
        } else {
            self.frames_done
        };
        fill(text, &[&done.to_string(), &all.to_string()])
    }

    /// A file is there.
    pub fn saved(&self, texts: &super::Texts, name: &str, bytes: u64) -> String {
        fill(self.saved, &[name, &texts.bytes(bytes)])
    }

    /// A world that is kept, as a button.
    pub fn play_kept(&self, texts: &super::Texts, name: &str, bytes: u64) -> String {
        fill(self.play_kept, &[name, &texts.bytes(bytes)])
    }

    /// To keep a world no longer.
    pub fn forget_which(&self, name: &str) -> String {
        fill(self.forget_which, &[name])
    }

    /// What a server says of a world before it is fetched.
    pub fn consent(&self, texts: &super::Texts, host: &str, size: Measure) -> String {
        match size {
            Measure::Asking => fill(self.consent_asking, &[host]),
            Measure::Bytes(bytes) if bytes > LARGEST => {
                let [bytes, most] = [bytes, LARGEST].map(|n| texts.bytes(n));
                fill(self.consent_large, &[host, &bytes, &most])
            }
            Measure::Bytes(bytes) => fill(self.consent_bytes, &[host, &texts.bytes(bytes)]),
            Measure::Unknown => fill(self.consent_unknown, &[host]),
            Measure::Refused(status) => fill(self.consent_refused, &[host, &status.to_string()]),
            Measure::Unreachable => fill(self.consent_unreachable, &[host]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_with_the_same_gaps() {
        for ((name, ours), (_, theirs)) in EN.all().iter().zip(DE.all()) {
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(ours), gaps(theirs), "{name}");
            assert!(!theirs.trim().is_empty(), "{name}");
            assert!(
                *ours != theirs || ["link", "save_film"].contains(name),
                "{name}"
            );
        }
    }
}
