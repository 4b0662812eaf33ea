//! Files of a play, made a little at a time between the page's messages.
//!
//! Pictures that are no longer at hand are decoded again from their tokens, a window at a time.

use std::collections::VecDeque;
use std::io::Cursor;

use gif::{Encoder, Repeat};
use image::{ImageFormat, RgbImage, imageops};
use model::picture::Frame as Pixels;
use model::session::Session;
use model::{Error, World};
use web::protocol::{ExportKind, FromWorker};

use super::post;

/// The most frames of a moving picture: those before are left out. Five minutes of a world's usual ten a
/// second, 50 MB of a film.
const MOST_MOVING: usize = 3000;
/// The most frames of a sheet: of a longer play, they are taken at equal distances.
const MOST_ON_SHEET: usize = 100;
/// Pixels that the longer side of a moving picture has at least.
const WIDE: usize = 256;
/// How large a frame is on a sheet, in pixels of the screen for each of its own.
const SHEET_SCALE: usize = 2;
/// Pixels between frames of a sheet.
const GAP: usize = 4;
/// What lies between them.
const GROUND: [u8; 3] = [19, 16, 34];
/// How thoroughly colours of a frame with more than 256 are chosen: 1 to 30, the higher the faster.
const COLOUR_SPEED: i32 = 10;
/// Frames of a GIF that are written at a time.
const AT_ONCE: usize = 16;

/// A file that is being made.
pub struct Job {
    kind: ExportKind,
    /// Goes back along the play.
    session: Session,
    /// How many of its newest pictures are as they were when they were played.
    sound: usize,
    /// Frames that are wanted still, the earliest first.
    wanted: Vec<usize>,
    /// Those that are there, the earliest first.
    pictures: VecDeque<Pixels>,
    all: usize,
    /// Of a GIF, once all pictures are there.
    writer: Option<Encoder<Vec<u8>>>,
    written: usize,
}

impl Job {
    /// Of the play that ends with the newest frame of `session`.
    pub fn new(kind: ExportKind, session: Session) -> Self {
        let last = session.played();
        let wanted: Vec<usize> = match kind {
            ExportKind::Prompt => vec![0],
            ExportKind::Gif | ExportKind::Film => {
                ((last + 1).saturating_sub(MOST_MOVING)..=last).collect()
            }
            ExportKind::Sheet => evenly(last, MOST_ON_SHEET),
        };
        Self {
            kind,
            sound: session.recent_pictures().count(),
            session,
            all: wanted.len(),
            wanted,
            pictures: VecDeque::new(),
            writer: None,
            written: 0,
        }
    }

    /// Goes on in `world`: the same one on another device.
    pub async fn move_to(&mut self, world: &World) -> model::Result<()> {
        self.session.move_to(world).await?;
        self.sound = self.sound_after_refill();
        Ok(())
    }

    /// Does a part of the work; whether all of it is done, and posted.
    pub async fn work(&mut self) -> Result<bool, String> {
        if !self.wanted.is_empty() {
            self.gather().await.map_err(|e| e.to_string())?;
            self.tell(self.pictures.len());
            return Ok(false);
        }
        let file = match self.kind {
            ExportKind::Gif => match self.write_gif()? {
                Some(file) => file,
                None => return Ok(false),
            },
            ExportKind::Film => self.pictures.iter().flat_map(Pixels::rgba).collect(),
            ExportKind::Sheet => png(&sheet(self.pictures.make_contiguous()))?,
            ExportKind::Prompt => png(&self.pictures[0].to_image())?,
        };
        let size = self
            .pictures
            .front()
            .map_or((0, 0), |p| (p.width, p.height));
        post(FromWorker::Exported {
            kind: self.kind,
            size,
            frames: self.all,
            bytes: file,
        });
        Ok(true)
    }

    fn tell(&self, done: usize) {
        post(FromWorker::Exporting {
            done,
            all: self.all,
        });
    }

    /// Takes the pictures that are at hand, or goes back to where the next one is.
    async fn gather(&mut self) -> Result<(), Error> {
        let Some(&next) = self.wanted.last() else {
            return Ok(());
        };
        let back = self.session.played() - next;
        if back >= self.sound {
            self.session.rewind(back).await?;
            self.sound = self.sound_after_refill();
        }
        let at = self.session.played();
        let mut newest: Vec<&Pixels> = self.session.recent_pictures().collect();
        newest.reverse();
        while let Some(&frame) = self.wanted.last() {
            let Some(picture) = newest[..self.sound.min(newest.len())].get(at - frame) else {
                break;
            };
            self.pictures.push_front((*picture).clone());
            self.wanted.pop();
        }
        Ok(())
    }

