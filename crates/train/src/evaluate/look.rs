//! How played frames look, whatever they show: whether they move as much as true ones, and whether
//! neighbouring tokens fit together. PSNR hardly notices either.

use model::picture::Frame;

/// Sums over frames.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// Absolute differences of each frame and the one before.
    change: u64,
    /// Absolute differences of neighbouring pixels of different tokens.
    across: u64,
    /// The same within tokens.
    inside: u64,
    /// Frames added.
    frames: u64,
}

impl Look {
    /// Adds a video after its first frame, which is given and not played. `patch` is the side of a
    /// token in pixels.
    pub(super) fn add(&mut self, frames: &[Frame], patch: usize) {
        for pair in frames.windows(2) {
            self.change += difference(&pair[0].rgb, &pair[1].rgb);
            self.frames += 1;
            let frame = &pair[1];
            let line = frame.width * 3;
            for x in 1..frame.width {
                let of_columns: u64 = frame
                    .rgb
                    .chunks_exact(line)
                    .map(|row| difference(&row[x * 3 - 3..x * 3], &row[x * 3..x * 3 + 3]))
                    .sum();
                *self.place(x, patch) += of_columns;
            }
            for y in 1..frame.height {
                let (above, here) = frame.rgb[(y - 1) * line..(y + 1) * line].split_at(line);
                *self.place(y, patch) += difference(above, here);
            }
        }
    }

    /// Adds what another has seen.
    pub(super) fn merge(&mut self, other: &Self) {
        self.change += other.change;
        self.across += other.across;
        self.inside += other.inside;
        self.frames += other.frames;
    }

    fn place(&mut self, at: usize, patch: usize) -> &mut u64 {
        if at.is_multiple_of(patch) {
            &mut self.across
        } else {
            &mut self.inside
        }
    }

    /// How much a frame changes, in proportion to `truth`; `None` if that never does.
    pub(super) fn change_against(&self, truth: &Self) -> Option<f64> {
        let mean = |look: &Self| look.change as f64 / look.frames as f64;
        (self.frames > 0 && truth.change > 0).then(|| mean(self) / mean(truth))
    }

    /// How much neighbouring pixels differ, in proportion to `truth`; `None` if it is flat.
    pub(super) fn edges_against(&self, truth: &Self) -> Option<f64> {
        let mean = |look: &Self| (look.across + look.inside) as f64 / look.frames as f64;
        let any = self.frames > 0 && truth.across + truth.inside > 0;
        any.then(|| mean(self) / mean(truth))
    }

    /// How much more than `truth` pixels differ across the borders of tokens, in proportion to
    /// within; `None` where one of them is flat.
    pub(super) fn seams_against(&self, truth: &Self) -> Option<f64> {
        let flat = self.inside == 0 || truth.across == 0;
        let ratio = |look: &Self| look.across as f64 / look.inside as f64;
        (!flat).then(|| ratio(self) / ratio(truth))
    }
}

fn difference(a: &[u8], b: &[u8]) -> u64 {
    let pairs = a.iter().zip(b);
    pairs.map(|(&a, &b)| u64::from(a.abs_diff(b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of 4×4 pixels, all three channels alike.
    fn frame(grey: [[u8; 4]; 4]) -> Frame {
        Frame {
            height: 4,
            width: 4,
            rgb: grey.concat().into_iter().flat_map(|v| [v; 3]).collect(),
        }
    }

    fn look(frames: &[Frame]) -> Look {
        let mut look = Look::default();
        look.add(frames, 2);
        look
    }

    const STEPS: [[u8; 4]; 4] = [[0, 1, 2, 3]; 4];
    const BLOCKS: [[u8; 4]; 4] = [[0, 1, 9, 10]; 4];

    #[test]
    fn change_is_counted_against_the_true_video() {
        let flat = frame([[5; 4]; 4]);
        let (one, two) = (frame([[6; 4]; 4]), frame([[7; 4]; 4]));
        let truth = look(&[flat.clone(), two]);
        assert_eq!(look(&[flat.clone(), one]).change_against(&truth), Some(0.5));
        let still = look(&[flat.clone(), flat]);
        assert_eq!(still.change_against(&truth), Some(0.0));
        assert_eq!(truth.change_against(&still), None);
    }

    #[test]
    fn tokens_that_do_not_fit_show_as_seams() {
        let (steps, blocks) = (frame(STEPS), frame(BLOCKS));
        let truth = look(&[steps.clone(), steps.clone()]);
        assert_eq!((truth.across, truth.inside), (4 * 3, 8 * 3));
        // 8 across each border instead of 1.
        let played = look(&[steps.clone(), blocks.clone()]);
        assert_eq!(played.seams_against(&truth), Some(8.0));
        // The prompt is not looked at.
        let given = look(&[blocks, steps]);
        assert_eq!(given.seams_against(&truth), Some(1.0));
        // Borders between rows count as those between columns do.
        let turned = |rows: [[u8; 4]; 4]| {
            frame(std::array::from_fn(|y| std::array::from_fn(|x| rows[x][y])))
        };
        let played = look(&[turned(STEPS), turned(BLOCKS)]);
        assert_eq!(played.seams_against(&truth), Some(8.0));
    }

    #[test]
    fn edges_are_counted_by_the_frame() {
        let (flat, steps) = (frame([[5; 4]; 4]), frame(STEPS));
        // One frame of twelve steps of 1 against two of which one is flat: twice as many.
        let truth = look(&[flat.clone(), flat.clone(), steps.clone()]);
        let played = look(&[flat.clone(), steps]);
        assert_eq!(played.edges_against(&truth), Some(2.0));
        assert_eq!(look(&[flat.clone(), flat]).edges_against(&truth), Some(0.0));
        assert_eq!(truth.edges_against(&Look::default()), None);
    }

    #[test]
    fn flat_frames_have_no_seams_to_speak_of() {
        let flat = look(&[frame([[5; 4]; 4]), frame([[5; 4]; 4])]);
        let steps = look(&[frame(STEPS), frame(STEPS)]);
        assert_eq!(flat.seams_against(&steps), None);
        assert_eq!(steps.seams_against(&flat), None);
    }
}
