//! What the visitor preferred at the visit before.

use web::state::Prefs;
use web::texts::Language;
use web_sys::Storage;

const NAME: &str = "pocket-genie";

/// Absent where the visitor forbids it.
pub(super) fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// From the visit before, or from what the browser says of its visitor.
pub fn recall() -> Prefs {
    let kept = storage().and_then(|s| s.get_item(NAME).ok()?);
    let kept = kept.and_then(|text| serde_json::from_str(&text).ok());
    kept.unwrap_or_else(|| Prefs {
        language: language(),
        ..Prefs::default()
    })
}

fn language() -> Language {
    let navigator = web_sys::window().map(|w| w.navigator());
    let tags = navigator
        .into_iter()
        .flat_map(|n| n.languages().iter().collect::<Vec<_>>());
    let tags: Vec<String> = tags.filter_map(|tag| tag.as_string()).collect();
    Language::choose(tags.iter().map(String::as_str))
}

/// Keeps them for the next visit, where the browser lets us.
pub fn remember(prefs: &Prefs) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(prefs)) {
        let _ = storage.set_item(NAME, &text);
    }
}
