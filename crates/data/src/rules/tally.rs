//! How many videos each rule and each word kept or dropped.

use std::collections::HashMap;
use std::fmt;

use super::{Rule, Rules, Verdict};

/// Counts of verdicts; its [`Display`](fmt::Display) is a table for people.
#[derive(Clone, Debug)]
pub struct Tally {
    rules: [RuleTally; 3],
    videos: u64,
}

#[derive(Clone, Debug)]
struct RuleTally {
    dropped: u64,
    /// Every word of the rule, in the order of the file, with the videos that held it.
    words: Vec<(String, u64)>,
    places: HashMap<String, usize>,
}

impl Tally {
    /// No verdicts yet.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self {
            rules: Rule::ALL.map(|rule| {
                let words = rules.words(rule).map(|word| (word.to_owned(), 0));
                let words: Vec<_> = words.collect();
                let places = words.iter().enumerate();
                let places = places.map(|(i, (word, _))| (word.clone(), i)).collect();
                RuleTally {
                    dropped: 0,
                    words,
                    places,
                }
            }),
            videos: 0,
        }
    }

    /// Counts one verdict of the rules that this tally was made for.
    pub fn add(&mut self, verdict: &Verdict) {
        self.videos += 1;
        for rule in Rule::ALL {
            let tally = &mut self.rules[rule as usize];
            tally.dropped += u64::from(verdict.dropped_by() == Some(rule));
            for word in verdict.words(rule) {
                if let Some(&place) = tally.places.get(word) {
                    tally.words[place].1 += 1;
                }
            }
        }
    }

    /// Videos in all.
    #[must_use]
    pub fn videos(&self) -> u64 {
        self.videos
    }

    /// Videos that no rule dropped.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.videos - Rule::ALL.map(|rule| self.dropped(rule)).iter().sum::<u64>()
    }

    /// Videos that `rule` dropped. A video is dropped once, by the first rule that does.
    #[must_use]
    pub fn dropped(&self, rule: Rule) -> u64 {
        self.rules[rule as usize].dropped
    }

    /// Videos that reached `rule` and held its word `word`; 0 for what is no word of it.
    #[must_use]
    pub fn with_word(&self, rule: Rule, word: &str) -> u64 {
        let tally = &self.rules[rule as usize];
        tally.places.get(word).map_or(0, |&at| tally.words[at].1)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, seen: u64, dropped: u64| {
            writeln!(f, "{name:<16}{seen:>10}{:>10}{dropped:>10}", seen - dropped)
        };
        writeln!(
            f,
            "{:<16}{:>10}{:>10}{:>10}",
            "rule", "videos", "kept", "dropped"
        )?;
        let mut left = self.videos;
        for rule in Rule::ALL {
            row(f, rule.key(), left, self.dropped(rule))?;
            left -= self.dropped(rule);
        }
        row(f, "in all", self.videos, self.videos - left)?;
        for rule in Rule::ALL {
            let tally = &self.rules[rule as usize];
            let mut words: Vec<_> = tally.words.iter().filter(|(_, n)| *n > 0).collect();
            // Stable: equal counts stay in the order of the file.
            words.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            let did = match rule {
                Rule::Negating => "dropped by",
                Rule::Title | Rule::Action => "passed by",
            };
            match tally.words.len() - words.len() {
                _ if tally.words.is_empty() => {
                    writeln!(f, "\n{}: none, everything passed", rule.key())?;
                }
                0 => writeln!(f, "\n{}: videos {did}", rule.key())?,
                unmet => writeln!(
                    f,
                    "\n{}: videos {did} ({unmet} of {} words never met)",
                    rule.key(),
                    tally.words.len()
                )?,
            }
            for (word, n) in words {
                writeln!(f, "{n:>10}  {word}")?;
            }
        }
        Ok(())
    }
}
