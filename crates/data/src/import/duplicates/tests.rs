use proptest::prelude::*;

use super::*;

const SHAPE: Shape = Shape {
    height: 32,
    width: 48,
};

/// A clip of 48 frames: a still background, and a figure of 6 pixels on a way of its own.
fn clip(background: u64, way: u64, noise: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    for t in 0..48usize {
        let (left, top) = ((t * (1 + way as usize)) % 42, (way as usize * 9) % 26);
        for y in 0..SHAPE.height {
            for x in 0..SHAPE.width {
                let tile = crate::hash::mix(&[background, (x / 8) as u64, (y / 8) as u64]);
                let grain = crate::hash::mix(&[t as u64, x as u64, y as u64, noise.into()])
                    % (u64::from(noise) + 1);
                let figure = (left..left + 6).contains(&x) && (top..top + 6).contains(&y);
                for channel in 0..3 {
                    let level = if figure {
                        230
                    } else {
                        (tile >> (8 * channel)) as u8 % 200
                    };
                    bytes.push(level.saturating_add(grain as u8));
                }
            }
        }
    }
    bytes
}

#[test]
fn an_encoding_s_noise_is_no_difference() {
    let (a, b) = (clip(1, 1, 0), clip(1, 1, 12));
    assert!(same(&a, &b, SHAPE));
    assert!(Signature::of(&a, SHAPE).distance(&Signature::of(&b, SHAPE)) <= TOLERANCE);
}

#[test]
fn sampled_a_frame_later_is_the_same() {
    let a = clip(1, 2, 0);
    let b = [&a[SHAPE.frame_bytes()..], &a[..SHAPE.frame_bytes()]].concat();
    assert!(same(&a, &b, SHAPE));
}

#[test]
fn another_play_before_the_same_background_is_another() {
    let (a, b) = (clip(1, 1, 0), clip(1, 3, 0));
    assert!(!same(&a, &b, SHAPE));
    // Even if most of the play is the same.
    let half = a.len() / 2;
    assert!(!same(&a, &[&a[..half], &b[half..]].concat(), SHAPE));
}

#[test]
fn the_index_finds_the_nearest_first() {
    let mut index = Index::default();
    for background in 0..40 {
        index.push(Signature::of(&clip(background, 1, 0), SHAPE));
    }
    for background in 0..40 {
        let noisy = Signature::of(&clip(background, 1, 12), SHAPE);
        assert_eq!(index.candidates(&noisy).first(), Some(&background));
    }
    assert!(
        index
            .candidates(&Signature::of(&clip(99, 1, 0), SHAPE))
            .is_empty()
    );
}

#[test]
fn frames_smaller_than_the_cells_have_signatures() {
    let shape = Shape {
        height: 1,
        width: 3,
    };
    assert_eq!(
        Signature::of(&[9; 18], shape),
        Signature([9; SIGNATURE_BYTES])
    );
    assert!(same(&[9; 18], &[9; 18], shape) && !same(&[9; 18], &[90; 18], shape));
}

proptest! {
    /// No pair within the tolerance is missed: each lies in one of the boxes around the other.
    #[test]
    fn near_signatures_are_neighbours(
        base in proptest::collection::vec(any::<u8>(), SIGNATURE_BYTES),
        moves in proptest::collection::vec(-8i16..=8, SIGNATURE_BYTES),
    ) {
        let signature = |bytes: &[u8]| Signature(bytes.try_into().unwrap());
        let moved: Vec<u8> = base.iter().zip(&moves).map(|(&b, m)| (i16::from(b) + m).clamp(0, 255) as u8).collect();
        let mut index = Index::default();
        index.push(signature(&base));
        prop_assert_eq!(index.candidates(&signature(&moved)), vec![0]);
    }

    #[test]
    fn even_where_all_move_together(level in 8u8..=247, by in -8i16..=8) {
        let mut index = Index::default();
        index.push(Signature([level; SIGNATURE_BYTES]));
        let moved = (i16::from(level) + by) as u8;
        prop_assert_eq!(index.candidates(&Signature([moved; SIGNATURE_BYTES])), vec![0]);
    }
}
