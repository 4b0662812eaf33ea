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
            "M20.7 3.3a2 2 0 0 0-2.8 0L9 12.2l2.8 2.8 8.9-8.9a2 2 0 0 0 0-2.8zM7.6 13.6c-1.9.3-2.8 1.7-3 3.4-.1 1.200-.6 2-1.600 2.600 1.500 1.200 6 1.700 7.600-1 .6-1 .4-2.100-.2-2.900z"
        }
        Tool::Eraser => {
            "M15.200 3.600l5.200 5.200a2 2 0 0 1 0 2.800L13 19h8v2H8.200l-5-5a2 2 0 0 1 0-2.800l9.200-9.600a2 2 0 0 1 2.800 0zM8.400 10.700L4.700 14.600 9 19h1.200l3.500-3.500z"
        }
        Tool::Fill => {
            "M10.500 2.500l8.300 8.300-6.900 6.900a2 2 0 0 1-2.800 0l-5-5a2 2 0 0 1 0-2.800L9 5 8.200 3.900zm-.1 3.700L5.900 11h9.600zM20.500 13s2 2.600 2 4.200a2 2 0 0 1-4 0c0-1.600 2-4.200 2-4.200z"
        }
        Tool::Line => "M4 18.600L18.600 4 20 5.400 5.400 20z",
        Tool::Rectangle => "M3 5h18v14H3zm2 2v10h14V7z",
        Tool::Stamp => {
            "M12 2a4 4 0 0 1 3.600 5.700c-.6 1.300-.9 2.400-.8 3.300H19a2 2 0 0 1 2 2v4H3v-4a2 2 0 0 1 2-2h4.200c.1-.9-.2-2-.8-3.300A4 4 0 0 1 12 2zM4 19h16v2H4z"
        }
        Tool::Picker => {
            "M19.300 2.700a2.900 2.900 0 0 1 0 4.100l-2.100 2.100 1 1-1.400 1.400-1-1-8.700 8.700H4v-3l8.800-8.800-1-1 1.400-1.400 1 1 1-.9a2.900 2.900 0 0 1 4.100-2.200zM14.200 8.700L6 16.900V17h.1l8.300-8.200z"
        }
    })
}

/// A step back, or again.
pub fn undo() -> Html {
    drawn("M9 4L3.500 9.500 9 15v-4h5a4 4 0 0 1 0 8H8v2h6a6 6 0 0 0 0-12.500H9z")
}

/// A step again.
pub fn redo() -> Html {
    drawn("M15 4l5.500 5.500L15 15v-4h-5a4 4 0 0 0 0 8h6v2h-6a6 6 0 0 1 0-12.500h5z")
}

/// Both sides.
pub fn mirror() -> Html {
    drawn("M11 2h2v20h-2zM9 6v12L2 18zM15 6l7 12h-7zm2 6.500V16h2z")
}

/// Away with it.
pub fn close() -> Html {
    drawn(
        "M5.400 4L12 10.600 18.600 4 20 5.400 13.400 12l6.600 6.600-1.400 1.400L12 13.400 5.400 20 4 18.600 10.600 12 4 5.400z",
    )
}
