//! A frame's tokens as tiles that can be pointed at and walked through.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web::protocol;
use web::tiles;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::layers::Layers;

/// The most columns for which each tile has room for its number.
const NUMBERED: usize = 10;

/// What [`Tiles`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The frame.
    pub picture: Rc<protocol::Picture>,
    /// A colour for each token.
    pub veil: Rc<protocol::Picture>,
    /// What they are.
    pub label: &'static str,
    /// The name of each, for those who can't see it.
    pub names: Rc<Vec<String>>,
    /// The number to show on each, if there is room.
    #[prop_or_default]
    pub numbers: Option<Rc<Vec<u32>>>,
    /// The one that is pointed at.
    pub chosen: usize,
    /// Hears of another.
    pub onchoose: Callback<usize>,
    /// For tests.
    pub testid: &'static str,
}

/// A grid of buttons over the picture, of which one is in the order of tabs.
#[component]
pub fn Tiles(props: &Props) -> Html {
    let place = use_node_ref();
    let (rows, columns) = (props.veil.height, props.veil.width);
    let onkeydown = {
        let (place, chosen, onchoose) = (place.clone(), props.chosen, props.onchoose.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = tiles::walk([rows, columns], chosen, &event.key()) else {
                return;
            };
            event.prevent_default();
            onchoose.emit(next);
            let tile = place
                .cast::<HtmlElement>()
                .and_then(|grid| grid.query_selector(&format!("[data-tile='{next}']")).ok()?)
                .and_then(|tile| tile.dyn_into::<HtmlElement>().ok());
            if let Some(tile) = tile {
                // Fails for what can't have the focus.
                let _ = tile.focus();
            }
        })
    };
    let numbers = props.numbers.as_ref().filter(|_| columns <= NUMBERED);
    let tile = |index: usize| {
        let says = {
            let onchoose = props.onchoose.clone();
            move || onchoose.emit(index)
        };
        let (point, focus) = (says.clone(), says);
        html! {
            <button
                key={index} type="button" role="gridcell" class="tile"
                tabindex={if index == props.chosen { "0" } else { "-1" }}
                aria-selected={(index == props.chosen).to_string()}
                aria-label={props.names.get(index).cloned()} data-tile={index.to_string()}
                onpointerenter={move |_| point()} onfocus={move |_| focus()}
            >
                if let Some(number) = numbers.and_then(|numbers| numbers.get(index)) {
                    <span aria-hidden="true">{ number }</span>
                }
            </button>
        }
    };
    html! {
        <Layers picture={props.picture.clone()} veil={props.veil.clone()}>
            <div
                ref={place} class="tiles" role="grid" aria-label={props.label} {onkeydown}
                data-testid={props.testid} data-chosen={props.chosen.to_string()}
            >
                { for (0..rows).map(|row| html! {
                    <div key={row} role="row">
                        { for (0..columns).map(|column| tile(row * columns + column)) }
                    </div>
                }) }
            </div>
        </Layers>
    }
}
