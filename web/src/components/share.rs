//! A link for what is being played: to copy, to send, to be photographed.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web::js;
use web::state::State;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::qr::{self, Qr};
use super::words::use_texts;
use crate::browser::sharing;

/// Characters from which on a link is likely to be cut off on its way.
const LONG: usize = 2000;

/// What [`Share`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
}

/// What became of the newest attempt to copy.
#[derive(Clone, Copy, PartialEq)]
enum Copied {
    Yes,
    ByHand,
}

/// The link, and the ways it can go.
#[component]
pub fn Share(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.sharing;
    let field = use_node_ref();
    let with_play = use_state_eq(|| true);
    let copied = use_state_eq(|| None::<Copied>);
    let shows_code = use_state_eq(|| false);

    let wanted = props.state.link();
    let frames = wanted.as_ref().and_then(|w| w.link.as_ref());
    let frames = frames.map_or(0, web::share::Link::frames);
    let fragment = wanted.as_ref().map(|wanted| {
        let mut wanted = wanted.clone();
        if !*with_play {
            wanted.link = wanted.link.map(|link| link.prompt_alone());
        }
        wanted.write()
    });
    let too_long = matches!(fragment, Some(None));
    let address = fragment.flatten();
    let address = address.map(|fragment| sharing::page_address() + &fragment);
    let enabled = address.is_some();
    let text = AttrValue::from(address.unwrap_or_default());
    {
        // What was said of another link no longer holds.
        let copied = copied.clone();
        use_effect_with((*with_play, frames), move |_| copied.set(None));
    }

    let choose = |value: bool| {
        let with_play = with_play.clone();
        Callback::from(move |_: Event| with_play.set(value))
    };
    let copy = {
        let (text, field, copied) = (text.clone(), field.clone(), copied.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, field, copied) = (text.clone(), field.clone(), copied.clone());
            spawn_local(async move {
                let done = sharing::copy(&text).await || {
                    if let Some(field) = field.cast::<HtmlInputElement>() {
                        // They fail where there is nothing to select.
                        let _ = field.focus();
                        field.select();
                    }
                    sharing::copy_selected()
                };
                copied.set(Some(if done { Copied::Yes } else { Copied::ByHand }));
            });
        })
    };
    let send = {
        let text = text.clone();
        Callback::from(move |_: MouseEvent| sharing::send(texts.title, &text))
    };
    let select = Callback::from(|event: FocusEvent| {
        let field: HtmlInputElement = event.target_unchecked_into();
        field.select();
    });
    let unfold = {
        let shows_code = shows_code.clone();
        Callback::from(move |event: Event| {
            let open = event.target().map(|details| js::get(&details, "open"));
            shows_code.set(open.is_some_and(|open| open.is_truthy()));
        })
    };
    let said = match *copied {
        Some(Copied::Yes) => words.copied,
        Some(Copied::ByHand) => words.copy_by_hand,
        None => "",
    };
    let radio = |value: bool, label: String, id: &'static str| {
        html! {
            <label class="check">
                <input
                    type="radio" name="share" checked={*with_play == value} onchange={choose(value)}
                    data-testid={id}
                />
                <span>{ label }</span>
            </label>
        }
    };
    html! {
        <section class="card share" aria-labelledby="share" data-testid="share">
            <h2 id="share">{ words.share }</h2>
            <p class="small">{ words.share_more }</p>
            <div class="choice" role="radiogroup" aria-labelledby="share">
                { radio(true, format!("{} ({})", words.with_play, words.frames_in_link(frames)), "share-play") }
                { radio(false, words.prompt_only.to_owned(), "share-prompt") }
            </div>
            <input
                ref={field} type="text" readonly=true value={text.clone()} aria-label={words.link}
                onfocus={select} disabled={!enabled} data-testid="share-link" dir="ltr"
            />
            if too_long {
                <p class="small">{ words.too_long }</p>
            } else if text.len() > LONG {
                <p class="small">{ words.long_link(text.len()) }</p>
            }
            <div class="buttons">
                <button
                    type="button" class="primary" onclick={copy} disabled={!enabled}
                    data-testid="share-copy"
                >{ words.copy }</button>
                if sharing::can_send() {
                    <button
                        type="button" onclick={send} disabled={!enabled} data-testid="share-send"
                    >{ words.send }</button>
                }
            </div>
            <p class="small" role="status" data-testid="share-said">{ said }</p>
            <details ontoggle={unfold} data-testid="share-qr">
                <summary>{ words.qr }</summary>
                if *shows_code && enabled {
                    if text.len() <= qr::LONGEST {
                        <Qr text={text.clone()} label={words.qr_label} />
                    } else {
                        <p class="small">{ words.qr_too_long }</p>
                    }
                }
            </details>
        </section>
    }
}
