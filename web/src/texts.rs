//! What the page says. Words for a visitor, in one place.

use crate::protocol::{DeviceKind, DeviceReason, DeviceReport, Stage, Task, WorldSummary};

/// A file of the visitor's that can't be read.
pub const BAD_FILE: &str = "That file can't be used.";
/// The worker can't go on.
pub const WORKER_DIED: &str = "The world has stopped.";
/// A world of the visitor's own could not be loaded again.
pub const OWN_WORLD_LOST: &str = "Your own world is gone.";
/// A picture that came while no world was ready.
pub const KEPT: &str = "Your picture is kept: the world starts from it as soon as it is ready.";
/// An action that a world has no use for.
pub const UNUSED: &str =
    "This world never learned to use this action: it may do nothing, or anything.";
/// A play has begun.
pub const STARTED: &str = "Started. Choose an action.";

/// What loading is busy with.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Engine => "Fetching the engine",
        Stage::List => "Looking for worlds",
        Stage::World => "Fetching the world",
        Stage::Build => "Waking the genie",
        Stage::Kernels => "Teaching the graphics processor",
    }
}

/// How many of the graphics processor's kernels are there.
pub fn kernels(done: u64, all: u64) -> String {
    format!("{done} of {all} kernels")
}

/// A world can be played.
pub fn ready(world: &WorldSummary, device: &DeviceReport) -> String {
    let next = if world.gallery.is_empty() {
        " Choose a picture to start from."
    } else {
        ""
    };
    format!(
        "{} is ready, on {}.{next}",
        world.name,
        device_name(device.kind)
    )
}

/// The play goes on, on another device.
pub fn moved(device: &DeviceReport) -> String {
    format!(
        "The graphics processor was lost; the world goes on, on {}.",
        device_name(device.kind)
    )
}

/// A bench is over.
pub const MEASURED: &str = "Measured.";

/// How far a bench is.
pub fn measuring(what: &str, done: usize, all: usize) -> String {
    match all {
        0 => format!("Measuring {what}"),
        all => format!("Measuring {what}: {done} of {all}"),
    }
}

/// After going back.
pub fn rewound(index: usize) -> String {
    match index {
        0 => "Back at the first picture.".into(),
        n => format!("Back at frame {n}."),
    }
}

/// Why another world is there than the visitor's own.
pub fn own_world_lost(name: &str) -> String {
    format!("{name} was loaded in its place. Open the file of your world again to go on with it.")
}

/// Whether an action's name, as the export gives it, says that the world has no use for it.
pub fn is_unused(name: &str) -> bool {
    let number = name.strip_prefix("unused").map(str::trim_start);
    number.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// Where the actions and their names come from.
pub fn actions(names: &[String]) -> String {
    let found =
        "The world discovered these actions by itself, from video; their names are guesses.";
    if names.iter().any(|name| is_unused(name)) {
        format!("{found} It never learned to use those that are dimmed.")
    } else {
        found.to_owned()
    }
}

/// What did not work.
pub fn failed(task: Task) -> &'static str {
    match task {
        Task::Load => "This world can't be loaded.",
        Task::Start => "The world can't start from that.",
        Task::Step => "The next frame could not be made.",
        Task::Rewind => "Going back did not work.",
        Task::Settings => "These settings can't be used.",
        Task::Bench => "This world can't be measured.",
        Task::Thumbnails => "The gallery's pictures can't be shown.",
    }
}

/// A device, in a sentence.
pub fn device_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::WebGpu => "the graphics processor",
        DeviceKind::Cpu => "the processor",
    }
}

/// A device, as a label.
pub fn device_label(device: &DeviceReport) -> String {
    match device.kind {
        DeviceKind::WebGpu if device.adapter.is_empty() => "Graphics processor".into(),
        DeviceKind::WebGpu => format!("Graphics processor ({})", device.adapter),
        DeviceKind::Cpu => "Processor".into(),
    }
}

/// Why a device is in use.
pub fn device_reason(device: &DeviceReport) -> String {
    match &device.reason {
        DeviceReason::Asked => "as the page's address asks".into(),
        DeviceReason::Gpu => "through WebGPU".into(),
        DeviceReason::NoWebGpu => {
            "slower: this browser has no WebGPU, or the page doesn't come over https".into()
        }
        DeviceReason::NoAdapter => "slower: WebGPU found no graphics processor here".into(),
        DeviceReason::Software => {
            "WebGPU is only imitated in software here, which would be slower still".into()
        }
        DeviceReason::Lost => "slower: the world had stopped on the graphics processor".into(),
        DeviceReason::Broken(why) => format!("slower: WebGPU did not start ({why})"),
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

/// A number of bytes.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Milliseconds a frame.
pub fn pace(ms: f64) -> String {
    match ms {
        ..10.0 => format!("{ms:.1} ms a frame"),
        ..1000.0 => format!("{ms:.0} ms a frame"),
        _ => format!("{:.1} s a frame", ms / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_actions_are_known_by_their_names() {
        for name in ["unused", "unused 1", "unused 12"] {
            assert!(is_unused(name), "{name}");
        }
        for name in ["", "up", "still 1", "unused left", "not unused"] {
            assert!(!is_unused(name), "{name}");
        }
        let names = ["left".to_owned(), "unused 1".to_owned()];
        assert!(actions(&names).contains("dimmed"));
        assert!(!actions(&names[..1]).contains("dimmed"));
    }

    #[test]
    fn sentences_and_sizes_read_well() {
        assert_eq!(sentence("its header is damaged"), "Its header is damaged.");
        assert_eq!(sentence("Über alles!"), "Über alles!");
        assert_eq!(sentence(""), "");
        assert_eq!(
            (bytes(999), bytes(1_000), bytes(4_260_000)),
            ("999 bytes".into(), "1 kB".into(), "4.3 MB".into())
        );
        assert_eq!(
            (pace(3.21), pace(62.4), pace(3012.0)),
            (
                "3.2 ms a frame".into(),
                "62 ms a frame".into(),
                "3.0 s a frame".into()
            )
        );
    }
}