    /// Decoded anew, the first pictures of a window have seen less of the past than when they were
    /// played: the later half will do. From the prompt on there is no more to be seen.
    fn sound_after_refill(&self) -> usize {
        let window = self.session.world().card.config.frames;
        let there = self.session.tokens().count();
        if there <= window {
            there
        } else {
            window.div_ceil(2)
        }
    }

    /// Writes a few frames; the file, once all are in it.
    fn write_gif(&mut self) -> Result<Option<Vec<u8>>, String> {
        let words = |e: gif::EncodingError| e.to_string();
        let first = self.pictures.front().ok_or("there is no frame")?;
        let scale = WIDE.div_ceil(first.width.max(first.height)).max(1);
        let (width, height) = (first.width * scale, first.height * scale);
        let [wide, high] = [width, height].map(u16::try_from);
        let (Ok(wide), Ok(high)) = (wide, high) else {
            return Err("a frame is too large for a GIF".into());
        };
        let fps = self.session.world().card.config.fps.max(1);
        if self.writer.is_none() {
            let mut writer = Encoder::new(Vec::new(), wide, high, &[]).map_err(words)?;
            writer.set_repeat(Repeat::Infinite).map_err(words)?;
            self.writer = Some(writer);
        }
        let writer = self.writer.as_mut().ok_or("there is no writer")?;
        for picture in self.pictures.iter().skip(self.written).take(AT_ONCE) {
            let [small_w, small_h] = [picture.width as u16, picture.height as u16];
            let mut frame =
                gif::Frame::from_rgb_speed(small_w, small_h, &picture.rgb, COLOUR_SPEED);
            // Colours are chosen before it is enlarged: there are fewer pixels to look at.
            frame.buffer = enlarged(&frame.buffer, picture.width, scale).into();
            (frame.width, frame.height) = (wide, high);
            // In hundredths of a second.
            frame.delay = (100 / fps).max(2) as u16;
            writer.write_frame(&frame).map_err(words)?;
            self.written += 1;
        }
        if self.written < self.all {
            return Ok(None);
        }
        let writer = self.writer.take().ok_or("there is no writer")?;
        writer.into_inner().map(Some).map_err(|e| e.to_string())
    }
}

/// `most` of the frames 0 to `last`, both among them, at equal distances.
fn evenly(last: usize, most: usize) -> Vec<usize> {
    if last < most {
        (0..=last).collect()
    } else {
        (0..most).map(|i| i * last / (most - 1)).collect()
    }
}

/// Rows of `width` values, each repeated `scale` times in both directions.
fn enlarged(values: &[u8], width: usize, scale: usize) -> Vec<u8> {
    let mut large = Vec::with_capacity(values.len() * scale * scale);
    for row in values.chunks_exact(width) {
        let start = large.len();
        large.extend(row.iter().flat_map(|&v| std::iter::repeat_n(v, scale)));
        let end = large.len();
        for _ in 1..scale {
            large.extend_from_within(start..end);
        }
    }
    large
}

/// Frames row by row, in a field about as wide as it is high.
fn sheet(pictures: &[Pixels]) -> RgbImage {
    let columns = pictures.len().isqrt();
    let columns = columns + usize::from(columns * columns < pictures.len());
    let rows = pictures.len().div_ceil(columns.max(1));
    let (w, h) = pictures.first().map_or((0, 0), |p| (p.width, p.height));
    let [cell_w, cell_h] = [w, h].map(|side| side * SHEET_SCALE + GAP);
    let [all_w, all_h] = [columns * cell_w + GAP, rows * cell_h + GAP].map(|side| side as u32);
    let mut sheet = RgbImage::from_pixel(all_w, all_h, image::Rgb(GROUND));
    for (place, picture) in pictures.iter().enumerate() {
        let [wide, high] = [w, h].map(|side| (side * SHEET_SCALE) as u32);
        let large = imageops::resize(
            &picture.to_image(),
            wide,
            high,
            imageops::FilterType::Nearest,
        );
        let (x, y) = (
            place % columns * cell_w + GAP,
            place / columns * cell_h + GAP,
        );
        imageops::replace(&mut sheet, &large, x as i64, y as i64);
    }
    sheet
}

fn png(picture: &RgbImage) -> Result<Vec<u8>, String> {
    let mut bytes = Cursor::new(Vec::new());
    let written = picture.write_to(&mut bytes, ImageFormat::Png);
    written.map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}
