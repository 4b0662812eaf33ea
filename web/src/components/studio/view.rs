//! The part of a picture that is chosen, to be moved and enlarged.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::{Clamped, JsCast};
use web::crop::Crop;
use web::protocol::Picture;
use web::state::studio::Act;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, ImageData, WheelEvent};
use yew::prelude::*;

use crate::components::words::use_texts;

/// Pixels along the longer side of the view.
const LONGER: f64 = 512.0;
/// How far an arrow key moves the part, in shares of its size.
const STEP: f64 = 0.1;
/// How much a key enlarges it.
const LARGER: f64 = 1.25;

/// What [`View`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The picture.
    pub picture: Rc<Picture>,
    /// The part.
    pub crop: Crop,
    /// Hears of what is done.
    pub act: Callback<Act>,
}

/// Fingers on the view and where they are.
type Fingers = Vec<(i32, f64, f64)>;

/// The part, and all of its controls by pointer and keyboard.
#[component]
pub fn View(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props { picture, crop, act } = props;
    let (view, canvas) = (use_node_ref(), use_node_ref());
    let fingers = use_mut_ref(Fingers::new);
    let source = use_memo(picture.clone(), |picture| source(picture));
    let part = crop.part();
    let scale = LONGER / part.width.max(part.height);
    let (width, height) = (
        (part.width * scale).round().max(1.0),
        (part.height * scale).round().max(1.0),
    );
    {
        let canvas = canvas.clone();
        use_effect_with((source, *crop), move |(source, crop)| {
            draw(&canvas, source.as_ref().as_ref(), crop, (width, height));
        });
    }
    {
        let (view, act) = (view.clone(), act.clone());
        use_effect_with((), move |()| {
            let wheel = view.cast::<HtmlElement>().map(|view| {
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&view, "wheel", options, move |event| {
                    let Some(event) = event.dyn_ref::<WheelEvent>() else {
                        return;
                    };
                    // It would scroll the dialog.
                    event.prevent_default();
                    let turned = event.delta_y().clamp(-200.0, 200.0);
                    act.emit(Act::Scale((-turned / 400.0).exp()));
                })
            });
            move || drop(wheel)
        });
    }
    let onpointerdown = {
        let (view, fingers) = (view.clone(), fingers.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(view) = view.cast::<HtmlElement>().filter(|_| event.button() == 0) else {
                return;
            };
            // It fails for a pointer that is gone.
            let _ = view.set_pointer_capture(event.pointer_id());
            let _ = view.focus();
            let at = (event.client_x().into(), event.client_y().into());
            fingers.borrow_mut().push((event.pointer_id(), at.0, at.1));
        })
    };
    let onpointermove = {
        let (view, fingers, act) = (view.clone(), fingers.clone(), act.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(view) = view.cast::<HtmlElement>() else {
                return;
            };
            let mut fingers = fingers.borrow_mut();
            let apart = spread(&fingers);
            let count = fingers.len() as f64;
            let Some(finger) = fingers.iter_mut().find(|f| f.0 == event.pointer_id()) else {
                return;
            };
            let (x, y) = (event.client_x().into(), event.client_y().into());
            let (dx, dy): (f64, f64) = (x - finger.1, y - finger.2);
            (finger.1, finger.2) = (x, y);
            let (width, height) = (view.client_width().max(1), view.client_height().max(1));
            // Of several fingers each moves its share.
            act.emit(Act::Pan(
                -dx / f64::from(width) / count,
                -dy / f64::from(height) / count,
            ));
            if let (Some(before), Some(now)) = (apart, spread(&fingers)) {
                act.emit(Act::Scale(now / before));
            }
        })
    };
    let lift = Callback::from(move |event: PointerEvent| {
        fingers.borrow_mut().retain(|f| f.0 != event.pointer_id());
    });
    let onkeydown = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let done = match event.key().as_str() {
                "ArrowLeft" => Act::Pan(-STEP, 0.0),
                "ArrowRight" => Act::Pan(STEP, 0.0),
                "ArrowUp" => Act::Pan(0.0, -STEP),
                "ArrowDown" => Act::Pan(0.0, STEP),
                "+" | "=" => Act::Scale(LARGER),
                "-" | "−" => Act::Scale(1.0 / LARGER),
                _ => return,
            };
            event.prevent_default();
            act.emit(done);
        })
    };
    html! {
        <div
            ref={view} class="view" dir="ltr" tabindex="0" autofocus=true role="application"
            aria-label={words.crop_view} aria-describedby="crop-more" {onpointerdown}
            {onpointermove} onpointerup={lift.clone()} onpointercancel={lift} {onkeydown}
            data-testid="crop-view"
        >
            <canvas
                ref={canvas} width={width.to_string()} height={height.to_string()}
                aria-hidden="true"
            />
        </div>
    }
}

/// How far the first two fingers are apart.
fn spread(fingers: &Fingers) -> Option<f64> {
    let [(_, x, y), (_, other_x, other_y), ..] = fingers[..] else {
        return None;
    };
    Some((x - other_x).hypot(y - other_y)).filter(|apart| *apart > 1.0)
}

/// The picture on a canvas of its own, from which parts are drawn.
fn source(picture: &Picture) -> Option<HtmlCanvasElement> {
    let document = web_sys::window()?.document()?;
    let canvas = document.create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    canvas.set_width(picture.width as u32);
    canvas.set_height(picture.height as u32);
    let pixels = Clamped(picture.rgba.as_slice());
    let data = ImageData::new_with_u8_clamped_array(pixels, picture.width as u32).ok()?;
    context(&canvas)?.put_image_data(&data, 0.0, 0.0).ok()?;
    Some(canvas)
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

fn draw(
    canvas: &NodeRef,
    source: Option<&HtmlCanvasElement>,
    crop: &Crop,
    (width, height): (f64, f64),
) -> Option<()> {
    let canvas = canvas.cast::<HtmlCanvasElement>()?;
    let context = context(&canvas)?;
    let part = crop.part();
    context.clear_rect(0.0, 0.0, width, height);
    // Pixel art stays pixel art.
    context.set_image_smoothing_enabled(part.width > 128.0);
    context
        .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            source?,
            part.x,
            part.y,
            part.width,
            part.height,
            0.0,
            0.0,
            width,
            height,
        )
        .ok()
}
