//! Learned curation, after the paper's Appendix B.2: a ResNet-18 learns from graded clips to tell
//! good ones from bad ones, and a rule on its predictions decides which clips of a store to keep.
//!
//! ```text
//! data::labels ─ examples ─ split ─┬─ fit ─────────────► Classifier ─► a file with torchvision's names
//!                                  └─ report (held out)      └─ score ─ rule ─► data::view
//! ```
//!
//! docs/curation.md has the formulas.

mod calibration;
mod classifier;
mod examples;
mod fit;
mod frames;
mod layers;
mod report;
mod resnet;
mod rule;
mod split;
mod weights;

pub use calibration::{BINS, Bin, Confusion};
pub use classifier::{Card, Classifier};
pub use examples::{FEWEST, Used, examples};
pub use fit::{Progress, Settings, Start, train};
pub use report::Report;
pub use resnet::ResNet;
pub use rule::{Applied, BARS, Decision, Rule, apply};
pub use split::{By, Example, SHARE};
pub use weights::pretrained;
