//! What belongs to the document as a whole.

use web::texts::Language;
use yew::prelude::*;

/// Keeps the document's language, direction and title those of the visitor, and of the view.
#[hook]
pub fn use_language(language: Language, how: bool) {
    use_effect_with((language, how), |(language, how)| {
        let texts = language.texts();
        if let Some(document) = web_sys::window().and_then(|w| w.document()) {
            document.set_title(&if *how {
                format!("{} – {}", texts.how.title, texts.title)
            } else {
                texts.title.to_owned()
            });
            if let Some(root) = document.document_element() {
                set(&root, "lang", texts.tag);
                set(&root, "dir", texts.dir);
            }
            if let Some(body) = document.body() {
                set(&body, "data-drop", texts.drop_here);
            }
        }
    });
}

fn set(element: &web_sys::Element, name: &str, value: &str) {
    // Fails for names that are none.
    let _ = element.set_attribute(name, value);
}
