//! The clips as the dynamics model learns from them: codes and actions, computed once.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use data::ClipStore;
use model::picture::to_tensor;
use model::{LatentActionModel, Tokenizer};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::{Course, Outcome};
use crate::checkpoint::write_atomically;
use crate::report::{Display, StepReport};
use crate::rng::Rng;

const KEY: &str = "pocket-genie-encoded";
/// Windows encoded at once.
const BATCH: usize = 8;
/// Most bytes of codes kept in memory: of a larger store, windows spread over it are used.
const MOST_BYTES: u64 = 2 << 30;

/// What the table was made of; with other clips or models it has to be made again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Source {
    clips: u64,
    frames_per_clip: usize,
    /// `T`, `N`.
    window: [usize; 2],
    /// Training of the tokenizer and of the action model, so far as it went.
    trained: [u64; 2],
}

/// Windows of `T` frames: their codes, and the action of each transition.
pub(super) struct Encoded {
    source: Source,
    /// `[W, T, N]`
    codes: Vec<u16>,
    /// `[W, T − 1]`
    actions: Vec<u8>,
}

impl Encoded {
    /// A batch: `size` windows' codes `[B, T, N]` and actions `[B, T − 1]`.
    pub(super) fn batch(&self, size: usize, rng: &mut Rng) -> (Vec<i32>, Vec<usize>) {
        let [t, n] = self.source.window;
        let windows = self.codes.len() / (t * n);
        let (mut codes, mut actions) = (Vec::new(), Vec::new());
        for _ in 0..size {
            let w = rng.below(windows);
            let (c, a) = (w * t * n, w * (t - 1));
            codes.extend(self.codes[c..c + t * n].iter().map(|&c| i32::from(c)));
            actions.extend(self.actions[a..a + t - 1].iter().map(|&a| usize::from(a)));
        }
        (codes, actions)
    }

    fn done(&self) -> usize {
        let [t, n] = self.source.window;
        self.codes.len() / (t * n)
    }

    /// Makes the table, or goes on with it, or reads it if it is whole. `None` if stopped.
    pub(super) fn open(
        course: Course<'_>,
        tokenizer: &Tokenizer,
        actions: &LatentActionModel,
        trained: [u64; 2],
        display: &mut dyn Display,
    ) -> Result<(Self, Outcome)> {
        let (config, store) = (&course.run.settings.config, course.store);
        let path = course.run.encoded();
        let source = Source {
            clips: store.len(),
            frames_per_clip: store.frames_per_clip(),
            window: [config.frames, config.tokens_per_frame()],
            trained,
        };
        let windows = windows(store, config.frames, config.tokens_per_frame());
        let mut table = Self::read(&path, &source)?.unwrap_or(Self {
            source,
            codes: Vec::new(),
            actions: Vec::new(),
        });
        if table.done() == windows.len() {
            return Ok((table, Outcome::Finished));
        }
        display.note(&format!(
            "Encoding {} windows of {} frames for the dynamics model.",
            windows.len(),
            config.frames
        ));
        let (start, before) = (Instant::now(), table.done());
        let mut saved = Instant::now();
        let mut kept: Option<(u64, Vec<u8>)> = None;
        while table.done() < windows.len() {
            let rest = &windows[table.done()..];
            let batch = &rest[..rest.len().min(BATCH)];
            let size = config.height * config.width * 3;
            let mut bytes = Vec::with_capacity(batch.len() * config.frames * size);
            for &(clip, first) in batch {
                if kept.as_ref().is_none_or(|(number, _)| *number != clip) {
                    kept = Some((clip, store.read_clip(clip)?));
                }
                let clip = &kept.as_ref().context("a clip was just read")?.1;
                bytes.extend_from_slice(&clip[first * size..(first + config.frames) * size]);
            }
            let shape = [batch.len(), config.frames, config.height, config.width, 3];
            let frames = to_tensor(&bytes, shape, course.device);
            let codes = tokenizer.encode(frames.clone()).to_data().convert::<i32>();
            let taken = actions.infer(frames).indices.to_data().convert::<i32>();
            table
                .codes
                .extend(codes.try_to_vec::<i32>()?.iter().map(|&c| c as u16));
            table
                .actions
                .extend(taken.try_to_vec::<i32>()?.iter().map(|&a| a as u8));
            let seconds = start.elapsed().as_secs_f64();
            let speed = (table.done() - before) as f64 / seconds.max(1e-9);
            display.step(&StepReport {
                phase: "encoding",
                step: table.done() as u64,
                seconds,
                seconds_left: Some((windows.len() - table.done()) as f64 / speed.max(1e-9)),
                frames_per_second: speed * config.frames as f64,
                rate: 0.0,
                figures: Default::default(),
            });
            if display.wants_to_stop() {
                table.write(&path)?;
                return Ok((table, Outcome::Stopped));
            }
            if saved.elapsed().as_secs_f64() >= course.options.checkpoint {
                table.write(&path)?;
                saved = Instant::now();
            }
        }
        table.write(&path)?;
        Ok((table, Outcome::Finished))
    }

