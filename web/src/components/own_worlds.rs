//! Worlds of the visitor's: those kept on this device, and the way to others.

use web::state::Event;
use web::state::own::{Event as Said, OwnWorlds as Own};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::words::use_texts;

/// What [`OwnWorlds`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Those there are.
    pub own: Own,
    /// Whether another world can be chosen.
    pub enabled: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
}

/// A list, and a field for an address.
#[component]
pub fn OwnWorlds(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.sharing;
    let field = use_node_ref();
    let says = |said: Said| {
        props
            .on
            .reform(move |_: MouseEvent| Event::Own(said.clone()))
    };
    let onsubmit = {
        let (field, on) = (field.clone(), props.on.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(field) = field.cast::<HtmlInputElement>() {
                on.emit(Event::Own(Said::Typed(field.value())));
            }
        })
    };
    let mistyped = props.own.mistyped;
    html! {
        <>
            if !props.own.kept.is_empty() {
                <h3>{ words.kept_worlds }</h3>
                <p class="small">{ words.kept_more }</p>
                <ul class="kept-worlds" data-testid="kept-worlds">
                    { for props.own.kept.iter().map(|world| html! {
                        <li key={world.key.clone()}>
                            <button
                                type="button" disabled={!props.enabled} title={world.key.clone()}
                                onclick={says(Said::Play(world.key.clone()))} data-testid="play-kept"
                            >{ words.play_kept(texts, &world.name, world.bytes) }</button>
                            <button
                                type="button" aria-label={words.forget_which(&world.name)}
                                onclick={says(Said::Forget(world.key.clone()))}
                                data-testid="forget-kept"
                            >{ words.forget }</button>
                        </li>
                    }) }
                </ul>
            }
            <form class="by-address" {onsubmit} novalidate=true>
                <label>
                    <span>{ words.by_address }</span>
                    <input
                        ref={field} type="url" placeholder="https://…" inputmode="url"
                        autocomplete="off" dir="ltr" aria-label={words.address}
                        aria-invalid={mistyped.to_string()}
                        aria-describedby={mistyped.then_some("mistyped")} data-testid="address"
                    />
                </label>
                <button type="submit" disabled={!props.enabled} data-testid="look">
                    { words.look }
                </button>
            </form>
            if mistyped {
                <p class="small" id="mistyped" data-testid="mistyped">{ words.no_address }{ "." }</p>
            }
        </>
    }
}
