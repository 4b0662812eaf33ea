//! Words of a text, and phrases to find among them.
//!
//! Titles are written to be seen: "𝗠𝗮𝗿𝗶𝗼", "ＭＡＲＩＯ", "Mario™", "SPEED-RUN", "マリオ実況プレイ". Both the
//! titles and the rules go through the same function, so that what looks like the same word is one.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;

/// The words of `text` in small letters, in order: runs of letters, digits and their marks.
///
/// Compatibility forms (wide, bold, ligatures) become plain letters, and words are parted as Unicode
/// says (UAX #29), which also parts scripts that write no spaces. All else only separates, with one
/// exception: a percent sign stays with the word before it, since "any%" and "any" are two things.
pub(super) fn words(text: &str) -> Vec<String> {
    // As a compatibility form, "Mario™" would be "mariotm".
    let plain: String = text.replace(['™', '℠'], " ").nfkc().collect();
    // Small letters of composed text may need composing again.
    let small: String = plain.to_lowercase().nfkc().collect();
    let mut words: Vec<String> = Vec::new();
    // Whether the character before was a word's; a piece never continues the word of another piece.
    let mut touching = false;
    for piece in small.split_word_bounds() {
        let mut open = false;
        for c in piece.chars() {
            match words.last_mut() {
                Some(word) if open && (c.is_alphanumeric() || is_combining_mark(c)) => word.push(c),
                Some(word) if touching && c == '%' => {
                    word.push(c);
                    (open, touching) = (false, false);
                }
                _ => {
                    // A mark with nothing to stand on is no word.
                    open = c.is_alphanumeric() && !is_combining_mark(c);
                    touching = open;
                    if open {
                        words.push(c.to_string());
                    }
                }
            }
        }
    }
    words
}

/// A list of words and phrases, found in one pass over a text however long the list is.
#[derive(Clone, Debug)]
pub(super) struct Phrases {
    /// As written in the rule file, with its words.
    phrases: Vec<(String, Vec<String>)>,
    by_first_word: HashMap<String, Vec<usize>>,
}

impl Phrases {
    /// The phrases of `list`; of two that mean the same the first one stays.
    ///
    /// # Errors
    /// The first entry that holds no word, and so could never be found.
    pub(super) fn new(list: Vec<String>) -> Result<Self, String> {
        let mut all = Self {
            phrases: Vec::new(),
            by_first_word: HashMap::new(),
        };
        for phrase in list {
            let parts = words(&phrase);
            let Some(first) = parts.first() else {
                return Err(phrase);
            };
            let same_start = all.by_first_word.entry(first.clone()).or_default();
            if same_start.iter().all(|&i| all.phrases[i].1 != parts) {
                same_start.push(all.phrases.len());
                all.phrases.push((phrase, parts));
            }
        }
        Ok(all)
    }

