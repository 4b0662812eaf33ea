//! The filters that ffmpeg is asked for: rate, pixels made square, crop, fit.

use super::fit::{Crop, Fit};

/// Averages over areas. Without the other two, colours of video with halved chroma (nearly all there
/// is) are taken from the nearest chroma sample: against the pictures that a video was made from, 32 dB
/// instead of 46.
const FLAGS: &str = "area+full_chroma_int+accurate_rnd";

/// The filter graph for frames of `size` at `fps`.
///
/// Everything is an expression of the frame at hand, so a video whose size changes on the way goes
/// through it too: ffmpeg then builds the graph anew. The rate comes first: what it leaves out need not
/// be scaled. RGB comes with the scaling, before pixels are cut, since a cut through shared chroma
/// would be rounded to even places.
pub(super) fn graph(fps: f64, crop: Option<Crop>, fit: Fit, size: (u32, u32)) -> String {
    let (width, height) = size;
    let crop = crop.map_or_else(String::new, |c| {
        format!(
            "crop=w={}:h={}:x={}:y={}:exact=1,",
            c.width, c.height, c.x, c.y
        )
    });
    let scale = |how: &str| format!("scale=w={width}:h={height}:flags={FLAGS}{how},format=rgb24");
    let fit = match fit {
        Fit::Stretch => scale(""),
        Fit::Cover => format!(
            "{},crop=w={width}:h={height}:x=trunc((iw-ow)/2):y=trunc((ih-oh)/2)",
            scale(":force_original_aspect_ratio=increase")
        ),
        Fit::Contain => format!(
            "{},pad=w={width}:h={height}:x=trunc((ow-iw)/2):y=trunc((oh-ih)/2)",
            scale(":force_original_aspect_ratio=decrease")
        ),
    };
    format!("fps={fps},scale=w=max(iw*sar\\,1):h=ih:flags={FLAGS},setsar=1,{crop}{fit},setsar=1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_comes_first_and_rgb_before_the_last_cut() {
        let crop = Crop {
            x: 1,
            y: 3,
            width: 50,
            height: 40,
        };
        let text = graph(10.0, Some(crop), Fit::Cover, (64, 36));
        let place = |part: &str| {
            text.find(part)
                .unwrap_or_else(|| panic!("{part} in {text}"))
        };
        let order = [
            "fps=10,",
            "iw*sar",
            "crop=w=50:h=40:x=1:y=3:exact=1",
            "increase",
            "format=rgb24",
            "crop=w=64:h=36",
        ]
        .map(place);
        assert!(order.is_sorted(), "{text}");
    }
}
