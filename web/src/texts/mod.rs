//! What the page says. Words for a visitor, in one place and in each language: `en` and `de` hold
//! all of them, side by side. A gap to be filled is `{}`.
//!
//! What the model's own code says of a broken file or a lost device comes from there, in English.

/// A group of texts with a file of its own: its names; the file holds them in each language.
macro_rules! group {
    ($($name:ident),* $(,)?) => {
        /// The texts of this group in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "a text's name and the text itself say it")]
        pub struct Texts {
            $(pub $name: &'static str,)*
        }

        #[cfg(test)]
        impl Texts {
            /// Each text by its name.
            pub(super) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

mod de;
mod en;
pub mod futures;
pub mod how;
pub mod share;
pub mod studio;

use serde::{Deserialize, Serialize};

use crate::moves::{self, Kind};
use crate::protocol::{DeviceKind, DeviceReason, DeviceReport, Order, Stage, Task, WorldSummary};
use crate::state::PilotKind;

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its words.
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::De => &de::TEXTS,
        }
    }

    /// The first of a browser's languages (`de-AT`, `en`, …) that the page knows.
    pub fn choose<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        let known = |tag: &str| {
            let primary = tag.split(['-', '_']).next().unwrap_or_default();
            let same = |language: &Self| language.texts().tag.eq_ignore_ascii_case(primary);
            Self::ALL.into_iter().find(same)
        };
        tags.into_iter().find_map(known).unwrap_or_default()
    }
}

macro_rules! texts {
    ($($name:ident),* $(,)?) => {
        /// All that the page says in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "a text's name and the text itself say it")]
        pub struct Texts {
            $(pub $name: &'static str,)*
            pub futures: futures::Texts,
            pub how: how::Texts,
            pub sharing: share::Texts,
            pub studio: studio::Texts,
        }

        #[cfg(test)]
        impl Texts {
            /// Each text by its name.
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                let mut all = vec![$((stringify!($name), self.$name),)*];
                all.extend(self.futures.all());
                all.extend(self.how.all());
                all
            }
        }
    };
}

texts! {
    // The language itself
    tag, dir, language_name, language, decimal,
    // The page
    title, motto, privacy, after, paper, drop_here, footer_offline, footer_full,
    // The screen
    screen, frame_of, take_over, invitation, invitation_more, choose_picture, kept,
    // Loading
    stage_engine, stage_list, stage_world, stage_build, stage_kernels, part_of, kernels, per_second,
    // Playing
    play, found, dimmed, unused, action, back, restart, pause, resume, step, reseed, reseeded, full_screen,
    leave_full_screen, timeline, frame_number, lines, return_to, autopilot, taken_over, started,
    paused, running, at_frame,
    pilot_hand, pilot_random, pilot_recorded, pilot_is_hand, pilot_is_random, pilot_is_recorded,
    // The state of things
    status, frames_per_second, per_frame_ms, per_frame_s, ready, ready_choose,
    device_gpu, device_cpu, device_gpu_label, device_gpu_named, device_cpu_label,
    moved, lost,
    why_asked, why_gpu, why_no_webgpu, why_no_adapter, why_software, why_lost, why_broken,
    // Prompts and worlds
    start_from, own_picture_more, world, open_world,
    // Settings
    settings, steps, steps_more, temperature, temperature_more, order, order_more, order_halton,
    order_random, order_confidence, seed, seed_more, another_seed, device, device_more, device_auto,
    device_webgpu, device_only_cpu, pace, pace_more, pace_world, pace_fps, scaling, scaling_more,
    scaling_pixels, scaling_smooth, keys, keys_more,
    // Troubles
    bad_file, too_large, unreadable, worker_died, own_world_lost, own_world_replaced,
    failed_load, failed_start, failed_step, failed_seek, failed_return, failed_move,
    failed_settings, failed_bench, failed_thumbnails, failed_look, all_right, try_again, go_on,
    // The bench
    bench_title, bench_motto, measured, measuring, measuring_of,
    // Units
    bytes, kilobytes, megabytes,
}

/// One language's texts are the same as any other's of that language.
impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

/// `template` with its gaps filled, in order.
fn fill(template: &str, parts: &[&str]) -> String {
    let mut pieces = template.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for (i, piece) in pieces.enumerate() {
        filled.push_str(parts.get(i).copied().unwrap_or_default());
        filled.push_str(piece);
    }
    filled
}

impl Texts {
    /// `value` with so many digits after the decimal sign.
    pub fn number(&self, value: f64, digits: usize) -> String {
        format!("{value:.digits$}").replace('.', self.decimal)
    }

