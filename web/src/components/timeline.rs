//! The timeline: small pictures of the frames so far, and a place among them.

use web::state::{Event, SLOTS, Timeline as Frames};
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::picture::Picture;
use super::words::use_texts;

/// What [`Timeline`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The frames.
    pub frames: Frames,
    /// Whether one can be gone to.
    pub enabled: bool,
    /// Hears of one that is.
    pub on: Callback<Event>,
}

/// A strip that fills up, and a slider over it. When it is full there is room for twice as many.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let texts = use_texts();
    let (at, all, room) = (props.frames.at(), props.frames.len(), props.frames.room());
    let strip = use_node_ref();
    {
        let strip = strip.clone();
        use_effect_with((at, all, room), move |&(at, all, room)| {
            if let Some(element) = strip.cast::<HtmlElement>() {
                let style = element.style();
                let share = |frames: usize| format!("{:.4}", frames as f64 / room as f64);
                // They fail for names of properties that are none.
                let _ = style.set_property("--at", &share(at));
                let _ = style.set_property("--all", &share(all));
            }
        });
    }
    let seek = {
        let on = props.on.clone();
        move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let frame = input.value_as_number() as usize;
            // There is nothing beyond the newest frame yet.
            if frame > all {
                input.set_value(&all.to_string());
            }
            if frame.min(all) != at {
                on.emit(Event::Seek(frame.min(all)));
            }
        }
    };
    // After a pointer, unlike after the keyboard, the arrow keys are for the world again.
    let onpointerup = Callback::from(|event: PointerEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let _ = input.blur();
    });
    let pictures = props.frames.pictures();
    let slots = (0..SLOTS).map(|slot| {
        html! {
            <li key={slot}>
                if let Some(picture) = pictures.get(slot) {
                    <Picture picture={picture.clone()} />
                }
            </li>
        }
    });
    html! {
        <div ref={strip} class="timeline" data-testid="timeline">
            <ul aria-hidden="true">{ for slots }</ul>
            <input
                type="range" min="0" max={room.to_string()} value={at.to_string()} oninput={seek}
                {onpointerup}
                disabled={!props.enabled} aria-label={texts.timeline}
                aria-valuetext={texts.frame_number(at, all)} dir="ltr" data-testid="seek"
            />
            <span class="head" aria-hidden="true" />
        </div>
    }
}
