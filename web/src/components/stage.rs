//! The screen on which the world is seen.

use std::rc::Rc;

use web::state::{Remedy, State};
use yew::prelude::*;

use super::picture::Picture;
use super::progress::Progress;

/// What [`Stage`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
}

/// The newest frame; loading, while there is none. Its `data-` attributes are for tests.
#[component]
pub fn Stage(props: &Props) -> Html {
    let state = &props.state;
    let (width, height) = state
        .world
        .as_ref()
        .map_or((64, 64), |w| (w.width, w.height));
    let style = format!("--w:{width};--h:{height}");
    let device = state.device.as_ref().map(|d| d.kind.id());
    let index = state.frame.as_ref().map(|f| f.index.to_string());
    let tokens = state.frame.as_ref().map(|f| {
        f.tokens
            .iter()
            .map(|token| format!("{token:04x}"))
            .collect::<String>()
    });
    let name = state.world.as_ref().map(|w| w.name.clone());
    let stopped = state
        .trouble
        .as_ref()
        .is_some_and(|t| t.remedy != Remedy::Dismiss);
    let phase = if state.progress.is_some() {
        "loading"
    } else if stopped {
        "stopped"
    } else if state.frame.is_some() {
        "playing"
    } else {
        "ready"
    };
    html! {
        <section
            class="stage" aria-label="Screen" {style}
            data-testid="stage" data-phase={phase} data-device={device} data-world={name.clone()}
            data-frame={index.clone()} data-tokens={tokens}
            data-busy={state.waiting.is_some().to_string()}
        >
            <div class="screen">
                if let Some(frame) = &state.frame {
                    <Picture
                        picture={Rc::new(frame.picture.clone())}
                        label={format!(
                            "Frame {} of the world {}", frame.index, name.unwrap_or_default()
                        )}
                        testid="canvas"
                    />
                }
                if let Some(progress) = state.progress {
                    <Progress {progress} />
                } else if state.frame.is_none() && state.is_open() && state.waiting.is_none() {
                    <p class="hint">{ "Choose a picture to start from." }</p>
                }
            </div>
        </section>
    }
}
