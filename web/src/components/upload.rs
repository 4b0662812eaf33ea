//! A picture of the visitor's own: from a file, from the camera, or drawn.

use web::state::Event;
use web::state::studio::{Act, Ground};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::words::use_texts;
use crate::browser::files;

/// What [`Upload`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether a picture can be chosen.
    pub enabled: bool,
    /// Whether there is a frame to draw on.
    pub framed: bool,
    /// Whether one is being opened.
    pub opening: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
}

/// A button for each way to a picture.
#[component]
pub fn Upload(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.studio;
    let Props {
        enabled,
        framed,
        opening,
        on,
    } = props;
    let draw =
        |ground: Option<Ground>| on.reform(move |_: MouseEvent| Event::Studio(Act::Sketch(ground)));
    html! {
        <>
            <div class="ways">
                <button
                    type="button" disabled={!enabled} onclick={draw(None)} data-testid="draw"
                >
                    { words.draw }
                </button>
                <button
                    type="button" disabled={!enabled || !framed}
                    onclick={draw(Some(Ground::Frame))} data-testid="draw-on-frame"
                >
                    { words.draw_on_frame }
                </button>
                <FileButton
                    {enabled} on={on.clone()} testid="upload" label={words.own_file}
                    accept="image/png,image/jpeg,image/gif,image/webp,image/bmp,video/*"
                />
                <FileButton
                    {enabled} on={on.clone()} testid="camera" accept="image/*"
                    capture="environment" label={words.photo}
                />
            </div>
            <p class="small" data-testid="opening">
                { if *opening { words.opening } else { texts.own_picture_more } }
            </p>
        </>
    }
}

/// What [`FileButton`] takes.
#[derive(Properties, PartialEq)]
pub struct FileProps {
    /// What it says.
    pub label: AttrValue,
    /// The files it offers.
    pub accept: AttrValue,
    /// For tests.
    pub testid: AttrValue,
    /// Which camera takes the picture, where there is one.
    #[prop_or_default]
    pub capture: Option<AttrValue>,
    /// Whether a file can be chosen.
    pub enabled: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
}

/// The browser's own control for files, in our style.
#[component]
pub fn FileButton(props: &FileProps) -> Html {
    let texts = use_texts();
    let onchange = {
        let on = props.on.clone();
        Callback::from(move |event: yew::Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            files::open(input.files(), texts, &on);
            // So that the same file can be chosen again.
            input.set_value("");
        })
    };
    html! {
        <label class={classes!("button", "file", props.capture.as_ref().map(|_| "camera"))}>
            <input
                type="file" class="unseen" accept={props.accept.clone()}
                capture={props.capture.clone()} disabled={!props.enabled} {onchange} data-testid={props.testid.clone()}
            />
            { &props.label }
        </label>
    }
}
