use super::*;

const SIZE: usize = 64;

/// A drawn place of tiles, seen from `(left, top)`, all its colours brighter by `light`.
fn view(place: u32, left: i32, top: i32, light: u8) -> Vec<u8> {
    let mut frame = Vec::with_capacity(SIZE * SIZE * 3);
    for y in 0..SIZE as i32 {
        for x in 0..SIZE as i32 {
            let (column, row) = ((x + left).div_euclid(8), (y + top).div_euclid(8));
            let tile = crate::hash::mix(&[place.into(), column as u64, row as u64]);
            // A third of the tiles is sky, as in games.
            let colour = if tile.is_multiple_of(3) {
                [90, 140, 220]
            } else {
                [tile >> 8, tile >> 16, tile >> 24].map(|v| v as u8 % 200)
            };
            frame.extend(colour.map(|v: u8| v.saturating_add(light)));
        }
    }
    frame
}

/// The frames before which a cut is found.
fn cuts(frames: &[Vec<u8>]) -> Vec<usize> {
    let mut detector = Detector::new(DEFAULT_THRESHOLD, SIZE);
    let mut decisions: Vec<bool> = frames
        .iter()
        .filter_map(|frame| detector.push(frame))
        .collect();
    while let Some(cut) = detector.flush() {
        decisions.push(cut);
    }
    assert_eq!(decisions.len(), frames.len());
    (0..frames.len()).filter(|&t| decisions[t]).collect()
}

fn scroll(place: u32, count: i32, step: (i32, i32)) -> Vec<Vec<u8>> {
    (0..count)
        .map(|t| view(place, t * step.0, t * step.1, 0))
        .collect()
}

#[test]
fn a_cut_between_places_is_found_at_its_frame() {
    let frames = [
        scroll(1, 9, (2, 0)),
        scroll(2, 7, (1, 1)),
        scroll(3, 1, (0, 0)),
        scroll(4, 6, (0, 0)),
    ]
    .concat();
    // The one frame in the middle may be a flash between two places: there is a cut at one of its ends.
    let found = cuts(&frames);
    assert!(
        found == [9, 16, 17] || found == [9, 16] || found == [9, 17],
        "{found:?}"
    );
    assert_eq!(
        cuts(&[scroll(1, 9, (2, 0)), scroll(5, 9, (2, 0))].concat()),
        [9]
    );
}

#[test]
fn fast_scrolling_is_no_cut() {
    for step in [(1, 0), (7, 0), (12, 0), (-8, 4), (0, 8), (3, -3)] {
        assert_eq!(cuts(&scroll(6, 30, step)), [0usize; 0], "{step:?}");
    }
}

#[test]
fn shaking_and_flashing_are_no_cuts() {
    let shake: Vec<_> = [0, 9, -8, 7, -9, 4, -3, 0, 0, 0]
        .map(|x| view(7, x, -x / 2, 0))
        .into();
    assert_eq!(cuts(&shake), [0usize; 0]);
    for length in 1..=3 {
        let mut flash = scroll(8, 16, (2, 0));
        for frame in &mut flash[7..7 + length] {
            frame.fill(255);
        }
        assert_eq!(cuts(&flash), [0usize; 0], "white for {length} frames");
    }
    // A flash that lights the place up and fades.
    let fading: Vec<_> = [0, 0, 0, 110, 60, 30, 0, 0, 0]
        .map(|light| view(9, 0, 0, light))
        .into();
    assert_eq!(cuts(&fading), [0usize; 0]);
}

#[test]
fn a_screen_that_stays_is_a_cut_on_both_sides() {
    let mut frames = scroll(10, 24, (2, 0));
    for frame in &mut frames[8..16] {
        frame.fill(0);
    }
    assert_eq!(cuts(&frames), [8, 16]);
}

#[test]
fn a_figure_that_jumps_is_no_cut() {
    let frames: Vec<_> = (0..20)
        .map(|t| {
            let mut frame = view(11, 0, 0, 0);
            let (left, top) = (t * 23 % 50, t * 17 % 50);
            for y in top..top + 14 {
                frame[(y * SIZE + left) * 3..(y * SIZE + left + 14) * 3].fill(255);
            }
            frame
        })
        .collect();
    assert_eq!(cuts(&frames), [0usize; 0]);
}

#[test]
fn frames_of_any_size_are_compared() {
    for (width, height) in [(1, 1), (3, 50), (640, 360)] {
        let black = vec![0; width * height * 3];
        let white = vec![255; width * height * 3];
        assert_eq!(frame_distance(&black, &black, width), 0.0);
        assert!(frame_distance(&black, &white, width) > 0.9);
    }
}
