//! Looks into a play that change nothing of it: where each action leads, how the next frame comes about,
//! and which tokens look at which.

use serde::{Deserialize, Serialize};

use super::Picture;

/// What is to be looked at. Each is answered by the [`Seen`] of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// Where an action leads from the frame on the screen.
    Ahead {
        /// Its number.
        action: usize,
        /// For how many frames it is held, 1 or more.
        frames: usize,
    },
    /// How the frame comes about that an action leads to.
    Unfold {
        /// Its number.
        action: usize,
        /// MaskGIT steps; none for as many as are played.
        steps: Option<usize>,
    },
    /// Which tokens of the frame on the screen look at which.
    Attention,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Seen {
    /// Where an action leads.
    Ahead {
        /// Its number.
        action: usize,
        /// The last frame there.
        picture: Picture,
        /// Its tokens.
        tokens: Vec<u32>,
    },
    /// A frame after each of its MaskGIT steps.
    Unfold {
        /// The action that leads to it.
        action: usize,
        /// The steps, the first one first; after the last the frame is whole.
        steps: Vec<Snapshot>,
    },
    /// Attention in each block.
    Attention {
        /// For each block the shares of `N · N` pairs of tokens, each `f32` in four bytes, the lowest
        /// first: a row of `N`, which add up to 1, for each token that looks.
        blocks: Vec<Shares>,
    },
}

/// A frame after one of its MaskGIT steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its tokens; at masked positions those that this step drew and did not keep.
    pub tokens: Vec<u32>,
    /// Which positions are still masked.
    pub masked: Vec<bool>,
    /// What it would look like if it were left as it is.
    pub picture: Picture,
}

/// Attention of one block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares(#[serde(skip)] pub Vec<u8>);

impl Shares {
    /// Of values.
    pub fn of(values: &[f32]) -> Self {
        Self(
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        )
    }

    /// The row of `token` of `tokens`: how much it looks at each; none if there is no such row.
    pub fn row(&self, token: usize, tokens: usize) -> Option<Vec<f32>> {
        let width = 4 * tokens;
        let row = self.0.get(token.checked_mul(width)?..)?.get(..width)?;
        let value = |bytes: &[u8]| bytes.try_into().map(f32::from_le_bytes);
        row.chunks_exact(4)
            .map(value)
            .collect::<Result<_, _>>()
            .ok()
    }
}

impl Seen {
    pub(super) fn blobs(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Ahead { picture, .. } => vec![&mut picture.rgba],
            Self::Unfold { steps, .. } => steps
                .iter_mut()
                .map(|step| &mut step.picture.rgba)
                .collect(),
            Self::Attention { blocks } => blocks.iter_mut().map(|block| &mut block.0).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_come_back_row_by_row() {
        let shares = Shares::of(&[0.25, 0.75, 1.0, 0.0]);
        assert_eq!(shares.row(0, 2), Some(vec![0.25, 0.75]));
        assert_eq!(shares.row(1, 2), Some(vec![1.0, 0.0]));
        assert_eq!(shares.row(2, 2), None);
        assert_eq!(shares.row(usize::MAX, 2), None);
        assert_eq!(Shares::default().row(0, 2), None);
    }

    #[test]
    fn every_picture_travels_as_bytes() {
        let snapshot = Snapshot {
            tokens: vec![1],
            masked: vec![false],
            picture: Picture::default(),
        };
        let mut seen = Seen::Unfold {
            action: 0,
            steps: vec![snapshot.clone(), snapshot],
        };
        assert_eq!(seen.blobs().len(), 2);
        let text = serde_json::to_string(&seen).unwrap();
        let mut back: Seen = serde_json::from_str(&text).unwrap();
        assert_eq!(back.blobs().len(), 2);
        let blocks = vec![Shares::of(&[1.0]); 3];
        assert_eq!(Seen::Attention { blocks }.blobs().len(), 3);
    }
}
