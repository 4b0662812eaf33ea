//! The interactive session (design: the heart of play): a prompt, then one frame per action.
//!
//! ```text
//! let mut session = Session::start(&world, &[frame], Options::default()).await?;
//! let next = session.step(3).await?;      // the next frame, as RGB
//! session.rewind(5).await?;
//! ```
//!
//! Temporal attention reads a key-value cache of the last `T − 1` frames, in the dynamics and in
//! the tokenizer's decoder, so that a step costs the same at frame 10,000 as at frame 20. The same
//! code runs natively and in the browser; the same seed and actions give the same tokens.
//!
//! A world that was brought to a graphics processor ([`World::on_gpu`]) is played there ([`device`]); one
//! whose tensors are on the CPU by the CPU's engine ([`processor`]); any other, and any without the cache,
//! by burn, on whatever device its tensors are ([`tensors`]). A clone of a session is a
//! branch: both go on from the same frame, and share the cache of all frames before it.

mod cache;
mod device;
pub mod inspect;
mod processor;
mod tensors;

use std::sync::Arc;

use self::cache::Cache;
use self::device::Ahead;
use crate::cpu;
use crate::error::{Error, Result};
use crate::gpu::Page;
use crate::maskgit::Sampling;
use crate::picture::{self, Frame};
use crate::world::{PlayDefaults, World};

/// Frames kept beyond the window, to rewind into without recomputing.
pub(crate) const HISTORY: usize = 48;
/// The most MaskGIT steps a frame.
pub const MOST_STEPS: usize = 256;

/// How a session is played.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How frames are sampled.
    pub sampling: Sampling,
    /// Whether temporal attention reads the key-value cache. Without it the whole window is
    /// computed anew for every pass, as the paper did: for comparison only.
    pub cache: bool,
    /// Whether the frame that the same action would lead to next is begun before this one's picture has
    /// come back, and thrown away if another action comes. Only a graphics processor does it.
    pub speculate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sampling: PlayDefaults::default().sampling(0),
            cache: true,
            speculate: false,
        }
    }
}

impl Sampling {
    /// Says which setting is out of its range, if any.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn check(&self) -> Result<()> {
        let sane = |x: f32| x.is_finite() && (0.0..=100.0).contains(&x);
        if !(1..=MOST_STEPS).contains(&self.steps) {
            Err(Error::Setting(format!(
                "{} MaskGIT steps; 1 to {MOST_STEPS} are possible",
                self.steps
            )))
        } else if !sane(self.temperature) || !sane(self.choice_temperature) {
            Err(Error::Setting(format!(
                "temperature {} (choice {}); 0 to 100 is possible",
                self.temperature, self.choice_temperature
            )))
        } else {
            Ok(())
        }
    }
}

/// One finished frame of a session.
#[derive(Clone, Debug)]
struct Played {
    tokens: Vec<u32>,
    /// The action that led here; none for the prompt.
    action: Option<usize>,
    /// Kept for recent frames only, so that a long session stays small.
    picture: Option<Frame>,
    /// Where a graphics processor keeps its keys and values.
    page: Option<Page>,
    /// The same on the CPU.
    kept: Option<Arc<cpu::Page>>,
}

/// A world being played.
#[derive(Clone, Debug)]
pub struct Session {
    world: World,
    options: Options,
    frames: Vec<Played>,
    prompt: usize,
    dynamics: Cache,
    decoder: Cache,
    /// The next frame, begun before it was asked for.
    ahead: Ahead,
}

impl Session {
    /// Starts from 1 to `T` pictures, oldest first, each as large as the world's frames.
    ///
    /// # Errors
    /// [`Error::Prompt`] if there are none, too many, or one of another size; [`Error::Setting`];
    /// [`Error::Device`].
    pub async fn start(world: &World, prompt: &[Frame], options: Options) -> Result<Self> {
        let tokens = tokenize(world, prompt).await?;
        Self::from_tokens(world, tokens, options).await
    }

