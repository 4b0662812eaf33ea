//! The sketch and all that it is drawn with.

use std::rc::Rc;

use web::state::State;
use web::state::studio::{Act, Ground};
use yew::prelude::*;

use super::board::Board;
use super::icons;
use super::reading::Reading;
use super::tools::{Colours, Stamps, Tools};
use crate::components::picture::Picture;
use crate::components::words::use_texts;

/// What [`Sketch`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
    /// Hears of what is done.
    pub act: Callback<Act>,
}

/// The board, what lies beside it, and the way into the world.
#[component]
pub fn Sketch(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props { state, act } = props;
    let Some(sketch) = &state.studio.sketch else {
        return html! {};
    };
    let onkeydown = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
                return;
            }
            let back = match event.key().as_str() {
                "z" | "Z" => !event.shift_key(),
                "y" | "Y" => false,
                _ => return,
            };
            event.prevent_default();
            act.emit(if back { Act::Undo } else { Act::Redo });
        })
    };
    let materials = state.studio.materials.clone();
    html! {
        <div class="desk" {onkeydown}>
            <div class="left">
                <Board sketch={sketch.clone()} act={act.clone()} />
                <div class="ends">
                    <Step
                        label={words.undo} keys="Control+Z" idle={!sketch.can_undo()} id="undo"
                        onclick={act.reform(|_| Act::Undo)}
                    >
                        { icons::undo() }
                    </Step>
                    <Step
                        label={words.redo} keys="Control+Y" idle={!sketch.can_redo()} id="redo"
                        onclick={act.reform(|_| Act::Redo)}
                    >
                        { icons::redo() }
                    </Step>
                    <button
                        type="button" class="primary" onclick={act.reform(|_| Act::Play)}
                        data-testid="sketch-play"
                    >
                        { words.play_this }
                    </button>
                </div>
            </div>
            <div class="right">
                <Tools sketch={sketch.clone()} act={act.clone()} />
                <h3>{ words.palette }</h3>
                <Colours
                    sketch={sketch.clone()} act={act.clone()} materials={materials.clone()}
                />
                <Reading state={state.clone()} />
                <Stamps sketch={sketch.clone()} act={act.clone()} {materials} />
                <Grounds state={state.clone()} act={act.clone()} />
                <p class="small" id="board-more">{ words.board_more }</p>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct StepProps {
    label: &'static str,
    keys: &'static str,
    /// There is nothing to take back. Not disabled then: it would lose the focus.
    idle: bool,
    id: &'static str,
    onclick: Callback<MouseEvent>,
    children: Html,
}

/// A step back or again.
#[component]
fn Step(props: &StepProps) -> Html {
    html! {
        <button
            type="button" class="key" aria-label={props.label} title={props.label}
            aria-keyshortcuts={props.keys} aria-disabled={props.idle.then_some("true")}
            onclick={props.onclick.clone()} data-testid={props.id}
        >
            { props.children.clone() }
        </button>
    }
}

/// What can be drawn on: nothing, the frame on the screen, or a picture of the gallery.
#[component]
fn Grounds(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props { state, act } = props;
    let world = state.world.as_ref();
    let names = world.map(|w| w.gallery.as_slice()).unwrap_or_default();
    let on = |ground: Ground| act.reform(move |_: MouseEvent| Act::Sketch(Some(ground)));
    let gallery = names.iter().zip(&*state.thumbnails).enumerate();
    let gallery = gallery.filter_map(|(place, (name, picture))| {
        let label = words.ground_gallery(name);
        Some(html! {
            <button
                key={place} type="button" class="swatch" aria-label={label.clone()} title={label}
                onclick={on(Ground::Gallery(place))} data-testid={format!("ground-{place}")}
            >
                <Picture picture={picture.clone()?} />
            </button>
        })
    });
    html! {
        <>
            <h3>{ words.ground }</h3>
            <div class="grounds">
                <button type="button" onclick={on(Ground::Plain)} data-testid="ground-plain">
                    { words.ground_plain }
                </button>
                if let Some(frame) = &state.frame {
                    <button
                        type="button" class="pictured" onclick={on(Ground::Frame)}
                        data-testid="ground-frame"
                    >
                        <Picture picture={frame.picture.clone()} />
                        { words.ground_frame }
                    </button>
                }
            </div>
            <div class="swatches" role="group" aria-label={words.ground}>{ for gallery }</div>
        </>
    }
}