    /// Whether the list is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// The phrases as written.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.phrases.iter().map(|(phrase, _)| phrase.as_str())
    }

    /// The phrases that any of `texts` holds, in the order of the list, each once.
    pub(super) fn found(&self, texts: &[Vec<String>]) -> Vec<String> {
        let mut hits = Vec::new();
        for text in texts {
            for (at, word) in text.iter().enumerate() {
                let candidates = self.by_first_word.get(word).into_iter().flatten();
                hits.extend(candidates.filter(|&&i| text[at..].starts_with(&self.phrases[i].1)));
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits.iter().map(|&&i| self.phrases[i].0.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(text: &str, phrase: &str) -> bool {
        let phrases = Phrases::new(vec![phrase.to_owned()]).unwrap();
        !phrases.found(&[words(text)]).is_empty()
    }

    #[test]
    fn whole_words_only() {
        for text in [
            "movie",
            "The MOVIE!",
            "a movie.",
            "(movie)",
            "my_movie_2",
            "movie's",
            "a/movie",
        ] {
            assert!(holds(text, "movie"), "{text}");
        }
        for text in ["unmovie", "movies", "movie2", "mo vie", "", "movieé"] {
            assert!(!holds(text, "movie"), "{text}");
        }
    }

    #[test]
    fn phrases_cross_whatever_stands_between_words() {
        for text in [
            "Let's Play",
            "let’s   PLAY!",
            "let s\tplay",
            "LET'S-PLAY #3",
            "[Let's] (play)",
        ] {
            assert!(holds(text, "let's play"), "{text}");
        }
        for text in ["let's all play", "play let's", "let's", "let's playing"] {
            assert!(!holds(text, "let's play"), "{text}");
        }
        // A phrase whose beginning is repeated is found where it is whole.
        assert!(holds(
            "super super mario super mario bros",
            "super mario bros"
        ));
    }

    #[test]
    fn percent_stays_with_its_word() {
        assert!(holds("Celeste Any% in 25:38", "any%"));
        assert!(holds("Celeste ANY％", "Any%"));
        assert!(holds("100%, no deaths", "100%"));
        for text in ["any questions?", "any", "any %", "many%"] {
            assert!(!holds(text, "any%"), "{text}");
        }
        assert!(!holds("any%", "any"));
        assert_eq!(words("100%% %5 a%b"), ["100%", "5", "a%", "b"]);
    }

    #[test]
    fn other_scripts_and_other_shapes_of_letters() {
        assert!(holds("𝗠𝗮𝗿𝗶𝗼 𝓼𝓹𝓮𝓮𝓭𝓻𝓾𝓷", "speedrun"));
        assert!(holds("ＭＡＲＩＯ", "mario"));
        assert!(holds("Mario™ Maker", "mario maker"));
        assert!(holds("ПРОХОЖДЕНИЕ игры", "прохождение"));
        assert!(holds("ΣΟΝΙΚ ΠΑΙΧΝΙΔΙΑ", "παιχνιδια"));
        // Composed and decomposed accents are the same; with and without are not.
        assert!(holds("Detonado em portugue\u{302}s", "portugu\u{ea}s"));
        assert!(!holds("détonado", "detonado"));
        // No spaces between words: Japanese is parted all the same.
        assert!(holds("スーパーマリオ実況プレイ", "実況プレイ"));
        assert!(holds("【ゆっくり】ロックマン２実況", "実況"));
        assert!(!holds("実家", "実況"));
        // Vowel signs belong to their letters.
        assert!(!holds("मारियो", "मारिय"));
    }

    #[test]
    fn a_phrase_without_words_is_refused_and_one_said_twice_counts_once() {
        assert_eq!(
            Phrases::new(vec!["a".into(), "!?".into()]).unwrap_err(),
            "!?"
        );
        let phrases = Phrases::new(vec!["Speed-Run".into(), "speed run".into()]).unwrap();
        assert_eq!(phrases.found(&[words("speed run")]), ["Speed-Run"]);
    }

    proptest! {
        /// Words are found in the text they came from, and are their own words.
        #[test]
        fn words_of_any_text(text in any::<String>()) {
            let all = words(&text);
            for word in &all {
                prop_assert_eq!(words(word), vec![word.clone()]);
                prop_assert!(holds(&text, word));
            }
            if !all.is_empty() {
                prop_assert!(holds(&text, &all.join(" ")));
            }
        }

        /// The index finds what a plain search finds.
        #[test]
        fn found_is_a_search(
            text in prop::collection::vec("[ab]", 0..12),
            list in prop::collection::vec(prop::collection::vec("[ab]", 1..4), 0..8),
        ) {
            let phrases = Phrases::new(list.iter().map(|p| p.join(" ")).collect()).unwrap();
            let mut plain: Vec<String> = Vec::new();
            for phrase in &list {
                let written = phrase.join(" ");
                if text.windows(phrase.len()).any(|w| w == phrase) && !plain.contains(&written) {
                    plain.push(written);
                }
            }
            prop_assert_eq!(phrases.found(&[text]), plain);
        }
    }
}
