//! The clips as the dynamics model learns from them: codes and actions, computed once, when a window
//! is first drawn.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use data::ClipStore;
use model::picture::to_tensor;
use model::{LatentActionModel, Tokenizer};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::Course;
use crate::checkpoint::write_atomically;
use crate::rng::Rng;

const KEY: &str = "pocket-genie-encoded";
/// Most bytes of codes kept in memory: of a larger store, windows spread over it are used.
const MOST_BYTES: u64 = 2 << 30;
/// Windows encoded at once on a graphics processor, which one of them keeps busy for a fraction of the
/// time that it takes to ask.
const TOGETHER: usize = 32;

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
pub(super) struct Encoded<'a> {
    course: Course<'a>,
    tokenizer: &'a Tokenizer,
    action_model: &'a LatentActionModel,
    source: Source,
    /// Where they lie: clip, first frame.
    places: Vec<(u64, usize)>,
    /// 1 where a window is encoded, `[W]`.
    present: Vec<u8>,
    /// `[W, T, N]`
    codes: Vec<u16>,
    /// `[W, T − 1]`
    actions: Vec<u8>,
}

impl<'a> Encoded<'a> {
    /// The table of a run: as it was saved, or empty.
    pub(super) fn open(
        course: Course<'a>,
        tokenizer: &'a Tokenizer,
        action_model: &'a LatentActionModel,
        trained: [u64; 2],
    ) -> Result<Self> {
        let (config, store) = (&course.run.settings.config, course.store);
        let [t, n] = [config.frames, config.tokens_per_frame()];
        let source = Source {
            clips: store.len(),
            frames_per_clip: store.frames_per_clip(),
            window: [t, n],
            trained,
        };
        let places = places(store, t, n);
        let windows = places.len();
        let mut table = Self {
            course,
            tokenizer,
            action_model,
            source,
            places,
            present: vec![0; windows],
            codes: vec![0; windows * t * n],
            actions: vec![0; windows * (t - 1)],
        };
        table.read(&course.run.encoded())?;
        Ok(table)
    }

    /// A batch: `size` windows' codes `[B, T, N]` and actions `[B, T − 1]`.
    pub(super) fn batch(&mut self, size: usize, rng: &mut Rng) -> Result<(Vec<i32>, Vec<usize>)> {
        let [t, n] = self.source.window;
        let (mut codes, mut actions) = (Vec::new(), Vec::new());
        for _ in 0..size {
            let w = rng.below(self.places.len());
            if self.present[w] == 0 {
                self.encode(w)?;
            }
            let (c, a) = (w * t * n, w * (t - 1));
            codes.extend(self.codes[c..c + t * n].iter().map(|&c| i32::from(c)));
            actions.extend(self.actions[a..a + t - 1].iter().map(|&a| usize::from(a)));
        }
        Ok((codes, actions))
    }

    /// Encodes `window`, and on a graphics processor its neighbours with it: always the same ones, so that
    /// nothing depends on which of them was drawn first.
    fn encode(&mut self, window: usize) -> Result<()> {
        let config = &self.course.run.settings.config;
        let [t, n] = self.source.window;
        let size = config.height * config.width * 3;
        let together = match kernels::on_cpu(self.course.device) {
            true => 1,
            false => TOGETHER,
        };
        let first = window / together * together;
        let windows = first..(first + together).min(self.places.len());
        let mut bytes = Vec::with_capacity(windows.len() * t * size);
        for &(clip, frame) in &self.places[windows.clone()] {
            let clip = self.course.store.read_clip(clip)?;
            bytes.extend_from_slice(&clip[frame * size..(frame + t) * size]);
        }
        let shape = [windows.len(), t, config.height, config.width, 3];
        let frames = to_tensor(&bytes, shape, self.course.device);
        let codes = self.tokenizer.encode(frames.clone());
        let actions = self.action_model.infer_either(frames, codes.clone());
        let actions = actions.indices;
        let codes: Vec<i32> = codes.to_data().convert::<i32>().try_to_vec()?;
        let actions: Vec<i32> = actions.to_data().convert::<i32>().try_to_vec()?;
        let (c, a) = (windows.start * t * n, windows.start * (t - 1));
        for (place, code) in self.codes[c..].iter_mut().zip(codes) {
            *place = code as u16;
        }
        for (place, action) in self.actions[a..].iter_mut().zip(actions) {
            *place = action as u8;
        }
        self.present[windows].fill(1);
        Ok(())
    }

    /// Takes over what `path` holds, unless it was made of something else.
    fn read(&mut self, path: &Path) -> Result<()> {
        if !path.exists() {
            return Ok(());
        }
        let name = path.display();
        let damaged = || format!("{name} is damaged: delete it, and the clips are encoded again");
        let bytes = fs::read(path).with_context(|| format!("can't read {name}"))?;
        let (_, header) = SafeTensors::read_metadata(&bytes).with_context(damaged)?;
        let text = header.metadata().as_ref().and_then(|m| m.get(KEY));
        let its: Source =
            serde_json::from_str(text.with_context(damaged)?).with_context(damaged)?;
        if its != self.source {
            return Ok(());
        }
        let tensors = SafeTensors::deserialize(&bytes).with_context(damaged)?;
        let tensor = |name| tensors.tensor(name).with_context(damaged);
        let (present, codes, actions) = (tensor("present")?, tensor("codes")?, tensor("actions")?);
        if [present.dtype(), codes.dtype(), actions.dtype()] != [Dtype::U8, Dtype::U16, Dtype::U8]
            || present.data().len() != self.present.len()
            || codes.data().len() != 2 * self.codes.len()
            || actions.data().len() != self.actions.len()
        {
            bail!(damaged());
        }
        self.present.copy_from_slice(present.data());
        self.actions.copy_from_slice(actions.data());
        for (place, b) in self.codes.iter_mut().zip(codes.data().chunks_exact(2)) {
            *place = u16::from_le_bytes([b[0], b[1]]);
        }
        Ok(())
    }

    /// Saves the table beside the run's checkpoints.
    pub(super) fn save(&self) -> Result<()> {
        let [t, n] = self.source.window;
        let windows = self.places.len();
        let codes: &[u8] = bytemuck::cast_slice(&self.codes);
        let views = [
            (
                "present",
                TensorView::new(Dtype::U8, vec![windows], &self.present)?,
            ),
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
        write_atomically(
            &self.course.run.encoded(),
            &serialize(views, Some(about.into()))?,
        )
    }
}

/// Where the windows lie: half a window apart, so that what begins in the middle of one is seen from
/// the start in the next.
fn places(store: &ClipStore, frames: usize, tokens: usize) -> Vec<(u64, usize)> {
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
            let (clip, start) = (i / starts.len() as u64, i % starts.len() as u64);
            (clip, starts[start as usize])
        })
        .collect()
}
