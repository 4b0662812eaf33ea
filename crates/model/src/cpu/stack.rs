//! An ST-transformer on the CPU: its weights, and a pass of one frame.
//!
//! Everything but spatial attention concerns one position alone. So the positions are shared between
//! threads once a block: a part takes its rows from spatial attention to the next block's queries, keys and
//! values, and only there do the parts wait for one another.

use kernels::cpu::{self, Epilogue, Linear, Seen, Spatial, SpatialScratch, Temporal};

use crate::config::TransformerConfig;
use crate::error::Result;
use crate::params::{self, Named, values};

/// One ST block.
struct Block {
    spatial_qkv: Linear,
    spatial: Spatial,
    spatial_out: Linear,
    temporal_qkv: Linear,
    temporal: Temporal,
    temporal_out: Linear,
    up: Linear,
    down: Linear,
}

/// An ST-transformer, without the layer norm after it.
pub(super) struct Stack {
    blocks: Vec<Block>,
    width: usize,
    inner: usize,
    tokens: usize,
}

/// How far a pass goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// To the keys and values of the last block.
    Keys,
    /// To the end.
    Output,
}

/// What a pass works in. Made once.
pub(super) struct Work {
    /// The residual stream, `[N, D]`.
    pub(super) x: Vec<f32>,
    /// Queries, keys and values of spatial attention, `[N, 3I]`: of this block, and of the next.
    qkv: [Vec<f32>; 2],
    parts: Vec<Part>,
    /// Positions of a part; the last may have fewer.
    share: usize,
}

/// What one part of the positions works in.
struct Part {
    attended: Vec<f32>,
    /// Of temporal attention.
    qkv: Vec<f32>,
    hidden: Vec<f32>,
    normed: Vec<f32>,
    spatial: SpatialScratch,
    temporal: Vec<f32>,
}

