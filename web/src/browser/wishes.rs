//! What the page's address asks for.

use std::rc::Rc;

use web::protocol::{Bench, DeviceKind};
use web::state::Wishes;
use web::texts::Language;
use web_sys::UrlSearchParams;

use super::{prefs, sketches};

/// The late frame that a bench compares frame 20 with.
const BENCH_FAR: usize = 200;
/// Frames that a bench measures from each of the two on.
const BENCH_FRAMES: usize = 10;

/// What the page begins with.
pub fn wishes() -> Wishes {
    let window = web_sys::window();
    let query = window.as_ref().and_then(|w| w.location().search().ok());
    let query = query.and_then(|q| UrlSearchParams::new_with_str(&q).ok());
    let wish = |name: &str| {
        query
            .as_ref()
            .and_then(|q| q.get(name))
            .filter(|v| !v.is_empty())
    };
    let number = |name: &str| wish(name).and_then(|n| n.parse().ok());
    let benches = query.as_ref().is_some_and(|q| q.has("bench"));
    let bench = benches.then(|| Bench {
        steps: number("steps"),
        far: number("far").unwrap_or(BENCH_FAR),
        frames: number("frames").unwrap_or(BENCH_FRAMES),
    });
    let calm = window.as_ref().and_then(|w| {
        w.match_media("(prefers-reduced-motion: reduce)")
            .ok()
            .flatten()
    });
    let base = window
        .and_then(|w| w.document())
        .and_then(|d| d.base_uri().ok().flatten());
    let folder = base.and_then(|base| web_sys::Url::new_with_base("worlds/", &base).ok());
    let mut prefs = prefs::recall();
    if let Some(tag) = wish("lang") {
        prefs.language = Language::choose([tag.as_str()]);
    }
    Wishes {
        bench,
        device: wish("device").as_deref().and_then(DeviceKind::from_id),
        world: wish("world"),
        seed: wish("seed").and_then(|s| s.parse().ok()),
        chance: random_seed(),
        folder: folder.map_or_else(|| "worlds/".into(), |url| url.href()),
        calm: calm.is_some_and(|query| query.matches()),
        prefs,
        sketch: sketches::recall().map(Rc::new),
    }
}

/// A seed short enough to be read out to a friend.
pub fn random_seed() -> u32 {
    (js_sys::Math::random() * 10_000.0) as u32
}
