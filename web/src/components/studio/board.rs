//! The canvas on which a sketch is drawn: by mouse, finger, pen or keyboard.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web::sketch::{Point, STAMP, Sketch};
use web::state::studio::Act;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::components::picture::Picture;
use crate::components::words::use_texts;

/// The button that a pen's other end presses, and its bit among all that are pressed.
const ERASER: i16 = 5;
const ERASER_BIT: u16 = 32;

/// What [`Board`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What has been drawn.
    pub sketch: Rc<Sketch>,
    /// Hears of what is done.
    pub act: Callback<Act>,
}

/// The pixel under a pointer, for a board of so many pixels.
fn pixel(board: &HtmlElement, sketch: &Sketch, x: i32, y: i32) -> Point {
    let place = |at: i32, size: i32, pixels: usize| {
        (f64::from(at) * pixels as f64 / f64::from(size.max(1))).floor() as i32
    };
    let canvas = sketch.canvas();
    Point {
        x: place(x, board.client_width(), canvas.width()),
        y: place(y, board.client_height(), canvas.height()),
    }
}

/// What the browser has joined into one event, from one frame of the screen to the next; the event
/// itself where it doesn't tell.
fn joined(event: &PointerEvent) -> Vec<PointerEvent> {
    // Some browsers have it on pages over https only, or not at all.
    let told = js_sys::Reflect::has(event, &"getCoalescedEvents".into());
    let mut events = Vec::new();
    if told == Ok(true) {
        let all = event.get_coalesced_events();
        events.extend(all.iter().filter_map(|e| e.dyn_into().ok()));
    }
    if events.is_empty() {
        events.push(event.clone());
    }
    events
}

/// The sketch, with a grid over it and the keyboard's cursor.
#[component]
pub fn Board(props: &Props) -> Html {
    let words = &use_texts().studio;
    let Props { sketch, act } = props;
    let board = use_node_ref();
    let pointer = use_mut_ref(|| None::<i32>);
    let (width, height) = (sketch.canvas().width(), sketch.canvas().height());
    {
        let board = board.clone();
        use_effect_with(
            (width, height, sketch.cursor()),
            move |&(width, height, at)| {
                if let Some(board) = board.cast::<HtmlElement>() {
                    let style = board.style();
                    // They fail for names of properties that are none.
                    let set = |name: &str, value: String| drop(style.set_property(name, &value));
                    set("--w", width.to_string());
                    set("--h", height.to_string());
                    set("--x", at.x.to_string());
                    set("--y", at.y.to_string());
                }
            },
        );
    }
    let onpointerdown = {
        let (board, act, sketch, pointer) =
            (board.clone(), act.clone(), sketch.clone(), pointer.clone());
        Callback::from(move |event: PointerEvent| {
            let erase = event.button() == ERASER || event.buttons() & ERASER_BIT != 0;
            let presses = event.is_primary() && (event.button() == 0 || erase);
            let Some(board) = board.cast::<HtmlElement>().filter(|_| presses) else {
                return;
            };
            // So that a stroke may leave the board and come back. It fails for a pointer that is gone.
            let _ = board.set_pointer_capture(event.pointer_id());
            let _ = board.focus();
            *pointer.borrow_mut() = Some(event.pointer_id());
            let at = pixel(&board, &sketch, event.offset_x(), event.offset_y());
            act.emit(Act::Down(at, erase));
        })
    };
    let onpointermove = {
        let (board, act, sketch, pointer) =
            (board.clone(), act.clone(), sketch.clone(), pointer.clone());
        Callback::from(move |event: PointerEvent| {
            if *pointer.borrow() != Some(event.pointer_id()) {
                return;
            }
            let Some(board) = board.cast::<HtmlElement>() else {
                return;
            };
            let points = joined(&event).into_iter().map(|e| {
                // Their place on the board itself is told for the last one only.
                let x = event.offset_x() + e.client_x() - event.client_x();
                let y = event.offset_y() + e.client_y() - event.client_y();
                pixel(&board, &sketch, x, y)
            });
            act.emit(Act::Drag(points.collect()));
        })
    };
    let ends = |what: Act| {
        let (act, pointer) = (act.clone(), pointer.clone());
        Callback::from(move |event: PointerEvent| {
            let ours = *pointer.borrow() == Some(event.pointer_id());
            if ours {
                *pointer.borrow_mut() = None;
                act.emit(what.clone());
            }
        })
    };
    let onkeydown = {
        let (act, drawing) = (act.clone(), sketch.is_drawing());
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let far = if event.shift_key() { STAMP as i32 } else { 1 };
            let done = match event.key().as_str() {
                "ArrowLeft" => Act::Go(-far, 0),
                "ArrowRight" => Act::Go(far, 0),
                "ArrowUp" => Act::Go(0, -far),
                "ArrowDown" => Act::Go(0, far),
                " " | "Enter" if event.repeat() => return event.prevent_default(),
                " " | "Enter" => Act::Press,
                "Escape" if drawing => Act::Cancel,
                _ => return,
            };
            event.prevent_default();
            act.emit(done);
        })
    };
    let onkeyup = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), " " | "Enter") {
                act.emit(Act::Release);
            }
        })
    };
    html! {
        <div
            ref={board} class={classes!("board", sketch.mirror.then_some("mirrored"))} dir="ltr"
            tabindex="0" autofocus=true role="application" aria-label={words.board(width, height)}
            aria-describedby="board-more" {onpointerdown} {onpointermove}
            onpointerup={ends(Act::Up)} onpointercancel={ends(Act::Cancel)} {onkeydown} {onkeyup}
            onblur={act.reform(|_| Act::Release)}
            oncontextmenu={|event: MouseEvent| event.prevent_default()} data-testid="board"
        >
            <Picture picture={Rc::new(sketch.canvas().picture())} testid="sketch" />
            <span class="grid" />
            <span class="cursor" />
        </div>
    }
}
