//! One video's frames, as an import would make them, without a store.

use std::path::Path;

use super::ffmpeg::{Order, Tools};
use super::files::{self, Kind};
use super::fit::Fit;
use super::frames::{Frames, Step};
use super::pictures::{self, Animation, Slides};
use crate::{Error, Result};

/// The first frames of the video at `path`: a video file, an animation, or a folder of numbered pictures.
/// They are those that [`import`](super::import()) makes with [`Fit::Cover`], but neither cut into clips nor
/// sifted: at most `most` frames of `width × height` pixels at `fps` frames a second, RGB, row by row, frame
/// by frame. Where a part of the video is missing or damaged, they end before it.
///
/// # Errors
/// [`Error::Invalid`], which names the path, if there is no video or more than one, or it can't be read;
/// [`Error::NoFfmpeg`].
pub fn read_frames(
    path: &Path,
    (width, height): (u16, u16),
    fps: f64,
    most: usize,
) -> Result<Vec<u8>> {
    let wrong = |why: &str| Error::Invalid(format!("{}: {why}", path.display()));
    let found = files::find(&[path.to_path_buf()]);
    if let Some((_, why)) = found.problems.first() {
        return Err(wrong(why));
    }
    let source = match found.sources.as_slice() {
        [source] => source,
        [] => {
            return Err(wrong(
                "there is no video in it. Name a video file, an animation, or a folder of numbered pictures",
            ));
        }
        several => {
            return Err(wrong(&format!(
                "there are {} videos in it. Name one of them, such as {}",
                several.len(),
                several[0].path.display()
            )));
        }
    };
    let size = (width.into(), height.into());
    let shape = pictures::Shape {
        fps,
        crop: None,
        fit: Fit::Cover,
        size,
    };
    let bytes = usize::from(width) * usize::from(height) * 3;
    match &source.kind {
        Kind::Animation => Animation::open(&source.path, shape)
            .and_then(|mut frames| take(&mut frames, bytes, most)),
        Kind::Slides(slides) => take(&mut Slides::open(slides.clone(), shape, fps), bytes, most),
        Kind::Video => {
            let tools = Tools::new(None);
            tools.check()?;
            tools
                .probe(&source.path)
                .map_err(|why| why.words().to_owned())
                .and_then(|_| {
                    let order = Order {
                        fps,
                        crop: None,
                        fit: Fit::Cover,
                        size,
                        threads: 1,
                        watch: true,
                    };
                    take(&mut tools.decode(&source.path, &order)?, bytes, most)
                })
        }
    }
    .map_err(|why| wrong(&why))
}

/// The frames up to the first gap or damage, at most `most`, of `bytes` bytes each.
fn take(frames: &mut dyn Frames, bytes: usize, most: usize) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    let mut frame = vec![0; bytes];
    for _ in 0..most {
        match frames.next(&mut frame) {
            Ok(Step::Frame) => all.extend_from_slice(&frame),
            Ok(Step::Jump | Step::Trouble | Step::End) => break,
            Err(why) if all.is_empty() => return Err(why),
            Err(_) => break,
        }
    }
    if all.is_empty() {
        return Err("it has no frames".into());
    }
    Ok(all)
}
