//! The parts of the page.

pub mod actions;
pub mod bench;
pub mod gallery;
pub mod picture;
pub mod progress;
pub mod settings;
pub mod stage;
pub mod status;
pub mod trouble;
pub mod upload;
pub mod worlds;

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