impl Stack {
    /// The transformer named `name`, of frames of `tokens` tokens that see at most `most` frames, themselves
    /// included.
    pub(super) fn new(
        named: &Named,
        name: &str,
        config: &TransformerConfig,
        tokens: usize,
        most: usize,
    ) -> Result<Self> {
        let blocks = (0..config.blocks)
            .map(|i| {
                let at = |part: &str| format!("{name}.blocks.{i}.{part}");
                let layer = |part: &str, norm: Option<&str>| {
                    linear(named, &at(part), norm.map(at).as_deref())
                };
                let gain = |part: &str| values(named, &at(part));
                Ok(Block {
                    spatial_qkv: layer("spatial.qkv", Some("spatial_norm"))?,
                    spatial: Spatial {
                        query_gain: gain("spatial.query_gain")?.to_vec(),
                        key_gain: gain("spatial.key_gain")?.to_vec(),
                        heads: config.heads,
                    },
                    spatial_out: layer("spatial.out", None)?,
                    temporal_qkv: layer("temporal.qkv", Some("temporal_norm"))?,
                    temporal: Temporal::new(
                        gain("temporal.query_gain")?,
                        gain("temporal.key_gain")?,
                        config.heads,
                        most,
                    ),
                    temporal_out: layer("temporal.out", None)?,
                    up: layer("ff_in", Some("ff_norm"))?,
                    down: layer("ff_out", None)?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            blocks,
            width: config.width,
            inner: config.inner(),
            tokens,
        })
    }

    /// Numbers that the cache keeps of a frame: keys and values of each block, `[blocks, 2, N, I]`.
    pub(super) fn kept(&self) -> usize {
        self.blocks.len() * 2 * self.tokens * self.inner
    }

    /// Room for a pass, in as many parts as there are threads.
    pub(super) fn work(&self) -> Work {
        let share = self.tokens.div_ceil(cpu::threads()).max(1);
        let room = |width: usize| vec![0.0; share * width];
        let part = || Part {
            attended: room(self.inner),
            qkv: room(3 * self.inner),
            hidden: room(4 * self.width),
            normed: room(self.width),
            spatial: SpatialScratch::default(),
            temporal: Vec::new(),
        };
        let qkv = || vec![0.0; self.tokens * 3 * self.inner];
        Work {
            x: vec![0.0; self.tokens * self.width],
            qkv: [qkv(), qkv()],
            parts: (0..self.tokens.div_ceil(share)).map(|_| part()).collect(),
            share,
        }
    }

    /// Sends the frame in `work.x` through all blocks. It sees what is kept of the frames of `past`, oldest
    /// first; what the cache keeps of itself goes to `own`.
    pub(super) fn pass(&self, work: &mut Work, past: &[&[f32]], own: &mut [f32], until: Until) {
        let Work {
            x,
            qkv,
            parts,
            share,
        } = work;
        let share = *share;
        let [qkv, next] = qkv;
        let layer = self.tokens * self.inner;
        let first = &self.blocks[0].spatial_qkv;
        let items = x
            .chunks(share * self.width)
            .zip(qkv.chunks_mut(share * 3 * self.inner))
            .zip(&mut *parts)
            .collect();
        cpu::for_each(
            items,
            |((x, qkv), part): ((&[f32], &mut [f32]), &mut Part)| {
                first.run(x, qkv, Epilogue::None, &mut part.normed);
            },
        );
        for (i, (block, own)) in self
            .blocks
            .iter()
            .zip(own.chunks_mut(2 * layer))
            .enumerate()
        {
            let (keys, values) = own.split_at_mut(layer);
            let past: Vec<Seen<'_>> = past
                .iter()
                .map(|frame| {
                    let (keys, values) = frame[2 * i * layer..][..2 * layer].split_at(layer);
                    Seen { keys, values }
                })
                .collect();
            let after = self.blocks.get(i + 1).map(|next| &next.spatial_qkv);
            let items = x
                .chunks_mut(share * self.width)
                .zip(next.chunks_mut(share * 3 * self.inner))
                .zip(keys.chunks_mut(share * self.inner))
                .zip(values.chunks_mut(share * self.inner))
                .zip(&mut *parts)
                .enumerate()
                .map(|(number, ((((x, next), keys), values), part))| Turn {
                    first: number * share,
                    qkv,
                    past: &past,
                    x,
                    next,
                    keys,
                    values,
                    part,
                })
                .collect();
            cpu::for_each(items, |turn: Turn<'_>| {
                turn.run(block, after, until);
            });
            std::mem::swap(qkv, next);
        }
    }
}

/// One block for the positions of one part.
struct Turn<'a> {
    /// Its first position.
    first: usize,
    /// Of all positions.
    qkv: &'a [f32],
    /// All positions of each frame.
    past: &'a [Seen<'a>],
    x: &'a mut [f32],
    next: &'a mut [f32],
    keys: &'a mut [f32],
    values: &'a mut [f32],
    part: &'a mut Part,
}

impl Turn<'_> {
    fn run(self, block: &Block, after: Option<&Linear>, until: Until) {
        let Self {
            x, keys, values, ..
        } = self;
        let part = self.part;
        let length = keys.len();
        let inner = block.spatial_out.inputs();
        let rows = length / inner;
        let attended = &mut part.attended[..length];
        let qkv = &mut part.qkv[..3 * length];
        let hidden = &mut part.hidden[..rows * block.up.outputs()];
        let normed = &mut part.normed;

        block
            .spatial
            .run(self.qkv, self.first, attended, &mut part.spatial);
        block
            .spatial_out
            .run(attended, x, Epilogue::Residual, &mut []);
        block.temporal_qkv.run(x, qkv, Epilogue::None, normed);
        block.temporal.remember(qkv, keys, values);
        if after.is_none() && until == Until::Keys {
            return;
        }
        let from = self.first * inner;
        let seen: Vec<Seen<'_>> = self
            .past
            .iter()
            .map(|frame| Seen {
                keys: &frame.keys[from..from + length],
                values: &frame.values[from..from + length],
            })
            .chain([Seen { keys, values }])
            .collect();
        block.temporal.run(qkv, &seen, attended, &mut part.temporal);
        block
            .temporal_out
            .run(attended, x, Epilogue::Residual, &mut []);
        block.up.run(x, hidden, Epilogue::Gelu, normed);
        block.down.run(hidden, x, Epilogue::Residual, &mut []);
        if let Some(after) = after {
            after.run(x, self.next, Epilogue::None, normed);
        }
    }
}

/// The linear layer `name`, behind the layer norm `norm` if there is one.
pub(super) fn linear(named: &Named, name: &str, norm: Option<&str>) -> Result<Linear> {
    Ok(Linear::new(&params::linear(named, name, norm)?))
}
