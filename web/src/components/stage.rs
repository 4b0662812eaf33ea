//! The screen on which the world is seen.

use std::rc::Rc;

use web::state::{Event, Remedy, State};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::invitation::Invitation;
use super::picture::Picture;
use super::progress::Progress;
use super::words::use_texts;

/// What [`Stage`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
    /// Hears of a visitor who takes over.
    pub on: Callback<Event>,
}

/// Where the page stands, for its style and for tests.
fn phase(state: &State) -> &'static str {
    let stopped = state
        .trouble
        .as_ref()
        .is_some_and(|t| t.remedy != Remedy::Dismiss);
    if state.progress.is_some() {
        "loading"
    } else if stopped {
        "stopped"
    } else if state.frame.is_some() {
        "playing"
    } else {
        "ready"
    }
}

/// The newest frame; loading, while there is none. Its `data-` attributes are for tests.
#[component]
pub fn Stage(props: &Props) -> Html {
    let texts = use_texts();
    let state = &props.state;
    let place = use_node_ref();
    let size = state
        .world
        .as_ref()
        .map_or((64, 64), |w| (w.width, w.height));
    {
        // By hand: the page's policy allows no styles within its HTML.
        let place = place.clone();
        use_effect_with(size, move |(width, height)| {
            if let Some(element) = place.cast::<HtmlElement>() {
                let style = element.style();
                // They fail for names of properties that are none.
                let _ = style.set_property("--w", &width.to_string());
                let _ = style.set_property("--h", &height.to_string());
            }
        });
    }
    let device = state.device.as_ref().map(|d| d.kind.id());
    let index = state.frame.as_ref().map(|f| f.index.to_string());
    let tokens = state.frame.as_ref().map(|f| {
        f.tokens
            .iter()
            .map(|token| format!("{token:04x}"))
            .collect::<String>()
    });
    let name = state.world.as_ref().map(|w| w.name.clone());
    let label = |index| texts.frame_of(index, name.as_deref().unwrap_or_default());
    html! {
        <section
            ref={place} class={classes!("stage", state.prefs.smooth.then_some("smooth"))}
            aria-label={texts.screen}
            data-testid="stage" data-phase={phase(state)} data-device={device}
            data-world={name.clone()} data-frame={index} data-tokens={tokens}
            data-length={state.timeline.len().to_string()}
            data-demo={state.demo.to_string()} data-running={state.is_running().to_string()}
            data-busy={state.waiting.is_some().to_string()}
        >
            <div class="screen">
                if let Some(frame) = &state.frame {
                    <Picture
                        picture={frame.picture.clone()} label={label(frame.index)} testid="canvas"
                    />
                }
                if let Some(progress) = state.progress {
                    <Progress {progress} />
                } else if state.demo && state.can_play() {
                    <Invitation on={props.on.clone()} />
                } else if state.frame.is_none() && state.is_open() && state.waiting.is_none() {
                    <p class="hint">{ texts.choose_picture }</p>
                }
            </div>
        </section>
    }
}
