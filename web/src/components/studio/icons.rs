//! Pictograms of the tools.

use web::sketch::Tool;
use yew::prelude::*;

fn drawn(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={path} fill-rule="evenodd" />
        </svg>
    }
}

/// What a tool looks like.
pub fn tool(tool: Tool) -> Html {
    drawn(match tool {
        Tool::Brush => {
            "M20.7 3.3a2 2 0 0 0-2.8 0L9 12.2l2.8 2.8 8.9-8.9a2 2 0 0 0 0-2.8zM7.6 13.6c-1.9.3-2.8 1.7-3 3.4-.1 1.2-.6 2-1.6 2.6 1.5 1.2 6 1.7 7.6-1 .6-1 .4-2.1-.2-2.9z"
        }
        Tool::Eraser => {
            "M15.2 3.6l5.2 5.2a2 2 0 0 1 0 2.8L13 19h8v2H8.2l-5-5a2 2 0 0 1 0-2.8l9.2-9.6a2 2 0 0 1 2.8 0zM8.4 10.7L4.7 14.6 9 19h1.2l3.5-3.5z"
        }
        Tool::Fill => {
            "M10.5 2.5l8.3 8.3-6.9 6.9a2 2 0 0 1-2.8 0l-5-5a2 2 0 0 1 0-2.8L9 5 8.2 3.9zm-.1 3.7L5.9 11h9.6zM20.5 13s2 2.6 2 4.2a2 2 0 0 1-4 0c0-1.6 2-4.2 2-4.2z"
        }
        Tool::Line => "M4 18.6L18.6 4 20 5.4 5.4 20z",
        Tool::Rectangle => "M3 5h18v14H3zm2 2v10h14V7z",
        Tool::Stamp => {
            "M12 2a4 4 0 0 1 3.6 5.7c-.6 1.3-.9 2.4-.8 3.3H19a2 2 0 0 1 2 2v4H3v-4a2 2 0 0 1 2-2h4.2c.1-.9-.2-2-.8-3.3A4 4 0 0 1 12 2zM4 19h16v2H4z"
        }
        Tool::Picker => {
            "M19.3 2.7a2.9 2.9 0 0 1 0 4.1l-2.1 2.1 1 1-1.4 1.4-1-1-8.7 8.7H4v-3l8.8-8.8-1-1 1.4-1.4 1 1 1-.9a2.9 2.9 0 0 1 4.1-2.2zM14.2 8.7L6 16.9V17h.1l8.3-8.2z"
        }
    })
}

/// A step back, or again.
pub fn undo() -> Html {
    drawn("M9 4L3.5 9.5 9 15v-4h5a4 4 0 0 1 0 8H8v2h6a6 6 0 0 0 0-12.5H9z")
}

/// A step again.
pub fn redo() -> Html {
    drawn("M15 4l5.5 5.5L15 15v-4h-5a4 4 0 0 0 0 8h6v2h-6a6 6 0 0 1 0-12.5h5z")
}

/// Both sides.
pub fn mirror() -> Html {
    drawn("M11 2h2v20h-2zM9 6v12L2 18zM15 6l7 12h-7zm2 6.5V16h2z")
}

/// Away with it.
pub fn close() -> Html {
    drawn(
        "M5.4 4L12 10.6 18.6 4 20 5.4 13.4 12l6.6 6.6-1.4 1.4L12 13.4 5.4 20 4 18.6 10.6 12 4 5.4z",
    )
}
