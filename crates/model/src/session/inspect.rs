//! Looks into a session that change nothing of it: how the next frame comes about, and which tokens of the
//! newest one look at which.
//!
//! Both are computed on the processor if the world's tensors are there, wherever it is played: on a graphics
//! processor a token may come out otherwise by rounding.

use super::Session;
use crate::error::Result;
use crate::maskgit::Sampling;
use crate::picture::Frame;

/// A frame after one of its MaskGIT steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Codes, `[N]`; at masked positions those that this step drew and did not keep.
    pub tokens: Vec<u32>,
    /// Which positions are still masked, `[N]`.
    pub masked: Vec<bool>,
    /// What the frame would look like if it were left as it is.
    pub picture: Frame,
}

impl Session {
    /// The frame that `action` (0 to `A − 1`) leads to, after each of its MaskGIT steps, of which there are
    /// to be `steps` (as in [`Sampling`]); the last one is whole. With the session's own number of steps it
    /// is the frame that [`Session::step`] would make.
    ///
    /// # Errors
    /// [`Error::Action`](crate::Error::Action), [`Error::Setting`](crate::Error::Setting),
    /// [`Error::Device`](crate::Error::Device).
    pub async fn unfold(&self, action: usize, steps: usize) -> Result<Vec<Snapshot>> {
        self.check_action(action)?;
        let mut twin = self.clone();
        twin.set_sampling(Sampling {
            steps,
            ..*self.sampling()
        })?;
        twin.world.engine = None;
        let unfolded = match twin.processor().await? {
            Some(engine) => {
                if !twin.kept() {
                    twin.refill_on_cpu(&engine);
                }
                twin.unfold_on_cpu(&engine, action)?
            }
            None => {
                let seen = twin.frames.len().min(twin.world.card.config.frames - 1);
                if twin.options.cache && twin.dynamics.len() < seen {
                    twin.refill_tensors().await?;
                }
                twin.unfold_in_tensors(action).await?
            }
        };
        let snapshot = |(canvas, picture): (crate::maskgit::Canvas, Frame)| Snapshot {
            tokens: canvas.tokens,
            masked: canvas.masked,
            picture,
        };
        Ok(unfolded.into_iter().map(snapshot).collect())
    }

    /// How much each token of the newest frame looks at each other one in the dynamics' spatial attention,
    /// averaged over the heads: for each block `[N, N]` row by row, a row for each token that looks. Each
    /// row adds up to 1. A pass over the whole window, by the plain definition.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device).
    pub async fn attention(&self) -> Result<Vec<Vec<f32>>> {
        self.spatial_weights().await
    }
}
