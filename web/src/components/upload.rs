//! A picture of the visitor's own.

use web::state::Event;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::words::use_texts;
use crate::browser::files;

/// What [`Upload`] and [`FileButton`] take.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether a picture can be chosen.
    pub enabled: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
}

/// A button for a picture file.
#[component]
pub fn Upload(props: &Props) -> Html {
    let texts = use_texts();
    html! {
        <>
            <FileButton
                enabled={props.enabled} on={props.on.clone()} testid="upload"
                accept="image/png,image/jpeg,image/gif,image/webp,image/bmp"
                label={texts.own_picture}
            />
            <p class="small">{ texts.own_picture_more }</p>
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
        <label class="button file">
            <input
                type="file" class="unseen" accept={props.accept.clone()}
                disabled={!props.enabled} {onchange} data-testid={props.testid.clone()}
            />
            { &props.label }
        </label>
    }
}
