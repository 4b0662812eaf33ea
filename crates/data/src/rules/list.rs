//! A rule file, and how it judges.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;

use super::words::{Phrases, words};
use super::{Rule, Verdict, Video};
use crate::{Error, Result};

/// The text of the rule file for 2D platformers that comes with the program: a start for one's own.
pub const PLATFORMERS: &str = include_str!("platformers.toml");

/// Far above any list of words; a larger file is something else, and need not be read to know it.
const MAX_BYTES: u64 = 4 << 20;

/// Words that choose videos: see the [module](super).
///
/// A list is of words and phrases. Case, punctuation and the width or boldness of letters don't
/// count; words match whole, so "movie" is not found in "movies". An empty list lets everything pass.
#[derive(Clone, Debug)]
pub struct Rules {
    lists: [Phrases; 3],
}

/// The file as written. All three lists must be there: a rule is switched off by an empty list, not
/// by one forgotten.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title_words: Vec<String>,
    action_words: Vec<String>,
    negating_words: Vec<String>,
}

impl Rules {
    /// The rules for 2D platformers that come with the program, [`PLATFORMERS`].
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn platformers() -> Self {
        Self::parse(PLATFORMERS, Path::new("platformers.toml"))
            .expect("a test reads the rules that come with the program")
    }

    /// Reads a TOML file with the lists `title_words`, `action_words` and `negating_words`.
    ///
    /// # Errors
    /// [`Error::Io`] when the file can't be read; [`Error::Rules`] when it is not such a file, lacks
    /// a list, has a key of another name, or an entry without a single letter or digit.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut text = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut text))
            .map_err(Error::io("read", path))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(refused(path, "it is larger than 4 MiB"));
        }
        match std::str::from_utf8(&text) {
            // Some editors begin a file with a byte order mark.
            Ok(text) => Self::parse(text.strip_prefix('\u{feff}').unwrap_or(text), path),
            Err(_) => Err(refused(path, "it is not text in UTF-8")),
        }
    }

    /// Reads the text of a rule file; `path` is for messages.
    fn parse(text: &str, path: &Path) -> Result<Self> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            refused(path, format!("line {line}: {}", error.message().trim_end()))
        })?;
        let list = |words, rule: Rule| {
            Phrases::new(words).map_err(|entry| {
                refused(
                    path,
                    format!("{entry:?} in {} holds no letter or digit", rule.key()),
                )
            })
        };
        Ok(Self {
            lists: [
                list(written.title_words, Rule::Title)?,
                list(written.action_words, Rule::Action)?,
                list(written.negating_words, Rule::Negating)?,
            ],
        })
    }

    /// The words of `rule`, as written; of two that mean the same, the first.
    pub fn words(&self, rule: Rule) -> impl Iterator<Item = &str> {
        self.lists[rule as usize].iter()
    }

    /// Whether the rules want `video`.
    #[must_use]
    pub fn judge(&self, video: &Video) -> Verdict {
        let mut verdict = Verdict::default();
        let mut texts = vec![words(&video.title)];
        for rule in Rule::ALL {
            let list = &self.lists[rule as usize];
            if rule == Rule::Action && !list.is_empty() {
                texts.push(words(&video.description));
            }
            let found = list.found(match rule {
                Rule::Action => &texts,
                Rule::Title | Rule::Negating => &texts[..1],
            });
            let passed = match rule {
                Rule::Negating => found.is_empty(),
                Rule::Title | Rule::Action => !found.is_empty() || list.is_empty(),
            };
            verdict.words[rule as usize] = found;
            if !passed {
                verdict.dropped_by = Some(rule);
                break;
            }
        }
        verdict
    }
}

fn refused(path: &Path, what: impl Into<String>) -> Error {
    Error::Rules {
        path: path.to_path_buf(),
        what: what.into(),
    }
}

#[cfg(test)]
mod tests;
