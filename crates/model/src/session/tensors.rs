//! Play by burn's tensors, on whatever device the world's weights are: a device without our kernels, or any
//! without the cache.

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::Past;

use super::{Played, Session};
use crate::error::{Error, Result};
use crate::maskgit::{self, Canvas};
use crate::picture::{self, Frame};

impl Session {
    /// Makes the next frame.
    pub(super) async fn step_in_tensors(&mut self, action: usize) -> Result<Played> {
        let device = self.device();
        let past = self.options.cache.then(|| self.dynamics.past()).flatten();
        let tokens = self.sample(action, past.as_deref(), &mut |_| ()).await?;

        let ids = int_tensor(&[&tokens], &device);
        let (pixels, seen) = if self.options.cache {
            self.world
                .tokenizer
                .decode_after(ids.clone(), self.decoder.past().as_deref())
        } else {
            (self.decode_window(&tokens), Vec::new())
        };
        let picture = self.read_pictures(pixels).await?.pop();
        let picture = picture.ok_or_else(|| Error::Device("no frame came back".into()))?;
        if self.options.cache {
            let latent = self.latents(&[Some(action)]);
            self.dynamics
                .push(&self.world.dynamics.remember(ids, latent, past.as_deref()));
            self.decoder.push(&seen);
        }
        Ok(Played {
            tokens,
            action: Some(action),
            picture: Some(picture),
            page: None,
            kept: None,
        })
    }

    /// The next frame after each of its MaskGIT steps, and what it would look like if it were left as it is
    /// then.
    pub(super) async fn unfold_in_tensors(&self, action: usize) -> Result<Vec<(Canvas, Frame)>> {
        let past = self.options.cache.then(|| self.dynamics.past()).flatten();
        let mut steps: Vec<Canvas> = Vec::new();
        self.sample(action, past.as_deref(), &mut |canvas| {
            steps.push(canvas.clone());
        })
        .await?;
        let before = self.options.cache.then(|| self.decoder.past()).flatten();
        let mut unfolded = Vec::with_capacity(steps.len());
        for canvas in steps {
            let pixels = if self.options.cache {
                let ids = int_tensor(&[&canvas.tokens], &self.device());
                let tokenizer = &self.world.tokenizer;
                tokenizer.decode_after(ids, before.as_deref()).0
            } else {
                self.decode_window(&canvas.tokens)
            };
            let picture = self.read_pictures(pixels).await?.pop();
            let picture = picture.ok_or_else(|| Error::Device("no frame came back".into()))?;
            unfolded.push((canvas, picture));
        }
        Ok(unfolded)
    }

    /// Which tokens of the newest frame look at which: for each block `[N, N]`.
    pub(super) async fn spatial_weights(&self) -> Result<Vec<Vec<f32>>> {
        let (tokens, actions): (Vec<_>, Vec<_>) = self.frames[self.first_of_window()..]
            .iter()
            .map(|f| (f.tokens.as_slice(), f.action))
            .unzip();
        let ids = int_tensor(&tokens, &self.device());
        let dynamics = &self.world.dynamics;
        let mut read = Vec::new();
        for weights in dynamics.spatial_weights(ids, self.latents(&actions)) {
            read.push(floats(weights).await?);
        }
        Ok(read)
    }

    /// The MaskGIT steps of one frame; `watch` sees it after each.
    async fn sample(
        &self,
        action: usize,
        past: Option<&[Past]>,
        watch: &mut dyn FnMut(&Canvas),
    ) -> Result<Vec<u32>> {
        let config = &self.world.card.config;
        let dynamics = &self.world.dynamics;
        let device = self.device();
        let mask = dynamics.mask() as u32;
        let frame = self.played() as u32;
        let mut canvas = Canvas::masked(config.grid());
        for step in 1..=self.options.sampling.steps {
            if canvas.remaining() == 0 {
                break;
            }
            let input = canvas.input(mask);
            let logits = if self.options.cache {
                let ids = int_tensor(&[&input], &device);
                dynamics.forward_after(ids, self.latents(&[Some(action)]), past)
            } else {
                let (mut tokens, mut taken) = self.tokens_and_actions();
                tokens.push(&input);
                taken.push(Some(action));
                let all = dynamics.forward(int_tensor(&tokens, &device), self.latents(&taken));
                let t = tokens.len();
                all.narrow(1, t - 1, 1)
            };
            let logits = floats(logits).await?;
            maskgit::step(&mut canvas, &logits, step, frame, &self.options.sampling);
            watch(&canvas);
        }
        Ok(canvas.tokens)
    }

    /// See [`Session::refill`].
    pub(super) async fn refill_tensors(&mut self) -> Result<()> {
        let first = self.first_of_window();
        let (tokens, actions): (Vec<_>, Vec<_>) = self.frames[first..]
            .iter()
            .map(|f| (f.tokens.as_slice(), f.action))
            .unzip();
        let ids = int_tensor(&tokens, &self.device());
        let (pixels, seen) = self.world.tokenizer.decode_after(ids.clone(), None);
        let pictures = self.read_pictures(pixels).await?;
        self.dynamics.clear();
        self.decoder.clear();
        if self.options.cache {
            let latents = self.latents(&actions);
            self.dynamics
                .push(&self.world.dynamics.remember(ids, latents, None));
            self.decoder.push(&seen);
        }
        for (frame, picture) in self.frames[first..].iter_mut().zip(pictures) {
            frame.picture = Some(picture);
        }
        Ok(())
    }

    /// Decodes the window and `tokens` after it without a cache; only the last frame.
    fn decode_window(&self, tokens: &[u32]) -> Tensor<5> {
        let (mut window, _) = self.tokens_and_actions();
        window.push(tokens);
        let t = window.len();
        let all = self
            .world
            .tokenizer
            .decode(int_tensor(&window, &self.device()));
        all.narrow(1, t - 1, 1)
    }

    fn tokens_and_actions(&self) -> (Vec<&[u32]>, Vec<Option<usize>>) {
        let window = self.window().iter();
        window.map(|f| (f.tokens.as_slice(), f.action)).unzip()
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

    fn device(&self) -> Device {
        self.world.actions.device()
    }
}

/// Token numbers of frames, `[1, T, N]`.
fn int_tensor(frames: &[&[u32]], device: &Device) -> Tensor<3, Int> {
    let n = frames[0].len();
    let values: Vec<i32> = frames
        .iter()
        .flat_map(|f| f.iter().map(|&t| t as i32))
        .collect();
    Tensor::from_data(TensorData::new(values, [1, frames.len(), n]), device)
}

async fn floats<const R: usize>(tensor: Tensor<R>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(Error::device)?;
    data.convert::<f32>().try_to_vec().map_err(Error::device)
}
