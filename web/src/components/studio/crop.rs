//! A picture of the visitor's: which part of it is played, and which frames if it moves.

use std::rc::Rc;

use web::footage::Take;
use web::state::State;
use web::state::studio::{Act, Ground};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::reading::Reading;
use super::view::View;
use crate::components::picture::Picture;
use crate::components::words::use_texts;

/// What [`Crop`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
    /// Hears of what is done.
    pub act: Callback<Act>,
}

/// The part, its controls, and the way into the world.
#[component]
pub fn Crop(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.studio;
    let Props { state, act } = props;
    let Some(cutting) = &state.studio.cutting else {
        return html! {};
    };
    let crop = cutting.crop;
    let zoom = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            act.emit(Act::Zoom(input.value_as_number()));
        })
    };
    let whole = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            act.emit(Act::Whole(input.checked()));
        })
    };
    let take = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Some(take) = Take::from_id(&select.value()) {
                act.emit(Act::Take(take));
            }
        })
    };
    let fps = state.world.as_ref().map_or(1, |w| w.fps);
    let takes = Take::ALL.map(|take| {
        let (frames, seconds) = cutting.extent(take, fps);
        html! {
            <option value={take.id()} selected={take == cutting.take}>
                { words.take(take, frames, &texts.number(seconds, 1)) }
            </option>
        }
    });
    let clip = cutting.clip();
    let frames = (0..clip.frames).filter_map(|place| clip.picture(place));
    html! {
        <div class="desk">
            <div class="left">
                <View picture={cutting.picture().clone()} {crop} act={act.clone()} />
                <div class="ends">
                    <button
                        type="button" onclick={act.reform(|_| Act::Sketch(Some(Ground::Part)))}
                        data-testid="crop-draw"
                    >
                        { words.draw_on }
                    </button>
                    <button
                        type="button" class="primary" onclick={act.reform(|_| Act::Play)}
                        data-testid="crop-play"
                    >
                        { words.play_this }
                    </button>
                </div>
            </div>
            <div class="right">
                <Reading state={state.clone()} />
                <div class="setting">
                    <label>
                        <span>
                            { words.zoom }
                            <output>{ format!("{}×", texts.number(crop.zoom(), 1)) }</output>
                        </span>
                        <input
                            type="range" min="1" max={format!("{:.2}", crop.most_zoom())}
                            step="0.01" value={format!("{:.2}", crop.zoom())} oninput={zoom}
                            disabled={crop.is_whole()} data-testid="zoom"
                        />
                    </label>
                    <p class="small" id="crop-more">{ words.crop_more }</p>
                </div>
                if !crop.is_exact() {
                    <label class="check">
                        <input
                            type="checkbox" checked={crop.is_whole()} onchange={whole}
                            data-testid="whole"
                        />
                        <span>{ words.whole }</span>
                    </label>
                }
                if cutting.footage().moves() {
                    <div class="setting">
                        <label>
                            <span>{ words.frames }</span>
                            <select onchange={take} data-testid="take">{ for takes }</select>
                        </label>
                    </div>
                    <div class="strip" aria-hidden="true" data-testid="strip">
                        { for frames.map(|picture| html! {
                            <Picture picture={Rc::new(picture)} />
                        }) }
                    </div>
                }
            </div>
        </div>
    }
}