    /// Starts from the tokens of 1 to `T` frames, `[N]` each, as a prompt link carries them.
    ///
    /// # Errors
    /// As [`Session::start`]; [`Error::Config`] if the world's transformers are not ST ones.
    pub async fn from_tokens(
        world: &World,
        prompt: Vec<Vec<u32>>,
        options: Options,
    ) -> Result<Self> {
        options.sampling.check()?;
        let config = &world.card.config;
        config.check_playable()?;
        check_prompt_length(prompt.len(), config.frames)?;
        let (n, k) = (config.tokens_per_frame(), config.codes() as u32);
        for tokens in &prompt {
            if tokens.len() != n || tokens.iter().any(|&t| t >= k) {
                return Err(Error::Prompt(format!(
                    "a frame has {n} tokens below {k}; this one has {} up to {}",
                    tokens.len(),
                    tokens.iter().max().unwrap_or(&0)
                )));
            }
        }
        let window = config.frames - 1;
        let mut session = Self {
            world: world.clone(),
            options,
            frames: Vec::new(),
            prompt: prompt.len(),
            dynamics: Cache::new(window, HISTORY),
            decoder: Cache::new(window, HISTORY),
            ahead: Ahead::default(),
        };
        session.frames = prompt
            .into_iter()
            .map(|tokens| Played {
                tokens,
                action: None,
                picture: None,
                page: None,
                kept: None,
            })
            .collect();
        session.refill().await?;
        Ok(session)
    }

    /// Plays one latent action (0 to `A − 1`) and returns the frame it leads to.
    ///
    /// # Errors
    /// [`Error::Action`]; [`Error::Device`], after which the session is as it was before.
    pub async fn step(&mut self, action: usize) -> Result<&Frame> {
        self.check_action(action)?;
        let made = match self.world.engine.clone() {
            Some(engine) if self.options.cache => self.step_on(&engine, action).await?,
            Some(engine) => self.step_without_cache_on(&engine, action).await?,
            None => match self.processor().await? {
                Some(engine) => self.step_on_cpu(&engine, action).await?,
                None => self.step_in_tensors(action).await?,
            },
        };
        self.frames.push(made);
        if let Some(old) = self.frames.len().checked_sub(HISTORY + 1) {
            self.frames[old].picture = None;
        }
        // After the longest way back there must still be a window.
        let kept = HISTORY + self.world.card.config.frames;
        if let Some(old) = self.frames.len().checked_sub(kept + 1) {
            self.frames[old].page = None;
            self.frames[old].kept = None;
        }
        Ok(self.picture())
    }

    fn check_action(&self, action: usize) -> Result<()> {
        let actions = self.world.card.config.actions();
        if action < actions {
            Ok(())
        } else {
            Err(Error::Action {
                action,
                last: actions - 1,
            })
        }
    }

    /// Goes back `count` frames, at most to the prompt; returns how many it went. Up to 48 frames
    /// are still at hand; further back, the window is computed again from its tokens.
    ///
    /// # Errors
    /// [`Error::Device`], after which the session is as it was before.
    pub async fn rewind(&mut self, count: usize) -> Result<usize> {
        let count = count.min(self.frames.len() - self.prompt);
        self.ahead = Ahead::default();
        let before = (self.dynamics.clone(), self.decoder.clone());
        let gone = self.frames.split_off(self.frames.len() - count);
        self.dynamics.rewind(count);
        self.decoder.rewind(count);
        let there = !self.options.cache
            || match self.world.engine {
                Some(_) => self.pages().is_some(),
                None => {
                    let seen = self.frames.len().min(self.world.card.config.frames - 1);
                    self.kept() || self.dynamics.len() >= seen
                }
            };
        let pictured = self.frames[self.frames.len() - 1].picture.is_some();
        if !(there && pictured)
            && let Err(error) = self.refill().await
        {
            self.frames.extend(gone);
            (self.dynamics, self.decoder) = before;
            return Err(error);
        }
        Ok(count)
    }

    /// Goes on in `world`: the same world on another device, after the first was lost.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the world has other sizes; [`Error::Device`], [`Error::Lost`]: the session is
    /// as it was before.
    pub async fn move_to(&mut self, world: &World) -> Result<()> {
        if world.card.config != self.world.card.config {
            return Err(Error::Prompt(
                "its frames are of a world of other sizes".into(),
            ));
        }
        let before = self.clone();
        self.ahead = Ahead::default();
        self.world = world.clone();
        for frame in &mut self.frames {
            frame.page = None;
            frame.kept = None;
        }
        let moved = self.refill().await;
        if moved.is_err() {
            *self = before;
        }
        moved
    }

