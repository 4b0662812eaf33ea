//! The latent action model (§2.1): from raw pixels, what was done between two frames. For the paper's
//! comparison (Table 2) it can be made to see the tokenizer's codes instead, and predict those.
//!
//! The encoder sees `x_1..x_{t+1}` and emits one latent per transition, quantised to one of `A`
//! codes. The decoder sees the past and that code only, and has to predict `x_{t+1}`: so the code
//! must say what the past can't. Only the codebook goes into a world file.

use burn::module::{Module, Param};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Int, Tensor};

use crate::config::{ActionInput, Config};
use crate::layers::{self, Linear};
use crate::patches::{from_patches, to_patches};
use crate::quantizer::{Quantized, Vq};
use crate::tokenizer::POSITION_DEVIATION;
use crate::transformer::StTransformer;

/// Frames as the model sees them.
#[derive(Clone, Debug)]
pub enum Seen {
    /// Pixels in [0, 1], `[B, T, H, W, 3]`.
    Pixels(Tensor<5>),
    /// Codes, `[B, T, N]`.
    Tokens(Tensor<3, Int>),
}

impl Seen {
    /// `[B, T]`.
    pub fn dims(&self) -> [usize; 2] {
        match self {
            Self::Pixels(frames) => [frames.dims()[0], frames.dims()[1]],
            Self::Tokens(tokens) => [tokens.dims()[0], tokens.dims()[1]],
        }
    }
}

/// What was seen, as vectors.
#[derive(Module, Debug)]
pub enum Embedding {
    /// Of patches, `3P² → D`; `6P² → D` with how they have changed.
    Pixels(Linear),
    /// Of codes.
    Tokens(CodeTable),
}

/// A vector for each code.
#[derive(Module, Debug)]
pub struct CodeTable {
    /// `[K, D]`.
    pub weight: Param<Tensor<2>>,
}

impl Embedding {
    /// Of one that sees changes if there are any to see.
    fn new(config: &Config, width: usize, changes: bool, device: &Device) -> Self {
        let pixels = 3 * config.latent_action.patch.pow(2);
        match config.latent_action.input {
            ActionInput::Changes if changes => {
                Self::Pixels(Linear::new(2 * pixels, width, 1.0, device))
            }
            ActionInput::Pixels | ActionInput::Changes => {
                Self::Pixels(Linear::new(pixels, width, 1.0, device))
            }
            ActionInput::Tokens => Self::Tokens(CodeTable {
                // As the dynamics model's.
                weight: layers::normal([config.codes(), width], 0.5, device),
            }),
        }
    }

    /// `[B, T, N, D]`.
    fn forward(&self, seen: Seen, patch: usize) -> Tensor<4> {
        match (self, seen) {
            (Self::Pixels(embed), Seen::Pixels(frames)) => {
                let patches = to_patches(frames, patch);
                let sees_changes = embed.weight.dims()[0] > patches.dims()[3];
                embed.forward(if sees_changes {
                    with_changes(patches)
                } else {
                    patches
                })
            }
            (Self::Tokens(table), Seen::Tokens(tokens)) => {
                let [b, t, n] = tokens.dims();
                let width = table.weight.dims()[1];
                let rows = table.weight.val().select(0, tokens.reshape([b * t * n]));
                rows.reshape([b, t, n, width])
            }
            _ => panic!("a latent action model of pixels sees no codes, nor one of codes pixels"),
        }
    }
}

/// Patches `[B, T, N, P]` beside how they have changed since the frame before: `[B, T, N, 2P]`. Nothing
/// is known before the first frame, which counts as unchanged.
fn with_changes(patches: Tensor<4>) -> Tensor<4> {
    let t = patches.dims()[1];
    let first = patches.clone().narrow(1, 0, 1);
    let before = match t {
        1 => first,
        _ => Tensor::cat(vec![first, patches.clone().narrow(1, 0, t - 1)], 1),
    };
    Tensor::cat(vec![patches.clone(), patches - before], 3)
}

/// Frames to one latent per transition.
#[derive(Module, Debug)]
pub struct ActionEncoder {
    /// Frames to vectors.
    pub embed: Embedding,
    /// The token that gathers what happened, `[D]`; it goes before the patches of each frame.
    pub action_token: Param<Tensor<1>>,
    /// `[N + 1, D]`, the action token's first.
    pub position: Param<Tensor<2>>,
    /// ST blocks.
    pub transformer: StTransformer,
    /// `D → C`.
    pub to_latent: Linear,
}

