//! Looks into a play. They go through a branch of their own, so that the play stays as it is.

use model::Result;
use model::session::Session;
use web::protocol::{Look, Seen, Shares, Snapshot};

use super::pictures::picture;

/// What there is to see from the newest frame of `session`.
pub async fn at(session: &Session, wish: Look) -> Result<Seen> {
    match wish {
        Look::Ahead { action, frames } => {
            let mut branch = session.clone();
            for _ in 0..frames.max(1) {
                branch.step(action).await?;
            }
            let tokens = branch.tokens().last().map(<[u32]>::to_vec);
            Ok(Seen::Ahead {
                action,
                picture: picture(branch.picture()),
                tokens: tokens.unwrap_or_default(),
            })
        }
        Look::Unfold { action, steps } => {
            let steps = steps.unwrap_or(session.sampling().steps);
            let unfolded = session.unfold(action, steps).await?;
            let steps = unfolded.into_iter().map(|seen| Snapshot {
                tokens: seen.tokens,
                masked: seen.masked,
                picture: picture(&seen.picture),
            });
            Ok(Seen::Unfold {
                action,
                steps: steps.collect(),
            })
        }
        Look::Attention => {
            let blocks = session.attention().await?;
            let blocks = blocks.iter().map(|block| Shares::of(block)).collect();
            Ok(Seen::Attention { blocks })
        }
    }
}