    /// What loading is busy with.
    pub fn stage(&self, stage: Stage) -> &'static str {
        match stage {
            Stage::Engine => self.stage_engine,
            Stage::List => self.stage_list,
            Stage::World => self.stage_world,
            Stage::Build => self.stage_build,
            Stage::Kernels => self.stage_kernels,
        }
    }

    /// How many of the graphics processor's kernels are there.
    pub fn kernels(&self, done: u64, all: u64) -> String {
        fill(self.kernels, &[&done.to_string(), &all.to_string()])
    }

    /// How many bytes of how many.
    pub fn part_of(&self, part: u64, all: u64) -> String {
        fill(self.part_of, &[&self.bytes(part), &self.bytes(all)])
    }

    /// Bytes a second.
    pub fn speed(&self, speed: f64) -> String {
        fill(self.per_second, &[&self.bytes(speed as u64)])
    }

    /// A number of bytes.
    pub fn bytes(&self, bytes: u64) -> String {
        match bytes {
            0..1_000 => fill(self.bytes, &[&bytes.to_string()]),
            1_000..1_000_000 => fill(self.kilobytes, &[&(bytes / 1_000).to_string()]),
            _ => fill(self.megabytes, &[&self.number(bytes as f64 / 1e6, 1)]),
        }
    }

    /// Frames a second.
    pub fn fps(&self, fps: f64) -> String {
        fill(self.frames_per_second, &[&self.number(fps, 0)])
    }

    /// Milliseconds a frame.
    pub fn per_frame(&self, ms: f64) -> String {
        match ms {
            ..10.0 => fill(self.per_frame_ms, &[&self.number(ms, 1)]),
            ..1000.0 => fill(self.per_frame_ms, &[&self.number(ms, 0)]),
            _ => fill(self.per_frame_s, &[&self.number(ms / 1000.0, 1)]),
        }
    }

    /// A world can be played.
    pub fn ready(&self, world: &WorldSummary, device: DeviceKind) -> String {
        let ready = fill(self.ready, &[&world.name, self.device_name(device)]);
        if world.gallery.is_empty() {
            format!("{ready} {}", self.ready_choose)
        } else {
            ready
        }
    }

    /// What the screen shows.
    pub fn frame_of(&self, index: usize, world: &str) -> String {
        fill(self.frame_of, &[&index.to_string(), world])
    }

    /// Where the play is.
    pub fn at_frame(&self, index: usize) -> String {
        fill(self.at_frame, &[&index.to_string()])
    }

    /// A place on the timeline.
    pub fn frame_number(&self, at: usize, all: usize) -> String {
        fill(self.frame_number, &[&at.to_string(), &all.to_string()])
    }

    /// Another seed is in use.
    pub fn reseeded(&self, seed: u32) -> String {
        fill(self.reseeded, &[&seed.to_string()])
    }

    /// To the end of a line that was left.
    pub fn return_to(&self, frame: usize) -> String {
        fill(self.return_to, &[&frame.to_string()])
    }

    /// The play goes on, on another device, as the visitor wished.
    pub fn moved(&self, device: DeviceKind) -> String {
        fill(self.moved, &[self.device_name(device)])
    }

    /// The play goes on, on another device, as the one before is gone.
    pub fn lost(&self, device: DeviceKind) -> String {
        fill(self.lost, &[self.device_name(device)])
    }

    /// Someone else plays.
    pub fn pilot(&self, kind: PilotKind) -> &'static str {
        match kind {
            PilotKind::Hand => self.pilot_is_hand,
            PilotKind::Random => self.pilot_is_random,
            PilotKind::Recorded => self.pilot_is_recorded,
            PilotKind::Shared => self.sharing.pilot_is_shared,
        }
    }

    /// A pilot, as a choice.
    pub fn pilot_label(&self, kind: PilotKind) -> &'static str {
        match kind {
            PilotKind::Hand => self.pilot_hand,
            PilotKind::Random => self.pilot_random,
            PilotKind::Recorded => self.pilot_recorded,
            PilotKind::Shared => self.sharing.pilot_shared,
        }
    }

    /// An order, as a choice.
    pub fn order_label(&self, order: Order) -> &'static str {
        match order {
            Order::Halton => self.order_halton,
            Order::Random => self.order_random,
            Order::Confidence => self.order_confidence,
        }
    }

    /// How far a bench is.
    pub fn measuring(&self, what: &str, done: usize, all: usize) -> String {
        match all {
            0 => fill(self.measuring, &[what]),
            all => fill(
                self.measuring_of,
                &[what, &done.to_string(), &all.to_string()],
            ),
        }
    }

    /// Why another world is there than the visitor's own.
    pub fn own_world_replaced(&self, name: &str) -> String {
        fill(self.own_world_replaced, &[name])
    }

    /// A file that has too many bytes.
    pub fn too_large(&self, size: u64, most: u64) -> String {
        fill(self.too_large, &[&self.bytes(size), &self.bytes(most)])
    }

    /// A file that can't be read.
    pub fn unreadable(&self, name: &str) -> String {
        fill(self.unreadable, &[name])
    }

    /// Where the actions and their names come from.
    pub fn actions(&self, names: &[String]) -> String {
        let unused = names.iter().any(|name| moves::kind(name) == Kind::Unused);
        if unused {
            format!("{} {}", self.found, self.dimmed)
        } else {
            self.found.to_owned()
        }
    }

    /// The name of an action on its button: a world may have none for it but its number.
    pub fn action(&self, name: &str, action: usize) -> String {
        if name.is_empty() || name.bytes().all(|b| b.is_ascii_digit()) {
            fill(self.action, &[&(action + 1).to_string()])
        } else {
            name.to_owned()
        }
    }

    /// What did not work.
    pub fn failed(&self, task: Task) -> &'static str {
        match task {
            Task::Load => self.failed_load,
            Task::Start => self.failed_start,
            Task::Step => self.failed_step,
            Task::Seek => self.failed_seek,
            Task::Return => self.failed_return,
            Task::Move => self.failed_move,
            Task::Settings => self.failed_settings,
            Task::Bench => self.failed_bench,
            Task::Thumbnails => self.failed_thumbnails,
            Task::Export => self.sharing.failed_export,
            Task::Look => self.failed_look,
        }
    }

    /// A device, in a sentence.
    pub fn device_name(&self, kind: DeviceKind) -> &'static str {
        match kind {
            DeviceKind::WebGpu => self.device_gpu,
            DeviceKind::Cpu => self.device_cpu,
        }
    }

    /// A device, as a label.
    pub fn device_label(&self, device: &DeviceReport) -> String {
        match device.kind {
            DeviceKind::WebGpu if device.adapter.is_empty() => self.device_gpu_label.into(),
            DeviceKind::WebGpu => fill(self.device_gpu_named, &[&device.adapter]),
            DeviceKind::Cpu => self.device_cpu_label.into(),
        }
    }

    /// Why a device is in use.
    pub fn device_reason(&self, device: &DeviceReport) -> String {
        match &device.reason {
            DeviceReason::Asked => self.why_asked.into(),
            DeviceReason::Gpu => self.why_gpu.into(),
            DeviceReason::NoWebGpu => self.why_no_webgpu.into(),
            DeviceReason::NoAdapter => self.why_no_adapter.into(),
            DeviceReason::Software => self.why_software.into(),
            DeviceReason::Lost => self.why_lost.into(),
            DeviceReason::Broken(why) => fill(self.why_broken, &[why]),
        }
    }
}

