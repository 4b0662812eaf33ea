//! What the rules say of one video.

use std::fmt;

/// One of the three rules, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The title must hold one of the title words.
    Title,
    /// The title or the description must hold one of the action words.
    Action,
    /// The title must hold none of the negating words.
    Negating,
}

impl Rule {
    /// All rules, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Title, Self::Action, Self::Negating];

    /// Its list's key in a rule file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title_words",
            Self::Action => "action_words",
            Self::Negating => "negating_words",
        }
    }
}

/// Whether a video is kept, and by which words.
///
/// The rules are tried in order until one drops the video; those after it are not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub(super) dropped_by: Option<Rule>,
    pub(super) words: [Vec<String>; 3],
}

impl Verdict {
    /// Whether no rule dropped the video.
    #[must_use]
    pub fn kept(&self) -> bool {
        self.dropped_by.is_none()
    }

    /// The rule that dropped the video.
    #[must_use]
    pub fn dropped_by(&self) -> Option<Rule> {
        self.dropped_by
    }

    /// The words of `rule`'s list that were found, as the rule file writes them and in its order.
    /// Empty where none was found, and for rules that were not tried.
    #[must_use]
    pub fn words(&self, rule: Rule) -> &[String] {
        &self.words[rule as usize]
    }
}

/// One line for people, such as `dropped: negating words: movie`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dropped_by {
            Some(Rule::Title) => f.write_str("dropped: no title word"),
            Some(Rule::Action) => f.write_str("dropped: no action word"),
            Some(rule @ Rule::Negating) => {
                write!(
                    f,
                    "dropped: negating words: {}",
                    self.words(rule).join(", ")
                )
            }
            None => {
                f.write_str("kept")?;
                for (rule, name) in [(Rule::Title, "title"), (Rule::Action, "action")] {
                    if !self.words(rule).is_empty() {
                        write!(f, ": {name} words: {}", self.words(rule).join(", "))?;
                    }
                }
                Ok(())
            }
        }
    }
}
