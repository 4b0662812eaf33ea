//! Pictures to start from, which the world brings along.

use std::rc::Rc;

use web::protocol;
use web::state::{Event, Origin};
use yew::prelude::*;

use super::picture::Picture;

/// What [`Gallery`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Names of the pictures.
    pub names: Vec<String>,
    /// The pictures, as far as they are there.
    pub thumbnails: Rc<Vec<Option<Rc<protocol::Picture>>>>,
    /// Where the current play came from.
    pub origin: Option<Origin>,
    /// Whether one can be chosen.
    pub enabled: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
}

/// One button for each picture.
#[component]
pub fn Gallery(props: &Props) -> Html {
    let pictures = props.names.iter().enumerate().map(|(i, name)| {
        let chosen = props.origin == Some(Origin::Gallery(i));
        let thumbnail = props.thumbnails.get(i).cloned().flatten();
        html! {
            <li key={i}>
                <button
                    type="button" onclick={props.on.reform(move |_| Event::PickGallery(i))}
                    disabled={!props.enabled} aria-pressed={chosen.to_string()}
                    aria-label={name.clone()} title={name.clone()}
                    data-testid={format!("gallery-{i}")}
                >
                    if let Some(picture) = thumbnail {
                        <Picture {picture} />
                    } else {
                        <span class="blank" />
                    }
                </button>
            </li>
        }
    });
    html! { <ul class="gallery" data-testid="gallery">{ for pictures }</ul> }
}
