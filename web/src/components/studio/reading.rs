//! What the world sees of what is open.

use std::rc::Rc;

use web::state::State;
use yew::prelude::*;

use crate::components::picture::Picture;
use crate::components::words::use_texts;

/// What [`Reading`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
}

/// The picture by way of the world's codes, and what that means.
#[component]
pub fn Reading(props: &Props) -> Html {
    let words = &use_texts().studio;
    let studio = &props.state.studio;
    html! {
        <figure class="reading">
            if let Some(picture) = studio.seen() {
                <Picture picture={picture.clone()} label={words.sees.to_owned()} testid="seen" />
            } else {
                <span class="blank" />
            }
            <figcaption>
                <strong>{ words.sees }</strong>
                <span class="small">
                    { if studio.is_unread() { words.unread } else { words.sees_more } }
                </span>
            </figcaption>
        </figure>
    }
}
