//! Packs a world.

use std::sync::Mutex;

use super::stack::{Stack, linear};
use super::{Engine, Part, Pool, State, Tables};
use crate::error::Result;
use crate::params::{self, Named, values};
use crate::session::HISTORY;
use crate::world::World;

impl Engine {
    /// Packs `world` for this processor.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if its tensors can't be read;
    /// [`Error::Config`](crate::Error::Config) for another attention than ST.
    pub async fn new(world: &World) -> Result<Self> {
        let config = world.card.config.clone();
        config.check_playable()?;
        let (n, t) = (config.tokens_per_frame(), config.frames);
        let dynamics = params::read(&world.dynamics, "").await?;
        let decoder = params::read(&world.tokenizer.decoder, "").await?;
        let part = |named: &Named, sizes, head, table: &[f32], extra| {
            let stack = Stack::new(named, "transformer", sizes, n, t)?;
            Ok::<_, crate::Error>(Part {
                tables: Tables {
                    table: table.to_vec(),
                    position: values(named, "position")?.to_vec(),
                    extra,
                    width: sizes.width,
                },
                head: linear(named, head, Some("transformer.norm"))?,
                pool: Pool::new(stack.kept(), t + HISTORY + 2),
                stack,
            })
        };
        let dynamics = part(
            &dynamics,
            &config.dynamics,
            "head",
            values(&dynamics, "token_embedding")?,
            world.dynamics.action_table(&world.actions).await?,
        )?;
        let sizes = &config.tokenizer.decoder;
        let decoder = part(
            &decoder,
            sizes,
            "to_patches",
            &world.tokenizer.code_table(config.codes()).await?,
            vec![0.0; sizes.width],
        )?;
        let most = |size: &dyn Fn(&Part) -> usize| size(&dynamics).max(size(&decoder));
        let room = |width: usize| vec![0.0; n * width];
        let state = State {
            dynamics: dynamics.stack.work(),
            decoder: decoder.stack.work(),
            rows: room(dynamics.head.inputs()),
            normed: room(most(&|part| part.head.inputs())),
            out: room(most(&|part| part.head.outputs())),
        };
        Ok(Self {
            config,
            dynamics,
            decoder,
            state: Mutex::new(state),
        })
    }
}