/// The past and an action to the next frame.
#[derive(Module, Debug)]
pub struct ActionDecoder {
    /// Frames to vectors.
    pub embed: Embedding,
    /// Stands for the patches of a hidden frame, `[D]`.
    pub hidden: Param<Tensor<1>>,
    /// `[N, D]`.
    pub position: Param<Tensor<2>>,
    /// `C → D`, added to every token.
    pub action: Linear,
    /// ST blocks.
    pub transformer: StTransformer,
    /// `D → 3P²`, before the sigmoid; `D → K`, logits, for codes.
    pub to_patches: Linear,
}

/// Encoder, action codebook, decoder.
#[derive(Module, Debug)]
pub struct LatentActionModel {
    /// Infers actions.
    pub encoder: ActionEncoder,
    /// The latent actions.
    pub quantizer: Vq,
    /// Predicts the next frame from them.
    pub decoder: ActionDecoder,
    patch: usize,
    downscale: usize,
    /// Of frames as the model sees them.
    height: usize,
    width: usize,
}

/// Settings of the loss.
#[derive(Clone, Copy, Debug)]
pub struct MotionLoss {
    /// Divide each transition's error by how much the picture changed, so that small motion
    /// counts like large motion.
    pub weighted: bool,
    /// Added to the divisor: the change (mean squared) below which a picture counts as still.
    pub floor: f32,
    /// Pixels along the edges that don't count, fewer than half of a frame: what comes into view there is
    /// news that no action tells.
    pub margin: usize,
    /// Weight of the same loss on differences of neighbours along rows, and along columns, each divided by its own
    /// change: motion across counts beside a fall, which changes far more pixels. 0 leaves them out.
    pub edges: f32,
}

impl MotionLoss {
    /// The part of `frames [B, T, H, W, 3]` that counts.
    pub fn inner(&self, frames: Tensor<5>) -> Tensor<5> {
        let [b, t, h, w, c] = frames.dims();
        let m = self.margin;
        match m {
            0 => frames,
            _ => frames.slice([0..b, 0..t, m..h - m, m..w - m, 0..c]),
        }
    }
}

impl LatentActionModel {
    /// A model of random weights.
    pub fn new(config: &Config, device: &Device) -> Self {
        let settings = &config.latent_action;
        let (encoder, decoder) = (&settings.encoder, &settings.decoder);
        let patch = settings.patch;
        let n = config.action_tokens_per_frame();
        let outputs = match settings.input {
            ActionInput::Pixels | ActionInput::Changes => 3 * patch * patch,
            ActionInput::Tokens => config.codes(),
        };
        let dim = settings.code_dim;
        Self {
            encoder: ActionEncoder {
                embed: Embedding::new(config, encoder.width, true, device),
                action_token: layers::normal([encoder.width], POSITION_DEVIATION, device),
                position: layers::normal([n + 1, encoder.width], POSITION_DEVIATION, device),
                transformer: StTransformer::new(encoder, device),
                to_latent: Linear::new(encoder.width, dim, 1.0, device),
            },
            quantizer: Vq::new(settings.actions, dim, device),
            decoder: ActionDecoder {
                embed: Embedding::new(config, decoder.width, false, device),
                hidden: layers::normal([decoder.width], POSITION_DEVIATION, device),
                position: layers::normal([n, decoder.width], POSITION_DEVIATION, device),
                action: Linear::new(dim, decoder.width, 1.0, device),
                transformer: StTransformer::new(decoder, device),
                to_patches: Linear::new(decoder.width, outputs, 0.1, device),
            },
            patch,
            downscale: settings.downscale,
            height: config.height / settings.downscale,
            width: config.width / settings.downscale,
        }
    }

    /// Frames `[B, T, H, W, 3]` as the model sees and predicts them, `[B, T, H/S, W/S, 3]`: the means of squares
    /// of `S` × `S` pixels, `S` being the config's `downscale`.
    pub fn downscaled(&self, frames: Tensor<5>) -> Tensor<5> {
        let (s, [h, w]) = (self.downscale, [self.height, self.width]);
        if s == 1 {
            return frames;
        }
        let [b, t, _, _, c] = frames.dims();
        let squares: Tensor<6> = frames.reshape([b * t, h, s, w, s, c]);
        squares.mean_dim(2).mean_dim(4).reshape([b, t, h, w, c])
    }

