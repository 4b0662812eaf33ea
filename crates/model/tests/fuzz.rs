//! Damaged files by the thousand: a world file or a picture that was changed is read or refused with
//! words, never with a panic, and never takes the memory or the time that it asks for.
//!
//! ```text
//! FUZZ=50000 cargo test --release -p pocket-genie-model --test fuzz -- --nocapture
//! ```
//!
//! tries so many of each; without the variable it is as many as take a few seconds:
//! 100,000 pictures (0.8 s) and 4,000 worlds. The links of the page
//! are tried in `web/src/share/tests.rs`, by the same variable.

#[path = "common/chance.rs"]
mod chance;
mod common;

use std::io::Cursor;
use std::time::Instant;

use burn::tensor::Device;
use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use model::picture::Frame;
use model::world::{FileWeights, describe, to_bytes};
use model::{Error, World};

use chance::{Chance, mutated, renumbered, rounds};
use common::{card, tiny, tiny_fsq, weights};

/// A world file with a header that was changed by `change`, and its length set right more often than not:
/// else nothing behind it would be reached.
fn with_changed_header(
    bytes: &[u8],
    change: fn(&[u8], &mut Chance) -> Vec<u8>,
    chance: &mut Chance,
) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (header, tensors) = bytes[8..].split_at(length);
    let header = change(header, chance);
    let said = match chance.below(8) {
        0 => chance.below(1 << 20) as usize,
        _ => header.len(),
    };
    [&(said as u64).to_le_bytes()[..], &header, tensors].concat()
}

/// A header in which only the card's numbers are others: most of those in a header are places of tensors.
fn with_changed_card(header: &[u8], chance: &mut Chance) -> Vec<u8> {
    let end = header.windows(3).position(|part| part == b"}\"}").unwrap();
    let (card, rest) = header.split_at(end);
    [&renumbered(card, chance)[..], rest].concat()
}

#[test]
fn damaged_worlds_end_in_words() {
    let rounds = rounds(4000);
    let start = Instant::now();
    let mut chance = Chance::new(5);
    let worlds: Vec<Vec<u8>> = [
        (tiny(), FileWeights::F16),
        (tiny(), FileWeights::I8),
        (tiny_fsq(), FileWeights::F16),
    ]
    .into_iter()
    .map(|(config, kept)| to_bytes(&card(&config), &weights(&config, 1), kept).unwrap())
    .collect();
    let (mut read, mut refused) = (0, 0);
    for round in 0..rounds {
        let good = &worlds[round % worlds.len()];
        let bytes = match round % 4 {
            0 => mutated(good, &mut chance),
            1 => with_changed_header(good, mutated, &mut chance),
            2 => with_changed_header(good, renumbered, &mut chance),
            _ => with_changed_header(good, with_changed_card, &mut chance),
        };
        match World::from_bytes(&bytes, &Device::flex()) {
            Ok(world) => {
                assert_eq!(describe(&bytes).unwrap(), world.card);
                read += 1;
            }
            Err(error) => {
                assert!(
                    matches!(
                        error,
                        Error::World(_) | Error::Config(_) | Error::Weights(_) | Error::Setting(_)
                    ),
                    "{error:?}"
                );
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    assert!(
        read > 0 && refused > rounds / 3,
        "{read} were read, {refused} refused"
    );
    println!(
        "{rounds} worlds in {:?}: {read} read, {refused} refused",
        start.elapsed()
    );
}

/// A small picture in every format that is read, with and without transparency.
fn pictures() -> Vec<Vec<u8>> {
    let plain = RgbImage::from_fn(23, 17, |x, y| Rgb([(x * 11) as u8, (y * 15) as u8, 90]));
    let clear = RgbaImage::from_fn(19, 21, |x, y| Rgba([x as u8, 200, y as u8, (x * y) as u8]));
    let formats = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Bmp,
    ];
    let mut files = Vec::new();
    for format in formats {
        let mut bytes = Vec::new();
        plain
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        files.push(bytes);
        let mut bytes = Vec::new();
        // JPEG knows no transparency.
        if clear.write_to(&mut Cursor::new(&mut bytes), format).is_ok() {
            files.push(bytes);
        }
    }
    files
}

#[test]
fn damaged_pictures_end_in_words() {
    let rounds = rounds(100_000);
    let start = Instant::now();
    let mut chance = Chance::new(6);
    let (config, files) = (tiny(), pictures());
    let (mut read, mut refused) = (0, 0);
    for round in 0..rounds {
        let good = &files[round % files.len()];
        let bytes = mutated(good, &mut chance);
        match Frame::from_picture(&bytes, &config) {
            Ok(frame) => {
                assert_eq!(frame.rgb.len(), config.height * config.width * 3);
                read += 1;
            }
            Err(error) => {
                assert!(matches!(error, Error::Picture(_)), "{error:?}");
                refused += 1;
            }
        }
    }
    assert!(
        read > 0 && refused > rounds / 5,
        "{read} were read, {refused} refused"
    );
    println!(
        "{rounds} pictures in {:?}: {read} read, {refused} refused",
        start.elapsed()
    );
}
