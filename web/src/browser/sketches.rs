//! The sketch of the visit before.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use web::protocol::Picture;
use web::sketch::{Canvas, Sketch};

use super::prefs::storage;

const NAME: &str = "pocket-genie-sketch";

/// As it is kept: red, green and blue of each pixel, in base 64.
#[derive(Serialize, Deserialize)]
struct Kept {
    width: usize,
    height: usize,
    canvas: String,
    ground: String,
}

/// None if there is none, or a damaged one.
pub fn recall() -> Option<Sketch> {
    let text = storage()?.get_item(NAME).ok()??;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    let canvas = |text: &str| {
        let rgb = STANDARD.decode(text).ok()?;
        let pixels = rgb.as_chunks::<3>().0;
        let whole = kept.width.checked_mul(kept.height) == Some(pixels.len());
        whole.then(|| {
            Canvas::of(&Picture {
                width: kept.width,
                height: kept.height,
                rgba: pixels
                    .iter()
                    .flat_map(|&[r, g, b]| [r, g, b, 255])
                    .collect(),
            })
        })
    };
    Sketch::kept(canvas(&kept.canvas)?, canvas(&kept.ground)?)
}

/// Keeps it for the next visit, where the browser lets us.
pub fn remember(canvas: &Canvas, ground: &Canvas) {
    let text = |canvas: &Canvas| STANDARD.encode(canvas.pixels().as_flattened());
    let kept = Kept {
        width: canvas.width(),
        height: canvas.height(),
        canvas: text(canvas),
        ground: text(ground),
    };
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(&kept)) {
        let _ = storage.set_item(NAME, &text);
    }
}
