//! From tokens to pictures, beside the play.

use burn::tensor::{Int, Tensor, TensorData};
use model::World;
use model::picture::{self as pixels, Frame as Pixels};
use web::protocol::{FromWorker, Picture};

use super::post;

/// Pictures of the gallery decoded at a time.
const AT_ONCE: usize = 8;
/// Pictures of the gallery that are shown at all.
const MOST: usize = 64;

/// The pictures of `videos × frames` frames' tokens, in order: each frame sees those before it in its
/// own video.
pub async fn decode<'a>(
    world: &World,
    tokens: impl IntoIterator<Item = &'a [u32]>,
    [videos, frames]: [usize; 2],
) -> Result<Vec<Picture>, String> {
    let device = world.actions.device();
    let ids: Vec<i32> = tokens
        .into_iter()
        .flatten()
        .map(|&token| token as i32)
        .collect();
    let shape = [videos, frames, world.card.config.tokens_per_frame()];
    let ids = Tensor::<3, Int>::from_data(TensorData::new(ids, shape), &device);
    let decoded = world.tokenizer.decode(ids);
    let [_, _, height, width, channels] = decoded.dims();
    let data = decoded
        .into_data_async()
        .await
        .map_err(|e| format!("{e:?}"))?;
    let values: Vec<f32> = data
        .convert::<f32>()
        .try_to_vec()
        .map_err(|e| format!("{e:?}"))?;
    let bytes = pixels::to_bytes(&values);
    let frames = bytes.chunks_exact(height * width * channels);
    Ok(frames
        .map(|rgb| {
            picture(&Pixels {
                height,
                width,
                rgb: rgb.to_vec(),
            })
        })
        .collect())
}

/// Some pictures of the gallery after the other, each as the first frame of a video of its own.
async fn in_parts(world: &World, mut take: impl FnMut(Picture)) -> Result<(), String> {
    let shown = world.card.gallery.len().min(MOST);
    for prompts in world.card.gallery[..shown].chunks(AT_ONCE) {
        let tokens = prompts.iter().map(|p| p.tokens.as_slice());
        decode(world, tokens, [prompts.len(), 1])
            .await?
            .into_iter()
            .for_each(&mut take);
    }
    Ok(())
}

/// All of the gallery.
pub async fn gallery(world: Option<&World>) -> Result<Vec<Picture>, String> {
    let mut pictures = Vec::new();
    if let Some(world) = world {
        in_parts(world, |picture| pictures.push(picture)).await?;
    }
    Ok(pictures)
}

/// Posts the gallery, picture by picture.
pub async fn thumbnails(world: &World) -> Result<(), String> {
    let mut index = 0;
    let tell = |picture| {
        post(FromWorker::Thumbnail { index, picture });
        index += 1;
    };
    in_parts(world, tell).await
}

/// A frame as the page takes it.
pub fn picture(frame: &Pixels) -> Picture {
    Picture {
        width: frame.width,
        height: frame.height,
        rgba: frame.rgba(),
    }
}
