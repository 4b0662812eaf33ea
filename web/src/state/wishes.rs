//! What the address asks for, and what the visitor prefers.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::protocol::{Bench, DeviceKind};
use crate::sketch::Sketch;
use crate::texts::Language;

/// The fewest frames a second that the page offers.
pub const SLOWEST: usize = 5;
/// The most.
pub const FASTEST: usize = 30;

/// What the page begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Wishes {
    /// `?device=webgpu` or `?device=cpu`.
    pub device: Option<DeviceKind>,
    /// `?world=`.
    pub world: Option<String>,
    /// `?seed=`.
    pub seed: Option<u32>,
    /// A seed drawn by chance, where none is asked for.
    pub chance: u32,
    /// `?bench`: the page measures the world and doesn't play it.
    pub bench: Option<Bench>,
    /// Address of the folder `worlds/`.
    pub folder: String,
    /// The visitor has asked the system for little motion: time stands still at first.
    pub calm: bool,
    /// From the visit before.
    pub prefs: Prefs,
    /// A sketch from the visit before.
    pub sketch: Option<Rc<Sketch>>,
}

/// What a visitor prefers, here and at the next visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// The page's language.
    pub language: Language,
    /// Whether keys play: those who speak to their computer turn single keys off.
    pub keys: bool,
    /// Whether frames are smoothed, in place of showing their pixels.
    pub smooth: bool,
    /// Frames a second; none for the pace of the video that the world learned from.
    pub fps: Option<usize>,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            language: Language::default(),
            keys: true,
            smooth: false,
            fps: None,
        }
    }
}
