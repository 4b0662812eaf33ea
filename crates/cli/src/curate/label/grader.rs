//! The clips to grade, in their order.

use data::ClipStore;
use data::labels::Labels;
use serde::Serialize;

/// A store, its grades, and the order in which clips come.
pub struct Grader {
    store: ClipStore,
    labels: Labels,
    order: Vec<u64>,
}

/// A place in the order, for the page.
#[derive(Debug, PartialEq, Serialize)]
pub struct Place {
    /// Number of the clip in the store.
    pub clip: u64,
    /// Its grade so far.
    pub grade: Option<u8>,
}

/// How far the grading is, for the page.
#[derive(Debug, PartialEq, Serialize)]
pub struct Counts {
    /// Clips of each grade, 1 to 5.
    pub counts: [u64; 5],
    /// Clips that have one.
    pub graded: u64,
}

/// The store, for the page.
#[derive(Serialize)]
pub struct About {
    name: String,
    clips: usize,
    width: usize,
    height: usize,
    frames: usize,
    fps: f64,
    /// The first place without a grade, so that a page that is loaded again goes on; else 0.
    at: usize,
    #[serde(flatten)]
    counts: Counts,
}

impl Grader {
    /// Clips without a grade come first; `seed` decides the order.
    pub fn new(store: ClipStore, labels: Labels, seed: u64) -> Self {
        Self {
            order: labels.order(seed),
            store,
            labels,
        }
    }

    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    pub fn about(&self) -> About {
        let name = self.store.path().file_name();
        let name = name.unwrap_or(self.store.path().as_os_str());
        About {
            name: name.to_string_lossy().into_owned(),
            clips: self.order.len(),
            width: self.store.width(),
            height: self.store.height(),
            frames: self.store.frames_per_clip(),
            fps: self.store.spec().fps,
            at: (self.order.iter())
                .position(|&clip| self.labels.of(clip).is_none())
                .unwrap_or(0),
            counts: self.counts(),
        }
    }

    pub fn counts(&self) -> Counts {
        let counts = self.labels.counts();
        Counts {
            counts,
            graded: counts.iter().sum(),
        }
    }

    pub fn place(&self, at: usize) -> Option<Place> {
        let &clip = self.order.get(at)?;
        Some(Place {
            clip,
            grade: self.labels.of(clip),
        })
    }

    pub fn clip(&self, clip: u64) -> data::Result<Vec<u8>> {
        self.store.read_clip(clip)
    }

    pub fn grade(&mut self, clip: u64, grade: u8) -> data::Result<()> {
        self.labels.grade(clip, grade)
    }
}