    /// Predicted frames, each pixel `S` × `S` times.
    pub fn enlarged(&self, frames: Tensor<5>) -> Tensor<5> {
        let s = self.downscale;
        let [b, t, h, w, c] = frames.dims();
        let pixels: Tensor<6> = frames.reshape([b * t, h, 1, w, 1, c]);
        pixels
            .expand([b * t, h, s, w, s, c])
            .reshape([b, t, h * s, w * s, c])
    }

    /// The latent actions of `T` frames `[B, T, H, W, 3]`: `T − 1` transitions, as
    /// `[B, T−1, 1, C]` codes and `[B, T−1, 1]` numbers. Transition `t` leads to frame `t + 1` and
    /// depends on no frame after it.
    ///
    /// # Panics
    /// If the model sees codes.
    pub fn infer(&self, frames: Tensor<5>) -> Quantized {
        self.infer_from(Seen::Pixels(frames))
    }

    /// [`LatentActionModel::infer`] from frames or from their codes, whichever the model sees.
    pub fn infer_either(&self, frames: Tensor<5>, codes: Tensor<3, Int>) -> Quantized {
        self.infer_from(match self.encoder.embed {
            Embedding::Pixels(_) => Seen::Pixels(frames),
            Embedding::Tokens(_) => Seen::Tokens(codes),
        })
    }

    /// [`LatentActionModel::infer`] from whatever the model sees.
    ///
    /// # Panics
    /// If that isn't what was `seen`.
    pub fn infer_from(&self, seen: Seen) -> Quantized {
        self.quantizer.quantize(self.latents(seen))
    }

    /// The same for training, with the latents' mean over the batch taken off before they are
    /// quantised; and that mean, `[C]`.
    ///
    /// Early in training all latents of a batch are nearly the same, and from step to step they move
    /// together, further than they lie apart: without this, one code wins all of them. Whoever takes the
    /// mean off `encoder.to_latent.bias` after each step has a model that infers alike without a batch.
    ///
    /// # Panics
    /// If the model sees something else.
    pub fn infer_centred(&self, seen: Seen) -> (Quantized, Tensor<1>) {
        let latents = self.latents(seen);
        let [b, t, n, c] = latents.dims();
        let mean = latents.clone().reshape([b * t * n, c]).mean_dim(0);
        let centred = latents - mean.clone().reshape([1, 1, 1, c]);
        (self.quantizer.quantize(centred), mean.reshape([c]).detach())
    }

    /// `[B, T−1, 1, C]`, before the quantiser.
    fn latents(&self, seen: Seen) -> Tensor<4> {
        let encoder = &self.encoder;
        let [b, t] = seen.dims();
        let width = encoder.position.dims()[1];
        let patches = encoder.embed.forward(self.as_seen(seen), self.patch);
        let token = encoder
            .action_token
            .val()
            .reshape([1, 1, 1, width])
            .expand([b, t, 1, width]);
        let x = Tensor::cat(vec![token, patches], 2) + encoder.position.val().unsqueeze::<4>();
        let x = encoder.transformer.forward(x);
        encoder
            .to_latent
            .forward(x.slice([0..b, 1..t, 0..1, 0..width]))
    }

    /// Predicts frames `1..T`, [`LatentActionModel::downscaled`], from frames `0..T−1 [B, T−1, H, W, 3]` and the
    /// transitions' codes `[B, T−1, 1, C]`. `hidden [B, T−1]` holds 1 where the decoder may not see a frame.
    ///
    /// # Panics
    /// If the model sees codes.
    pub fn predict(&self, past: Tensor<5>, codes: Tensor<4>, hidden: Tensor<2>) -> Tensor<5> {
        let x = self.decode(Seen::Pixels(past), codes, hidden);
        from_patches(sigmoid(x), self.patch, self.height, self.width)
    }

