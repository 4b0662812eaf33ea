//! Keyword rules: which videos are worth importing, going by their titles and descriptions.
//!
//! The paper's first filter (Appendix B.1) knows nothing but words. A video is kept when
//!
//! 1. its title holds a word for the kind of game wanted,
//! 2. its title or description holds an action word, such as "speedrun", and
//! 3. its title holds no negating word, such as "movie".
//!
//! Negating words are looked for in the title only, as in the paper: a description is full of links
//! to the channel's other videos, and says little about this one.
//!
//! ```text
//! yt-dlp's JSON lines ─ Metadata ─ of(file) ─► Video ─ Rules::judge ─► Verdict ─► Tally
//! ```
//!
//! The words come from a TOML file ([`Rules::load`]); [`Rules::platformers`] are those that come
//! with the program. [`sift`] does all of it from file to file.

mod keys;
mod lines;
mod list;
mod metadata;
mod sift;
mod tally;
mod verdict;
mod words;

pub use keys::Duplicate;
pub use list::{PLATFORMERS, Rules};
pub use metadata::{Metadata, Video};
pub use sift::{Sifted, sift};
pub use tally::Tally;
pub use verdict::{Rule, Verdict};
