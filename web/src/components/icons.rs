//! Pictograms, drawn here: no font has them all.

use web::moves::{Kind, Way};
use yew::prelude::*;

/// The lamp, as pixels.
pub fn lamp() -> Html {
    const ROWS: [&str; 12] = [
        "......gg........",
        ".......g........",
        "......gggg......",
        ".....gggggg.....",
        "g...hhgggggg.gg.",
        "gg.hhgggggggg..g",
        ".ggggggggggggg.g",
        "..ggggggggggggg.",
        "....gggggggg....",
        "......ssss......",
        ".....gggggg.....",
        "....ssssssss....",
    ];
    let pixels = ROWS.iter().enumerate().flat_map(|(y, row)| {
        row.bytes().enumerate().filter_map(move |(x, pixel)| {
            let class = match pixel {
                b'g' => "gold",
                b'h' => "shine",
                b's' => "shade",
                _ => return None,
            };
            Some(html! {
                <rect {class} x={x.to_string()} y={y.to_string()} width="1.02" height="1.02" />
            })
        })
    });
    html! {
        <svg class="lamp" viewBox="0 0 16 12" aria-hidden="true">{ for pixels }</svg>
    }
}

/// What a button of the transport does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    Back,
    Step,
    Restart,
    Dice,
    FullScreen,
    Window,
}

/// A pictogram in the colour of its text.
pub fn icon(icon: Icon) -> Html {
    let path = match icon {
        Icon::Play => "M7 4l13 8-13 8z",
        Icon::Pause => "M6 4h4v16H6zM14 4h4v16h-4z",
        Icon::Back => "M5 4h3v16H5zM20 4v16L9 12z",
        Icon::Step => "M16 4h3v16h-3zM4 4l11 8-11 8z",
        Icon::Restart => "M12 5V1L6 6.5 12 12V8a5 5 0 1 1-5 5H4a8 8 0 1 0 8-8z",
        Icon::Dice => {
            "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3 3a2 2 0 1 0 \
             0 4 2 2 0 0 0 0-4zm8 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm-4 4a2 2 0 1 0 0 4 2 2 0 0 0 \
             0-4zm-4 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm8 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"
        }
        Icon::FullScreen => "M3 3h7v3H6v4H3zM14 3h7v7h-3V6h-4zM3 14h3v4h4v3H3zM18 14h3v7h-7v-3h4z",
        Icon::Window => "M7 3h3v7H3V7h4zM14 3h3v4h4v3h-7zM3 14h7v7H7v-4H3zM14 14h7v3h-4v4h-3z",
    };
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={path} fill-rule="evenodd" />
        </svg>
    }
}

/// What an action does, as far as its name says: an arrow, a circle for standing still, else its
/// number.
pub fn pictogram(kind: Kind, action: usize) -> Html {
    let drawing = match kind {
        Kind::Way(Way { x, y }) => {
            let turn = match (x, y) {
                (0, 1) => 0,
                (1, 1) => 45,
                (1, 0) => 90,
                (1, -1) => 135,
                (0, -1) => 180,
                (-1, -1) => 225,
                (-1, 0) => 270,
                _ => 315,
            };
            html! {
                <path
                    d="M16 4l10 12h-6v12h-8V16H6z" transform={format!("rotate({turn} 16 16)")}
                />
            }
        }
        Kind::Still => html! { <circle cx="16" cy="16" r="7" /> },
        Kind::Unused | Kind::Other => html! {
            <text x="16" y="23" text-anchor="middle">{ action + 1 }</text>
        },
    };
    html! { <svg class="pictogram" viewBox="0 0 32 32" aria-hidden="true">{ drawing }</svg> }
}