/// `text` as a sentence: a capital at its beginning, a full stop at its end.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    sentence.extend(letters);
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_languages_say_the_same_with_the_same_gaps() {
        let english = en::TEXTS.all();
        for language in Language::ALL {
            for ((name, ours), (_, theirs)) in english.iter().zip(language.texts().all()) {
                let gaps = |text: &str| text.matches("{}").count();
                assert_eq!(gaps(ours), gaps(theirs), "{name} in {language:?}");
                assert!(!theirs.trim().is_empty(), "{name} in {language:?}");
            }
        }
        // A copy that nobody translated would pass unseen.
        let german = de::TEXTS.all();
        let same = english.iter().zip(&german).filter(|(a, b)| a.1 == b.1);
        let same: Vec<_> = same.map(|(a, _)| a.0).collect();
        assert!(same.len() < 18, "{same:?}");
    }

    #[test]
    fn the_browsers_first_language_that_we_know_is_chosen() {
        assert_eq!(Language::choose(["fr-FR", "de-AT", "en"]), Language::De);
        assert_eq!(Language::choose(["EN-us", "de"]), Language::En);
        assert_eq!(Language::choose(["fr", "den", ""]), Language::En);
        assert_eq!(Language::choose([]), Language::En);
    }

    #[test]
    fn unused_actions_are_told() {
        let names = ["left".to_owned(), "unused 1".to_owned()];
        let texts = Language::En.texts();
        assert!(texts.actions(&names).contains("dimmed"));
        assert!(!texts.actions(&names[..1]).contains("dimmed"));
        assert_eq!(texts.action("", 2), "Action 3");
        assert_eq!(texts.action("2", 2), "Action 3");
        assert_eq!(texts.action("jump", 2), "jump");
    }

    #[test]
    fn sentences_and_sizes_read_well() {
        assert_eq!(sentence("its header is damaged"), "Its header is damaged.");
        assert_eq!(sentence("Über alles!"), "Über alles!");
        assert_eq!(sentence(""), "");
        let (en, de) = (Language::En.texts(), Language::De.texts());
        assert_eq!(
            [
                en.bytes(999),
                en.bytes(1_000),
                en.bytes(4_260_000),
                de.bytes(4_260_000)
            ],
            ["999 bytes", "1 kB", "4.3 MB", "4,3 MB"]
        );
        assert_eq!(
            [en.per_frame(3.21), en.per_frame(62.4), de.per_frame(3012.0)],
            ["3.2 ms a frame", "62 ms a frame", "3,0 s je Bild"]
        );
        assert_eq!(en.measuring("frames", 10, 27), "Measuring frames: 10 of 27");
    }
}