    /// The same for codes: logits `[B, T−1, N, K]` of those of frames `1..T` from those of frames
    /// `0..T−1 [B, T−1, N]`.
    ///
    /// # Panics
    /// If the model sees pixels.
    pub fn predict_tokens(
        &self,
        past: Tensor<3, Int>,
        codes: Tensor<4>,
        hidden: Tensor<2>,
    ) -> Tensor<4> {
        self.decode(Seen::Tokens(past), codes, hidden)
    }

    fn as_seen(&self, seen: Seen) -> Seen {
        match seen {
            Seen::Pixels(frames) => Seen::Pixels(self.downscaled(frames)),
            Seen::Tokens(tokens) => Seen::Tokens(tokens),
        }
    }

    fn decode(&self, past: Seen, codes: Tensor<4>, hidden: Tensor<2>) -> Tensor<4> {
        let decoder = &self.decoder;
        let [b, t] = past.dims();
        let patches = decoder.embed.forward(self.as_seen(past), self.patch);
        let hide = hidden.reshape([b, t, 1, 1]);
        let token = decoder.hidden.val().unsqueeze::<4>();
        let x = patches * (hide.clone() * -1.0 + 1.0)
            + hide * token
            + decoder.position.val().unsqueeze::<4>()
            + decoder.action.forward(codes);
        decoder.to_patches.forward(decoder.transformer.forward(x))
    }

    /// The codebook as the dynamics model uses it, `[A, C]`.
    pub fn actions(&self) -> Tensor<2> {
        self.quantizer.unit_codes()
    }

    /// Code numbers of transitions as `[B, T−1]`.
    pub fn numbers(inferred: &Quantized) -> Tensor<2, Int> {
        let [b, t, _] = inferred.indices.dims();
        inferred.indices.clone().reshape([b, t])
    }
}

/// The prediction's loss (docs/model.md), without the quantiser's, against all `frames`, as the model sees
/// them.
pub fn loss(predicted: Tensor<5>, frames: Tensor<5>, settings: MotionLoss) -> Tensor<1> {
    let (predicted, frames) = (settings.inner(predicted), settings.inner(frames));
    let pixels = relative(predicted.clone(), frames.clone(), settings);
    if settings.edges == 0.0 {
        return pixels;
    }
    let [across, along] = [3, 2].map(|axis| {
        let edges = |x: &Tensor<5>| differences(x.clone(), axis);
        relative(edges(&predicted), edges(&frames), settings)
    });
    pixels + (across + along) * settings.edges
}

/// What a pixel has more than the one before it along `axis`.
fn differences(frames: Tensor<5>, axis: usize) -> Tensor<5> {
    let last = frames.dims()[axis] - 1;
    frames.clone().narrow(axis, 1, last) - frames.narrow(axis, 0, last)
}