    /// What of the table is there already; `None` if there is nothing, or it is of something else.
    fn read(path: &Path, source: &Source) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let name = path.display();
        let damaged = || format!("{name} is damaged: delete it, and the clips are encoded again");
        let bytes = fs::read(path).with_context(|| format!("can't read {name}"))?;
        let (_, header) = SafeTensors::read_metadata(&bytes).with_context(damaged)?;
        let text = header.metadata().as_ref().and_then(|m| m.get(KEY));
        let its: Source =
            serde_json::from_str(text.with_context(damaged)?).with_context(damaged)?;
        if its != *source {
            return Ok(None);
        }
        let tensors = SafeTensors::deserialize(&bytes).with_context(damaged)?;
        let codes = tensors.tensor("codes").with_context(damaged)?;
        let actions = tensors.tensor("actions").with_context(damaged)?;
        let [t, n] = source.window;
        let windows = codes.data().len() / (2 * t * n);
        if codes.dtype() != Dtype::U16
            || codes.shape() != [windows, t, n]
            || actions.dtype() != Dtype::U8
            || actions.shape() != [windows, t - 1]
        {
            bail!(damaged());
        }
        Ok(Some(Self {
            source: its,
            codes: codes
                .data()
                .chunks_exact(2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]))
                .collect(),
            actions: actions.data().to_vec(),
        }))
    }

    fn write(&self, path: &Path) -> Result<()> {
        let [t, n] = self.source.window;
        let windows = self.done();
        let codes: &[u8] = bytemuck::cast_slice(&self.codes);
        let views = [
            (
                "codes",
                TensorView::new(Dtype::U16, vec![windows, t, n], codes)?,
            ),
            (
                "actions",
                TensorView::new(Dtype::U8, vec![windows, t - 1], &self.actions)?,
            ),
        ];
        let about = [(KEY.to_owned(), serde_json::to_string(&self.source)?)];
        write_atomically(path, &serialize(views, Some(about.into()))?)
    }
}

/// Where the windows lie, `(clip, first frame)`: half a window apart, so that what begins in the middle of
/// one is seen from the start in the next.
fn windows(store: &ClipStore, frames: usize, tokens: usize) -> Vec<(u64, usize)> {
    let last = store.frames_per_clip() - frames;
    let mut starts: Vec<usize> = (0..=last).step_by((frames / 2).max(1)).collect();
    if starts.last() != Some(&last) {
        starts.push(last);
    }
    let room = (MOST_BYTES / (2 * frames * tokens) as u64).max(1);
    let all = store.len() * starts.len() as u64;
    let taken = all.min(room);
    (0..taken)
        .map(|i| (u128::from(i) * u128::from(all) / u128::from(taken)) as u64)
        .map(|i| {
            (
                i / starts.len() as u64,
                starts[(i % starts.len() as u64) as usize],
            )
        })
        .collect()
}
