//! The page's texts, for every component below.

use web::texts::{Language, Texts};
use yew::prelude::*;

/// Texts of the visitor's language, as a context.
pub type Words = &'static Texts;

/// The texts of the visitor's language.
#[hook]
pub fn use_texts() -> Words {
    use_context::<Words>().unwrap_or_else(|| Language::default().texts())
}