/// Mean error of transitions, each by its own change if `settings` say so.
fn relative(predicted: Tensor<5>, frames: Tensor<5>, settings: MotionLoss) -> Tensor<1> {
    let [b, t, h, w, c] = frames.dims();
    let next = frames.clone().slice([0..b, 1..t, 0..h, 0..w, 0..c]);
    let flat = |x: Tensor<5>| x.reshape([b * (t - 1), h * w * c]).square().mean_dim(1);
    let error = flat(predicted - next.clone());
    if settings.weighted {
        let last = frames.slice([0..b, 0..t - 1, 0..h, 0..w, 0..c]);
        let change = flat(next - last) + settings.floor;
        (error / change).mean()
    } else {
        error.mean()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;
    use crate::presets;

    #[test]
    fn a_downscaling_model_sees_means_of_squares() {
        let device = Device::flex();
        device.seed(12);
        let mut config = presets::config("pocket").expect("a preset");
        (config.height, config.width) = (32, 48);
        (config.latent_action.patch, config.latent_action.downscale) = (4, 2);
        config.check().expect("sizes that fit");
        let model = LatentActionModel::new(&config, &device);
        let frames = Tensor::<5>::random([2, 3, 32, 48, 3], Distribution::Default, &device);
        let small = model.downscaled(frames.clone());
        let numbers = |x: &Tensor<5>| x.to_data().try_to_vec::<f32>().expect("numbers");
        let (large, means) = (numbers(&frames), numbers(&small));
        let at = |y: usize, x: usize| large[(y * 48 + x) * 3 + 1];
        let mean = (at(6, 10) + at(6, 11) + at(7, 10) + at(7, 11)) / 4.0;
        assert!((means[(3 * 24 + 5) * 3 + 1] - mean).abs() < 1e-6);
        let again = model.downscaled(model.enlarged(small.clone()));
        again
            .to_data()
            .assert_approx_eq::<f32>(&small.to_data(), Default::default());

        // As one of small frames sees those.
        (config.height, config.width) = (16, 24);
        (config.tokenizer.patch, config.latent_action.downscale) = (4, 1);
        let mut twin = LatentActionModel::new(&config, &device);
        (twin.encoder, twin.quantizer) = (model.encoder.clone(), model.quantizer.clone());
        twin.decoder = model.decoder.clone();
        let (ours, its) = (model.infer(frames.clone()), twin.infer(small.clone()));
        let same = |a: Tensor<4>, b: Tensor<4>| {
            let limits = Default::default();
            a.to_data().assert_approx_eq::<f32>(&b.to_data(), limits);
        };
        same(ours.latents, its.latents);
        let hidden = Tensor::zeros([2, 2], &device);
        let predict = |model: &LatentActionModel, frames: Tensor<5>| {
            let past = frames.narrow(1, 0, 2);
            model.predict(past, its.codes.clone(), hidden.clone())
        };
        let (ours, its) = (predict(&model, frames), predict(&twin, small));
        assert_eq!(ours.dims(), [2, 2, 16, 24, 3]);
        ours.to_data()
            .assert_approx_eq::<f32>(&its.to_data(), Default::default());
    }

    #[test]
    fn motion_across_counts_beside_a_fall() {
        let device = Device::flex();
        device.seed(13);
        // Walls that end nowhere, and floors that begin nowhere: shifts along them show nothing.
        let walls = Tensor::<5>::random([1, 1, 1, 12, 3], Distribution::Default, &device);
        let floors = Tensor::<5>::random([1, 1, 12, 1, 3], Distribution::Default, &device) * 4.0;
        let view = |x: usize, y: usize| {
            let walls = walls.clone().narrow(3, x, 8).expand([1, 1, 8, 8, 3]);
            walls + floors.clone().narrow(2, y, 8).expand([1, 1, 8, 8, 3])
        };
        let of = |predicted, frames: &Tensor<5>, edges| {
            let settings = MotionLoss {
                weighted: true,
                floor: 1e-6,
                margin: 0,
                edges,
            };
            loss(predicted, frames.clone(), settings).into_scalar::<f32>()
        };
        let frames = Tensor::cat(vec![view(0, 0), view(2, 3)], 1);
        let (fall_only, step_only, neither) = (view(0, 3), view(2, 0), view(0, 0));
        let all = |edges| [&fall_only, &step_only, &neither].map(|x| of(x.clone(), &frames, edges));
        // Of pixels alone, the floors are nearly all of it.
        let [fall, step, still] = all(0.0);
        assert!(fall < 0.2 * still && step > 0.7 * still, "{fall} {step}");
        // Of edges, each tells its half: whoever gets one of both right is rid of one half.
        let [fall, step, still] = all(1000.0).map(|x| x / 2000.0);
        for x in [fall, step] {
            assert!((x - 0.5).abs() < 1e-3, "{fall} {step}");
        }
        assert!((still - 1.0).abs() < 1e-3, "{still}");
    }

    #[test]
    fn edges_do_not_count() {
        let device = Device::flex();
        device.seed(11);
        let random = || Tensor::<5>::random([2, 3, 12, 10, 3], Distribution::Default, &device);
        let (frames, predicted) = (random(), random().narrow(1, 0, 2));
        for weighted in [true, false] {
            let of = |predicted: &Tensor<5>, frames: &Tensor<5>, margin| {
                let settings = MotionLoss {
                    weighted,
                    floor: 0.01,
                    margin,
                    edges: 0.3,
                };
                loss(predicted.clone(), frames.clone(), settings).into_scalar::<f32>()
            };
            let cut = |x: &Tensor<5>, t| x.clone().slice([0..2, 0..t, 2..10, 2..8, 0..3]);
            let inner = of(&cut(&predicted, 2), &cut(&frames, 3), 0);
            assert!((of(&predicted, &frames, 2) - inner).abs() < 1e-5 * inner);
            assert!((of(&predicted, &frames, 0) - inner).abs() > 1e-4 * inner);
        }
    }
}
