//! Where a scene threshold should lie: `scenes STORE [STRIDE]` prints quantiles of the distance between
//! frames on the two sides of a place in a clip, and of the border between two clips, as an import sees
//! them: the least of all pairs within five frames. Of every `STRIDE` frames, one is looked at.

use std::error::Error;

use data::ClipStore;
use data::import::frame_distance;

const LATE: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let store = ClipStore::open(arguments.next().ok_or("name a store")?)?;
    let stride: usize = arguments.next().map_or(Ok(1), |s| s.parse())?;
    let (width, bytes) = (store.width(), store.spec().frame_bytes());
    let (mut within, mut across) = (Vec::new(), Vec::new());
    let mut last: Option<Vec<Vec<u8>>> = None;
    for clip in 0..store.len().min(150) {
        let frames = store.read_clip(clip)?;
        let count = store.frames_per_clip() / stride;
        let frame = |t: usize| frames[t * stride * bytes..][..bytes].to_vec();
        let shot: Vec<_> = (0..count).map(frame).collect();
        for cut in (LATE..count - LATE).step_by(4) {
            within.push(least(&shot[..cut], &shot[cut..], width));
        }
        if let Some(last) = &last {
            across.push(least(last, &shot, width));
        }
        last = Some(shot);
    }
    for (name, mut values) in [("within", within), ("across", across)] {
        values.sort_by(f32::total_cmp);
        let at = |q: f64| values[((values.len() - 1) as f64 * q) as usize];
        print!("{name} {}:", values.len());
        for q in [
            0.0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0,
        ] {
            print!(" {q}:{:.2}", at(q));
        }
        println!();
    }
    Ok(())
}

/// The least distance of a frame before a cut from one after it.
fn least(before: &[Vec<u8>], after: &[Vec<u8>], width: usize) -> f32 {
    let mut least = f32::INFINITY;
    for apart in 1..=LATE {
        for back in 0..apart {
            let (a, b) = (&before[before.len() - 1 - back], &after[apart - 1 - back]);
            least = least.min(frame_distance(a, b, width));
        }
    }
    least
}
