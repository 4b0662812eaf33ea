//! A text as a QR code.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};
use yew::prelude::*;

/// Characters of the longest text that phones read easily off a screen.
pub const LONGEST: usize = 1000;
/// Blank modules that must surround a code.
const QUIET: i32 = 4;

/// What [`Qr`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What it says.
    pub text: AttrValue,
    /// What it is, for those who can't see it.
    pub label: &'static str,
}

/// A drawing that stays sharp, black on white whatever the page's colours: not every reader takes others.
#[component]
pub fn Qr(props: &Props) -> Html {
    let drawing = use_memo(props.text.clone(), |text| draw(text));
    let Some((side, path)) = &*drawing else {
        return html! {};
    };
    html! {
        <svg
            class="qr" viewBox={format!("0 0 {side} {side}")} role="img" aria-label={props.label}
            data-testid="qr"
        >
            <rect class="paper" width={side.to_string()} height={side.to_string()} />
            <path class="ink" d={path.clone()} shape-rendering="crispEdges" />
        </svg>
    }
}

/// The drawing's side, and the outline of all dark modules. None for a text that is too long.
fn draw(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size())
                .take_while(|&x| code.get_module(x, y))
                .count() as i32;
            if run > 0 {
                // Writing to a string doesn't fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    Some((code.size() + 2 * QUIET, path))
}
