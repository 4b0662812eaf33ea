//! The world being played, and others.

use std::rc::Rc;

use web::protocol::{WorldEntry, WorldSummary};
use web::state::Event;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::choice::use_choice;
use super::upload::FileButton;
use super::words::use_texts;

/// What [`Worlds`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The worlds there are.
    pub worlds: Rc<Vec<WorldEntry>>,
    /// The world being played.
    pub world: Option<Rc<WorldSummary>>,
    /// Whether it is a file of the visitor's.
    pub own: bool,
    /// Whether another can be chosen.
    pub enabled: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
    /// Ways to more of them.
    #[prop_or_default]
    pub children: Html,
}

/// What the world is, and a choice of others.
#[component]
pub fn Worlds(props: &Props) -> Html {
    let texts = use_texts();
    let select = use_choice();
    let on = props.on.clone();
    let onchange = Callback::from(move |event: yew::Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        on.emit(Event::PickWorld(select.value()));
    });
    let name = props
        .world
        .as_ref()
        .map(|w| w.name.clone())
        .unwrap_or_default();
    // A file of the visitor's may bear the name of a listed world, and is another one still.
    let entry = props.worlds.iter().find(|w| w.name == name && !props.own);
    let title = entry.map_or(&name, |w| &w.title);
    let listed = entry.is_some();
    html! {
        <section class="card" aria-labelledby="world">
            <h2 id="world">{ texts.world }</h2>
            if props.worlds.len() > 1 || !listed && !props.worlds.is_empty() {
                <select
                    ref={select} aria-labelledby="world" {onchange} disabled={!props.enabled}
                    data-testid="world"
                >
                    if !listed {
                        <option value="" selected=true disabled=true>{ title.clone() }</option>
                    }
                    { for props.worlds.iter().map(|w| html! {
                        <option value={w.name.clone()} selected={listed && w.name == name}>
                            { &w.title }
                        </option>
                    }) }
                </select>
            } else {
                <p data-testid="world">{ title }</p>
            }
            if let Some(world) = &props.world {
                <p class="small" data-testid="about">{ &world.about }</p>
                if !world.licence.is_empty() {
                    <p class="small">{ &world.licence }</p>
                }
            }
            <FileButton
                enabled={props.enabled} on={props.on.clone()} testid="open-world"
                accept=".safetensors" label={texts.open_world}
            />
            { props.children.clone() }
        </section>
    }
}
