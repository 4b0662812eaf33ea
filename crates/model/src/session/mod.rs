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

mod cache;

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::Past;

use self::cache::Cache;
use crate::error::{Error, Result};
use crate::maskgit::{self, Canvas, Sampling};
use crate::picture::{self, Frame};
use crate::world::{PlayDefaults, World};

/// Frames kept beyond the window, to rewind into without recomputing.
const HISTORY: usize = 48;
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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sampling: PlayDefaults::default().sampling(0),
            cache: true,
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
    /// As [`Session::start`].
    pub async fn from_tokens(
        world: &World,
        prompt: Vec<Vec<u32>>,
        options: Options,
    ) -> Result<Self> {
        options.sampling.check()?;
        let config = &world.card.config;
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
        };
        session.frames = prompt
            .into_iter()
            .map(|tokens| Played {
                tokens,
                action: None,
                picture: None,
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
        let actions = self.world.card.config.actions();
        if action >= actions {
            return Err(Error::Action {
                action,
                last: actions - 1,
            });
        }
        let device = self.device();
        let past = self.options.cache.then(|| self.dynamics.past()).flatten();
        let tokens = self.sample(action, past.as_deref()).await?;

        let ids = int_tensor(std::slice::from_ref(&tokens), &device);
        let (pixels, seen) = if self.options.cache {
            self.world
                .tokenizer
                .decode_after(ids.clone(), self.decoder.past().as_deref())
        } else {
            self.decode_window(&tokens)
        };
        let picture = self.read_pictures(pixels).await?.pop();
        let picture = picture.ok_or_else(|| Error::Device("no frame came back".into()))?;
        if self.options.cache {
            let latent = self.latents(&[Some(action)]);
            self.dynamics
                .push(&self.world.dynamics.remember(ids, latent, past.as_deref()));
            self.decoder.push(&seen);
        }
        self.frames.push(Played {
            tokens,
            action: Some(action),
            picture: Some(picture),
        });
        if let Some(old) = self.frames.len().checked_sub(HISTORY + 1) {
            self.frames[old].picture = None;
        }
        Ok(self.picture())
    }

    /// The MaskGIT steps of one frame.
    async fn sample(&self, action: usize, past: Option<&[Past]>) -> Result<Vec<u32>> {
        let config = &self.world.card.config;
        let dynamics = &self.world.dynamics;
        let device = self.device();
        let mask = dynamics.mask() as u32;
        let frame = (self.frames.len() - self.prompt) as u32;
        let mut canvas = Canvas::masked(config.grid());
        for step in 1..=self.options.sampling.steps {
            if canvas.remaining() == 0 {
                break;
            }
            let input = canvas.input(mask);
            let logits = if self.options.cache {
                let ids = int_tensor(&[input], &device);
                dynamics.forward_after(ids, self.latents(&[Some(action)]), past)
            } else {
                let (mut tokens, mut taken) = self.window();
                tokens.push(input);
                taken.push(Some(action));
                let all = dynamics.forward(int_tensor(&tokens, &device), self.latents(&taken));
                let t = tokens.len();
                all.narrow(1, t - 1, 1)
            };
            let logits = floats(logits).await?;
            maskgit::step(&mut canvas, &logits, step, frame, &self.options.sampling);
        }
        Ok(canvas.tokens)
    }

    /// Goes back `count` frames, at most to the prompt; returns how many it went. Up to 48 frames
    /// are still at hand; further back, the window is computed again from its tokens.
    ///
    /// # Errors
    /// [`Error::Device`], after which the session is as it was before.
    pub async fn rewind(&mut self, count: usize) -> Result<usize> {
        let count = count.min(self.frames.len() - self.prompt);
        let caches = (self.dynamics.clone(), self.decoder.clone());
        let gone = self.frames.split_off(self.frames.len() - count);
        self.dynamics.rewind(count);
        self.decoder.rewind(count);
        let needed = self.frames.len().min(self.world.card.config.frames - 1);
        let short = self.dynamics.len() < needed;
        if (short || self.frames[self.frames.len() - 1].picture.is_none())
            && let Err(error) = self.refill().await
        {
            self.frames.extend(gone);
            (self.dynamics, self.decoder) = caches;
            return Err(error);
        }
        Ok(count)
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

    fn device(&self) -> Device {
        self.world.actions.device()
    }

    /// Tokens and actions of the last `T − 1` frames.
    fn window(&self) -> (Vec<Vec<u32>>, Vec<Option<usize>>) {
        let window = self.world.card.config.frames - 1;
        let first = self.frames.len().saturating_sub(window);
        self.frames[first..]
            .iter()
            .map(|f| (f.tokens.clone(), f.action))
            .unzip()
    }

    /// Fills both caches, and the pictures, from the tokens of the newest `T` frames, in one pass.
    async fn refill(&mut self) -> Result<()> {
        let frames = self.world.card.config.frames;
        let first = self.frames.len().saturating_sub(frames);
        let (tokens, actions): (Vec<_>, Vec<_>) = self.frames[first..]
            .iter()
            .map(|f| (f.tokens.clone(), f.action))
            .unzip();
        let ids = int_tensor(&tokens, &self.device());
        let (pixels, seen) = self.world.tokenizer.decode_after(ids.clone(), None);
        let pictures = self.read_pictures(pixels).await?;
        for (frame, picture) in self.frames[first..].iter_mut().zip(pictures) {
            frame.picture = Some(picture);
        }
        self.dynamics.clear();
        self.decoder.clear();
        if self.options.cache {
            let latents = self.latents(&actions);
            self.dynamics
                .push(&self.world.dynamics.remember(ids, latents, None));
            self.decoder.push(&seen);
        }
        Ok(())
    }

    /// Decodes the window and `tokens` after it without a cache; only the last frame.
    fn decode_window(&self, tokens: &[u32]) -> (Tensor<5>, Vec<Past>) {
        let (mut window, _) = self.window();
        window.push(tokens.to_vec());
        let t = window.len();
        let all = self
            .world
            .tokenizer
            .decode(int_tensor(&window, &self.device()));
        (all.narrow(1, t - 1, 1), Vec::new())
    }

    /// Latents of `actions` as the dynamics model takes them, `[1, T, C]`; zeros where unknown.
    fn latents(&self, actions: &[Option<usize>]) -> Tensor<3> {
        let [_, c] = self.world.actions.dims();
        let rows = actions
            .iter()
            .map(|action| match action {
                Some(action) => self.world.actions.clone().narrow(0, *action, 1),
                None => Tensor::zeros([1, c], &self.device()),
            })
            .collect();
        Tensor::cat(rows, 0).reshape([1, actions.len(), c])
    }

    async fn read_pictures(&self, pixels: Tensor<5>) -> Result<Vec<Frame>> {
        let [_, t, height, width, channels] = pixels.dims();
        let bytes = picture::to_bytes(&floats(pixels).await?);
        Ok(bytes
            .chunks_exact(height * width * channels)
            .take(t)
            .map(|rgb| Frame {
                height,
                width,
                rgb: rgb.to_vec(),
            })
            .collect())
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

/// Token numbers of frames, `[1, T, N]`.
fn int_tensor(frames: &[Vec<u32>], device: &Device) -> Tensor<3, Int> {
    let n = frames[0].len();
    let values: Vec<i32> = frames.iter().flatten().map(|&t| t as i32).collect();
    Tensor::from_data(TensorData::new(values, [1, frames.len(), n]), device)
}

async fn floats<const R: usize>(tensor: Tensor<R>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(Error::device)?;
    data.convert::<f32>().try_to_vec().map_err(Error::device)
}