    /// Changes how the next frames are sampled.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn set_sampling(&mut self, sampling: Sampling) -> Result<()> {
        sampling.check()?;
        self.options.sampling = sampling;
        Ok(())
    }

    /// How frames are sampled.
    pub fn sampling(&self) -> &Sampling {
        &self.options.sampling
    }

    /// The world being played.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The newest frame.
    pub fn picture(&self) -> &Frame {
        let newest = self.frames.last().and_then(|f| f.picture.as_ref());
        newest.expect("starting, stepping and rewinding all leave the newest picture")
    }

    /// Pictures of the recent frames (at most 48), oldest first.
    pub fn recent_pictures(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter().filter_map(|f| f.picture.as_ref())
    }

    /// Tokens of all frames, the prompt's first, `[N]` each.
    pub fn tokens(&self) -> impl Iterator<Item = &[u32]> {
        self.frames.iter().map(|f| f.tokens.as_slice())
    }

    /// The actions played since the prompt.
    pub fn actions(&self) -> impl Iterator<Item = usize> {
        self.frames.iter().filter_map(|f| f.action)
    }

    /// Frames played since the prompt.
    pub fn played(&self) -> usize {
        self.frames.len() - self.prompt
    }

    /// The number of the first of the newest `T` frames.
    fn first_of_window(&self) -> usize {
        let frames = self.world.card.config.frames;
        self.frames.len().saturating_sub(frames)
    }

    /// Tokens and actions of the last `T − 1` frames.
    fn window(&self) -> &[Played] {
        let window = self.world.card.config.frames - 1;
        &self.frames[self.frames.len().saturating_sub(window)..]
    }

    /// Fills the cache, and the pictures, from the tokens of the newest `T` frames, in one pass.
    async fn refill(&mut self) -> Result<()> {
        match self.world.engine.clone() {
            Some(engine) => self.refill_on(&engine).await,
            None => match self.processor().await? {
                Some(engine) => {
                    self.refill_on_cpu(&engine);
                    Ok(())
                }
                None => self.refill_tensors().await,
            },
        }
    }

    /// The CPU's engine, if that is where this session is played.
    async fn processor(&self) -> Result<Option<Arc<cpu::Engine>>> {
        if self.options.cache {
            self.world.on_cpu().await
        } else {
            Ok(None)
        }
    }
}

/// Tokens of 1 to `T` pictures, `[N]` each.
///
/// # Errors
/// [`Error::Prompt`] if there are none, too many, or one of another size; [`Error::Device`].
pub async fn tokenize(world: &World, pictures: &[Frame]) -> Result<Vec<Vec<u32>>> {
    let config = &world.card.config;
    check_prompt_length(pictures.len(), config.frames)?;
    let (h, w) = (config.height, config.width);
    let mut bytes = Vec::with_capacity(pictures.len() * h * w * 3);
    for frame in pictures {
        if (frame.height, frame.width, frame.rgb.len()) != (h, w, h * w * 3) {
            return Err(Error::Prompt(format!(
                "its frame is {}×{} pixels, the world's are {w}×{h}",
                frame.width, frame.height
            )));
        }
        bytes.extend_from_slice(&frame.rgb);
    }
    let device = world.actions.device();
    let tensor = picture::to_tensor(&bytes, [1, pictures.len(), h, w, 3], &device);
    let ids = world.tokenizer.encode(tensor);
    let ids = ids.into_data_async().await.map_err(Error::device)?;
    let ids: Vec<i32> = ids.convert::<i32>().try_to_vec().map_err(Error::device)?;
    Ok(ids
        .chunks_exact(config.tokens_per_frame())
        .map(|frame| frame.iter().map(|&t| t as u32).collect())
        .collect())
}

fn check_prompt_length(frames: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&frames) {
        Ok(())
    } else {
        Err(Error::Prompt(format!(
            "it has {frames} frames; this world starts from 1 to {most}"
        )))
    }
}
