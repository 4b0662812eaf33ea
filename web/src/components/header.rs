//! The head of the page: what this is, and in which language.

use web::state::{Event, Prefs};
use web::texts::Language;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icons;
use super::words::use_texts;

/// What [`Header`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the visitor prefers.
    pub prefs: Prefs,
    /// Whether the view that explains is on show.
    pub how: bool,
    /// Hears of another language.
    pub on: Callback<Event>,
}

/// The name, the motto, the language.
#[component]
pub fn Header(props: &Props) -> Html {
    let texts = use_texts();
    let (on, prefs) = (props.on.clone(), props.prefs.clone());
    let onchange = Callback::from(move |event: yew::Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let chosen = Language::ALL
            .into_iter()
            .find(|language| language.texts().tag == select.value());
        if let Some(language) = chosen {
            on.emit(Event::Prefer(Prefs {
                language,
                ..prefs.clone()
            }));
        }
    });
    html! {
        <header class="top">
            <h1>{ icons::lamp() }<span>{ texts.title }</span></h1>
            <p class="motto">{ texts.motto }</p>
            <a
                class="button to-how" href="#how" title={texts.how.link}
                aria-current={props.how.then_some("page")} data-testid="how-link"
            >
                <span class="word">{ texts.how.link }</span>
                <span class="mark" aria-hidden="true">{ "?" }</span>
            </a>
            <select
                class="language" aria-label={texts.language} {onchange} data-testid="language"
            >
                { for Language::ALL.into_iter().map(|language| {
                    let theirs = language.texts();
                    html! {
                        <option
                            value={theirs.tag} lang={theirs.tag}
                            selected={language == props.prefs.language}
                        >
                            { theirs.language_name }
                        </option>
                    }
                }) }
            </select>
        </header>
    }
}
