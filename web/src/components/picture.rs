//! A picture of few pixels, drawn large without blurring.

use std::rc::Rc;

use wasm_bindgen::{Clamped, JsCast};
use web::protocol;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::prelude::*;

/// What [`Picture`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The pixels.
    pub picture: Rc<protocol::Picture>,
    /// What it shows, for those who can't see it; nothing if that is said beside it.
    #[prop_or_default]
    pub label: Option<String>,
    /// For tests.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
}

/// A canvas of as many pixels as the picture has; the style makes it large.
#[component]
pub fn Picture(props: &Props) -> Html {
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        use_effect_with(props.picture.clone(), move |picture| {
            draw(&canvas, picture);
        });
    }
    let (width, height) = (
        props.picture.width.to_string(),
        props.picture.height.to_string(),
    );
    let role = props.label.as_ref().map(|_| "img");
    let hidden = props.label.is_none().then_some("true");
    html! {
        <canvas
            ref={canvas} {width} {height} {role} aria-hidden={hidden}
            aria-label={props.label.clone()} data-testid={props.testid.clone()}
        />
    }
}

/// Draws, unless the canvas or the browser's memory for it is gone: then there is nothing to see.
fn draw(canvas: &NodeRef, picture: &protocol::Picture) -> Option<()> {
    let canvas = canvas.cast::<HtmlCanvasElement>()?;
    let context = canvas.get_context("2d").ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    let pixels = Clamped(picture.rgba.as_slice());
    let data = ImageData::new_with_u8_clamped_array(pixels, picture.width as u32).ok()?;
    context.put_image_data(&data, 0.0, 0.0).ok()
}
