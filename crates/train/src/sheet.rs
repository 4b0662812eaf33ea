//! Contact sheets: what the models make, to look at.

use std::io::Cursor;
use std::path::Path;

use anyhow::Result;
use burn::tensor::Tensor;
use image::{ImageFormat, RgbImage, imageops};
use model::maskgit::Sampling;
use model::picture::{Frame, to_bytes, to_tensor};
use model::session::{Options, Session};
use model::world::{Card, FORMAT, PlayDefaults};
use model::{LatentActionModel, Tokenizer, World};

use crate::checkpoint::write_atomically;
use crate::models::Models;

/// Pixels between frames.
pub(crate) const GAP: u32 = 2;
/// Between and around them.
const GREY: u8 = 40;

/// Rows of frames as one picture, `scale` times enlarged without smoothing.
pub fn grid(rows: &[Vec<Frame>], scale: u32) -> RgbImage {
    let Some(first) = rows.iter().flatten().next() else {
        return RgbImage::new(1, 1);
    };
    let (w, h) = (
        first.width as u32 * scale + GAP,
        first.height as u32 * scale + GAP,
    );
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0) as u32;
    let mut sheet = RgbImage::from_pixel(
        columns * w + GAP,
        rows.len() as u32 * h + GAP,
        image::Rgb([GREY; 3]),
    );
    for (y, row) in rows.iter().enumerate() {
        for (x, frame) in row.iter().enumerate() {
            let large = imageops::resize(&frame.to_image(), w - GAP, h - GAP, imageops::Nearest);
            let place = (i64::from(x as u32 * w + GAP), i64::from(y as u32 * h + GAP));
            imageops::replace(&mut sheet, &large, place.0, place.1);
        }
    }
    sheet
}

/// Two frames of one height side by side.
pub fn beside(left: &Frame, right: &Frame) -> Frame {
    let mut rgb = Vec::new();
    let line = |frame: &Frame| frame.width * 3;
    for (a, b) in left
        .rgb
        .chunks_exact(line(left))
        .zip(right.rgb.chunks_exact(line(right)))
    {
        rgb.extend_from_slice(a);
        rgb.extend(std::iter::repeat_n(GREY, GAP as usize * 3));
        rgb.extend_from_slice(b);
    }
    Frame {
        height: left.height,
        width: left.width + GAP as usize + right.width,
        rgb,
    }
}

/// A picture as PNG bytes.
///
/// # Errors
/// If it can't be encoded.
pub fn png(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
    Ok(bytes)
}

/// The frames of `bytes [B, T, H, W, 3]`, one row a clip.
pub fn rows(bytes: &[u8], shape: [usize; 5]) -> Vec<Vec<Frame>> {
    let [_, t, height, width, c] = shape;
    bytes
        .chunks_exact(t * height * width * c)
        .map(|clip| {
            clip.chunks_exact(height * width * c)
                .map(|rgb| Frame {
                    height,
                    width,
                    rgb: rgb.to_vec(),
                })
                .collect()
        })
        .collect()
}

/// True clips above their reconstructions.
///
/// # Errors
/// If the device can't be read or the file not be written.
pub fn reconstructions(
    tokenizer: &Tokenizer,
    bytes: &[u8],
    shape: [usize; 5],
    path: &Path,
) -> Result<()> {
    let shape = [shape[0].min(4), shape[1], shape[2], shape[3], shape[4]];
    let bytes = &bytes[..shape.iter().product()];
    let device = tokenizer.encoder.position.val().device();
    let made = tokenizer
        .reconstruct(to_tensor(bytes, shape, &device))
        .frames;
    let made = to_bytes(&made.to_data().convert::<f32>().try_to_vec::<f32>()?);
    let pairs: Vec<Vec<Frame>> = rows(bytes, shape)
        .into_iter()
        .zip(rows(&made, shape))
        .flat_map(|(truth, made)| [truth, made])
        .collect();
    write_atomically(path, &png(&grid(&pairs, 2))?)
}

/// For four clips: the true frames, and each predicted from the true one before it and the inferred
/// action.
///
/// # Errors
/// If the device can't be read or the file not be written.
pub fn predictions(
    actions: &LatentActionModel,
    bytes: &[u8],
    shape: [usize; 5],
    path: &Path,
) -> Result<()> {
    let [b, t, h, w, c] = shape;
    let device = actions.encoder.position.val().device();
    let frames = to_tensor(bytes, shape, &device);
    let inferred = actions.infer(frames.clone());
    let width = inferred.codes.dims()[3];
    let count = b * (t - 1);
    let past = frames.narrow(1, 0, t - 1).reshape([count, 1, h, w, c]);
    let made = actions.predict(
        past,
        inferred.codes.reshape([count, 1, 1, width]),
        Tensor::zeros([count, 1], &device),
    );
    let made = actions.enlarged(made);
    let made = to_bytes(&made.to_data().convert::<f32>().try_to_vec::<f32>()?);
    let pairs: Vec<Vec<Frame>> = rows(bytes, shape)
        .into_iter()
        .zip(rows(&made, [b, t - 1, h, w, c]))
        .flat_map(|(truth, made)| [truth[1..].to_vec(), made])
        .collect();
    write_atomically(path, &png(&grid(&pairs, 2))?)
}

/// For two clips: the true frames, the same replayed from the first frame with inferred actions,
/// and each latent action held for as long from that frame.
///
/// # Errors
/// If the device fails or the file can't be written.
pub fn rollouts(models: &Models, bytes: &[u8], shape: [usize; 5], path: &Path) -> Result<()> {
    let [_, t, h, w, c] = shape;
    let world = world(models);
    let options = Options {
        sampling: Sampling {
            ..PlayDefaults::default().sampling(1)
        },
        cache: true,
        ..Options::default()
    };
    let clip = t * h * w * c;
    let mut sheet = Vec::new();
    for bytes in bytes.chunks_exact(clip).take(2) {
        let shape = [1, t, h, w, c];
        let truth = rows(bytes, shape).remove(0);
        let frames = to_tensor(bytes, shape, &world.actions.device());
        let inferred = models.actions.infer(frames).indices;
        let inferred: Vec<i32> = inferred.to_data().convert::<i32>().try_to_vec()?;
        let play = |actions: &[usize]| -> Result<Vec<Frame>> {
            pollster::block_on(async {
                let mut session = Session::start(&world, &truth[..1], options).await?;
                let mut frames = vec![session.picture().clone()];
                for &action in actions {
                    frames.push(session.step(action).await?.clone());
                }
                Ok(frames)
            })
        };
        let replay = play(&inferred.iter().map(|&a| a as usize).collect::<Vec<_>>())?;
        sheet.push(truth.clone());
        sheet.push(replay);
        for action in 0..models.config.actions() {
            sheet.push(play(&vec![action; t - 1])?);
        }
    }
    write_atomically(path, &png(&grid(&sheet, 1))?)
}

/// A playable world of models that are still in training.
pub fn world(models: &Models) -> World {
    let config = &models.config;
    let card = Card {
        format: FORMAT,
        name: "training".into(),
        about: String::new(),
        licence: String::new(),
        config: config.clone(),
        actions: (0..config.actions()).map(|a| a.to_string()).collect(),
        gallery: Vec::new(),
        play: PlayDefaults::default(),
    };
    let (tokenizer, dynamics) = (models.tokenizer.clone(), models.dynamics.clone());
    World::new(card, tokenizer, dynamics, models.actions.actions())
}
