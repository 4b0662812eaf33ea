//! Tools, colours and pieces of the world, to draw with.

use std::rc::Rc;

use web::protocol;
use web::sketch::{Rgb, SIZES, Sketch, Tool};
use web::state::studio::{Act, Materials};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::icons;
use crate::components::picture::Picture;
use crate::components::words::use_texts;

/// What [`Tools`], [`Colours`] and [`Stamps`] take.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The sketch and the tool in the hand.
    pub sketch: Rc<Sketch>,
    /// What this world is drawn with, once that is known.
    #[prop_or_default]
    pub materials: Option<Rc<Materials>>,
    /// Hears of what is taken.
    pub act: Callback<Act>,
}

/// The tools and how they draw.
#[component]
pub fn Tools(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props { sketch, act, .. } = props;
    let tools = Tool::ALL.map(|tool| {
        let label = words.tool(tool);
        html! {
            <button
                key={tool.id()} type="button" class="key" aria-label={label} title={label}
                aria-pressed={(sketch.tool == tool).to_string()}
                onclick={act.reform(move |_| Act::Tool(tool))}
                data-testid={format!("tool-{}", tool.id())}
            >
                { icons::tool(tool) }
            </button>
        }
    });
    let mirror = sketch.mirror;
    let size = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Ok(size) = select.value().parse() {
                act.emit(Act::Size(size));
            }
        })
    };
    let filled = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            act.emit(Act::Fill(input.checked()));
        })
    };
    html! {
        <div class="tools" role="group" aria-label={words.tools}>
            { for tools }
            <button
                type="button" class="key" aria-label={words.mirror} title={words.mirror}
                aria-pressed={mirror.to_string()} onclick={act.reform(move |_| Act::Mirror(!mirror))}
                data-testid="mirror"
            >
                { icons::mirror() }
            </button>
            <select
                aria-label={words.size} title={words.size} onchange={size} data-testid="size"
            >
                { for SIZES.map(|size| html! {
                    <option value={size.to_string()} selected={size == sketch.size}>
                        { words.pixels(size) }
                    </option>
                }) }
            </select>
            if sketch.tool == Tool::Rectangle {
                <label class="check">
                    <input
                        type="checkbox" checked={sketch.filled} onchange={filled}
                        data-testid="filled"
                    />
                    <span>{ words.filled }</span>
                </label>
            }
        </div>
    }
}

/// A picture of one pixel.
fn dot([r, g, b]: Rgb) -> Rc<protocol::Picture> {
    Rc::new(protocol::Picture {
        width: 1,
        height: 1,
        rgba: vec![r, g, b, 255],
    })
}

/// One of the pictures that can be chosen from.
fn swatch(
    id: String,
    label: String,
    picture: Rc<protocol::Picture>,
    chosen: bool,
    choose: Callback<MouseEvent>,
) -> Html {
    html! {
        <button
            key={id.clone()} type="button" class="swatch" aria-label={label.clone()} title={label}
            aria-pressed={chosen.to_string()} onclick={choose} data-testid={id}
        >
            <Picture {picture} />
        </button>
    }
}

/// The world's colours, and any other.
#[component]
pub fn Colours(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props {
        sketch,
        act,
        materials,
    } = props;
    let any = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Some(colour) = from_hex(&input.value()) {
                act.emit(Act::Colour(colour));
            }
        })
    };
    let [r, g, b] = sketch.colour;
    let Some(materials) = materials else {
        return html! { <p class="small">{ words.searching }</p> };
    };
    let colours = materials
        .palette
        .iter()
        .enumerate()
        .map(|(place, &colour)| {
            let label = words.colour_number(colour, place);
            let choose = act.reform(move |_| Act::Colour(colour));
            swatch(
                format!("colour-{place}"),
                label,
                dot(colour),
                sketch.colour == colour,
                choose,
            )
        });
    html! {
        <div class="swatches" role="group" aria-label={words.palette} data-testid="palette">
            { for colours }
            <input
                type="color" value={format!("#{r:02x}{g:02x}{b:02x}")} oninput={any}
                aria-label={words.another_colour} title={words.another_colour}
                data-testid="any-colour"
            />
        </div>
    }
}

/// The world's pieces.
#[component]
pub fn Stamps(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props {
        sketch,
        act,
        materials,
    } = props;
    let Some(materials) = materials.as_ref().filter(|m| !m.stamps.is_empty()) else {
        return html! {};
    };
    let held = sketch.stamp.as_ref().filter(|_| sketch.tool == Tool::Stamp);
    let held = held.map(|stamp| stamp.picture());
    let stamps = materials.stamps.iter().enumerate().map(|(place, stamp)| {
        let label = words.stamp_number(place);
        let chosen = held.as_ref() == Some(&**stamp);
        let choose = act.reform(move |_| Act::Stamp(place));
        swatch(
            format!("stamp-{place}"),
            label,
            stamp.clone(),
            chosen,
            choose,
        )
    });
    html! {
        <>
            <h3>{ words.stamps }</h3>
            <div class="swatches" role="group" aria-label={words.stamps} data-testid="stamps">
                { for stamps }
            </div>
        </>
    }
}

/// `#rrggbb` as a colour.
fn from_hex(text: &str) -> Option<Rgb> {
    let number = u32::from_str_radix(text.strip_prefix('#')?, 16).ok()?;
    let [_, r, g, b] = number.to_be_bytes();
    Some([r, g, b])
}
