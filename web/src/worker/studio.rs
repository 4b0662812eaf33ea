//! Helps to make a prompt: opens pictures, shows what the world makes of them, finds its materials.

use model::picture::Frame as Pixels;
use model::session::tokenize;
use model::{Error, World};
use web::crop::{Crop, cut};
use web::opening;
use web::protocol::prompts::{Answer, Ask, Clip, Footage, Reason};
use web::protocol::{FromWorker, Picture};
use web::sketch::{COLOURS, STAMP, STAMPS, palette, stamps};
use web::texts::Language;

use super::pictures::{decode, gallery};
use super::{bitmap, post};

/// Does what is asked and posts the answer, which says whether it worked.
pub async fn help(world: Option<&World>, ask: Ask) {
    let answer = match ask {
        Ask::Open(bytes) => match open(world, &bytes).await {
            Ok(footage) => Answer::Opened(footage),
            Err(reason) => Answer::Unopened(reason),
        },
        Ask::Read { number, clip } => {
            // Without a picture the page says that it could not be read.
            let picture = read(world, &clip).await.unwrap_or_default();
            Answer::Read { number, picture }
        }
        Ask::Materials => {
            let pictures = gallery(world).await.unwrap_or_default();
            Answer::Materials {
                palette: palette::palette(&pictures, COLOURS),
                stamps: Clip::of(stamps::stamps(&pictures, STAMP, STAMPS)),
            }
        }
    };
    post(FromWorker::Studio(answer));
}

async fn open(world: Option<&World>, bytes: &[u8]) -> Result<Footage, Reason> {
    let size = opening::size(bytes);
    let large = size.is_some_and(|(w, h)| u64::from(w) * u64::from(h) > bitmap::LARGE);
    if (large || size.is_none()) && !bytes.is_empty() {
        // Where the browser fails, we know best what to say of it.
        if let Some(picture) = bitmap::decode(bytes, size.map(|(width, _)| width)).await {
            return Ok(opening::still(picture));
        }
    }
    let (window, fps) = world.map_or((1, 1), |world| {
        (world.card.config.frames, world.card.config.fps)
    });
    opening::open(bytes, window, fps)
}

/// The middle of a picture: of one that came while there was no world, and nobody to ask.
pub async fn middle(world: &World, bytes: &[u8]) -> model::Result<Clip> {
    // As all that the model says, in English.
    let why = |reason| Error::Picture(Language::En.texts().studio.reason(reason).into());
    let footage = open(Some(world), bytes).await.map_err(why)?;
    let picture = footage.clip.picture(0).unwrap_or_default();
    let (width, height) = (world.card.config.width, world.card.config.height);
    let part = Crop::new((picture.width, picture.height), (width, height)).part();
    Ok(Clip::of([cut(&picture, part, width, height)]))
}

/// The newest frame of a clip, by way of the world's codes.
async fn read(world: Option<&World>, clip: &Clip) -> Option<Picture> {
    let world = world?;
    let tokens = tokenize(world, &frames(clip)).await.ok()?;
    let shape = [1, tokens.len()];
    let seen = decode(world, tokens.iter().map(Vec::as_slice), shape).await;
    seen.ok()?.pop()
}

/// The frames of a clip as the model takes them.
pub fn frames(clip: &Clip) -> Vec<Pixels> {
    (0..clip.frames)
        .filter_map(|place| clip.picture(place))
        .map(|picture| {
            let pixels = picture.rgba.as_chunks::<4>().0.iter();
            Pixels {
                height: picture.height,
                width: picture.width,
                rgb: pixels.flat_map(|&[r, g, b, _]| [r, g, b]).collect(),
            }
        })
        .collect()
}
