//! One video read without a store.

use std::fs;
use std::path::Path;

use data::import::read_frames;

use crate::support::{H264, HEIGHT, WIDTH, encode, frame, time_of};

const SIZE: (u16, u16) = (WIDTH as u16, HEIGHT as u16);
const BYTES: usize = WIDTH * HEIGHT * 3;

fn times(path: &Path, most: usize) -> Vec<usize> {
    let bytes = read_frames(path, SIZE, 10.0, most).unwrap();
    assert!(bytes.len().is_multiple_of(BYTES));
    bytes.chunks_exact(BYTES).map(time_of).collect()
}

#[test]
fn a_file_an_animation_and_numbered_pictures_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    encode(&at("a.mp4"), &[(1, 3, 20)], 30, H264);
    assert_eq!(times(&at("a.mp4"), 100), (3..23).collect::<Vec<_>>());
    assert_eq!(times(&at("a.mp4"), 7), (3..10).collect::<Vec<_>>());
    encode(
        &at("b.apng"),
        &[(2, 0, 12)],
        10,
        &["-c:v", "apng", "-plays", "0", "-f", "apng"],
    );
    assert_eq!(times(&at("b.apng"), 100), (0..12).collect::<Vec<_>>());

    let pictures = at("pictures");
    fs::create_dir(&pictures).unwrap();
    let draw = |number: usize, time: usize| {
        image::RgbImage::from_raw(WIDTH as u32, HEIGHT as u32, frame(3, time))
            .unwrap()
            .save(pictures.join(format!("shot-{number}.png")))
            .unwrap();
    };
    (0..12).for_each(|t| draw(t, t));
    assert_eq!(times(&pictures, 100), (0..12).collect::<Vec<_>>());
    // What comes after a gap is no continuation.
    fs::remove_file(pictures.join("shot-8.png")).unwrap();
    assert_eq!(times(&pictures, 100), (0..8).collect::<Vec<_>>());
}

#[test]
fn what_is_not_one_video_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let told = |name: &str, words: &str| {
        let error = read_frames(&at(name), SIZE, 10.0, 5)
            .unwrap_err()
            .to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
    };
    fs::create_dir(at("empty")).unwrap();
    told("empty", "no video");
    told("missing.mp4", "can't be opened");
    fs::write(at("text.mp4"), "not a video").unwrap();
    told("text.mp4", "no video");
    fs::create_dir(at("two")).unwrap();
    for name in ["two/a.mp4", "two/b.mp4"] {
        encode(&at(name), &[(1, 0, 12)], 10, H264);
    }
    told("two", "2 videos");
}
