//! The model against an independent implementation: outputs, losses and every gradient, to 1e-4 of
//! the tensor's largest entry. `docs/model.md` is what both were written from.

mod common;
#[path = "common/reference.rs"]
mod vectors;

use burn::tensor::{Device, Tensor};
use kernels::{CodeTargets, QkGains};
use model::config::{
    ActionInput, AttentionKind, Config, LatentActionConfig, QuantizerConfig, TokenizerConfig,
    TransformerConfig,
};
use model::latent_action::{self, MotionLoss};
use model::quantizer::{Fsq, Vq};
use model::transformer::StBlock;
use model::{Dynamics, LatentActionModel, Tokenizer};

use common::{floats, gradients, integers};
use vectors::Reference;

fn training() -> Device {
    Device::flex().autodiff()
}

fn transformer(reference: &Reference, at: &str) -> TransformerConfig {
    TransformerConfig {
        blocks: reference.size(&format!("{at}/blocks")),
        width: reference.size(&format!("{at}/width")),
        heads: reference.size(&format!("{at}/heads")),
        head_size: reference.size(&format!("{at}/head_dim")),
        attention: AttentionKind::St,
    }
}

/// A configuration whose parts don't matter where a file doesn't name them.
fn config(transformer: &TransformerConfig) -> Config {
    Config {
        height: 16,
        width: 16,
        frames: 4,
        fps: 10,
        tokenizer: TokenizerConfig {
            patch: 8,
            encoder: transformer.clone(),
            decoder: transformer.clone(),
            quantizer: QuantizerConfig::Vq { codes: 16, dim: 8 },
        },
        latent_action: LatentActionConfig {
            patch: 8,
            actions: 4,
            code_dim: 8,
            encoder: transformer.clone(),
            decoder: transformer.clone(),
            input: ActionInput::Pixels,
            downscale: 1,
        },
        dynamics: transformer.clone(),
    }
}

#[test]
fn attention() {
    for (case, heads) in [("h2d8", 2), ("h3d4", 3)] {
        // Without autodiff there may be a faster path: it has to agree as well.
        for device in [training(), Device::flex()] {
            let mut reference = Reference::load("attention", &format!("{case}."));
            assert_eq!(reference.size(&format!("/cases/{case}/heads")), heads);
            for temporal in [false, true] {
                let trained = device.is_autodiff();
                let qkv = reference.tensor::<4>("in.qkv", &device);
                let query = reference.tensor::<1>("param.q_gain", &device);
                let key = reference.tensor::<1>("param.k_gain", &device);
                let (qkv, query, key) = if trained {
                    (qkv.require_grad(), query.require_grad(), key.require_grad())
                } else {
                    (qkv, query, key)
                };
                let gains = QkGains {
                    query: query.clone(),
                    key: key.clone(),
                };
                let (name, out) = if temporal {
                    (
                        "temporal",
                        kernels::temporal_attention(qkv.clone(), &gains, heads, None),
                    )
                } else {
                    (
                        "spatial",
                        kernels::spatial_attention(qkv.clone(), &gains, heads),
                    )
                };
                reference.compare(&format!("out.{name}"), &out);
                if trained {
                    let weights = reference.tensor::<4>("in.w", &device);
                    let grads = (out * weights).sum().backward();
                    let name = format!("grad.{name}");
                    reference.compare(&format!("{name}.qkv"), &qkv.grad(&grads).unwrap());
                    reference.compare(&format!("{name}.q_gain"), &query.grad(&grads).unwrap());
                    reference.compare(&format!("{name}.k_gain"), &key.grad(&grads).unwrap());
                }
            }
            if device.is_autodiff() {
                reference.finish(&[]);
            } else {
                reference.finish_outputs();
            }
        }
    }
}

#[test]
fn block() {
    let device = training();
    let mut reference = Reference::load("block", "");
    let module = reference.load_into(StBlock::new(&transformer(&reference, ""), 1.0, &device));
    let x = reference.tensor::<4>("in.x", &device).require_grad();
    let (y, _) = module.forward(x.clone(), None, false);
    let loss = (y.clone() * reference.tensor::<4>("in.w", &device)).sum();
    let grads = loss.backward();
    reference.compare("out.y", &y);
    reference.compare("out.loss", &loss);
    reference.compare("grad.x", &x.grad(&grads).unwrap());
    reference.compare_gradients(&gradients(&module, &grads));
    reference.finish(&[]);
}

#[test]
fn vector_quantisation() {
    let device = training();
    let mut reference = Reference::load("vq", "");
    let module = Vq::new(
        reference.size("/codes"),
        reference.size("/code_dim"),
        &device,
    );
    let module = reference.load_into(module);
    let z = reference.tensor::<4>("in.z", &device).require_grad();
    let quantized = module.quantize(z.clone());
    let loss = quantized.loss.clone().unwrap();
    let objective =
        (quantized.codes.clone() * reference.tensor::<4>("in.w", &device)).sum() + loss.clone();
    let grads = objective.backward();
    reference.compare("out.output", &quantized.codes);
    reference.compare_ints("out.index", &quantized.indices);
    reference.compare("out.loss", &loss);
    reference.compare("out.objective", &objective);
    reference.compare("grad.z", &z.grad(&grads).unwrap());
    reference.compare_gradients(&gradients(&module, &grads));
    // What a world file's reader does with the indices alone.
    reference.compare("out.output", &module.codes(quantized.indices));
    reference.finish(&[]);
}

#[test]
fn finite_scalar_quantisation() {
    let device = training();
    for (case, levels) in [("l44444", vec![4; 5]), ("l855", vec![8, 5, 5])] {
        let mut reference = Reference::load("fsq", &format!("{case}."));
        let module = Fsq::new(&levels);
        let z = reference.tensor::<4>("in.z", &device).require_grad();
        let quantized = module.quantize(z.clone());
        assert!(quantized.loss.is_none());
        let objective = (quantized.codes.clone() * reference.tensor::<4>("in.w", &device)).sum();
        let grads = objective.backward();
        reference.compare("out.output", &quantized.codes);
        reference.compare_ints("out.index", &quantized.indices);
        reference.compare("out.objective", &objective);
        reference.compare("grad.z", &z.grad(&grads).unwrap());
        reference.compare("out.output", &module.codes(quantized.indices));
        reference.finish(&["out.loss"]);
    }
}

fn tokenizer_config(reference: &Reference, quantizer: QuantizerConfig) -> Config {
    let (encoder, decoder) = (
        transformer(reference, "/encoder"),
        transformer(reference, "/decoder"),
    );
    Config {
        height: reference.size("/height"),
        width: reference.size("/width"),
        tokenizer: TokenizerConfig {
            patch: reference.size("/patch"),
            encoder,
            decoder,
            quantizer,
        },
        ..config(&transformer(reference, "/encoder"))
    }
}

fn tokenizer_agrees(file: &str, quantizer: impl Fn(&Reference) -> QuantizerConfig) {
    let device = training();
    let mut reference = Reference::load(file, "");
    let config = tokenizer_config(&reference, quantizer(&reference));
    let module = reference.load_into(Tokenizer::new(&config, &device));
    let frames = reference.tensor::<5>("in.frames", &device);
    let made = module.reconstruct(frames.clone());
    let loss = made.loss(made.error(frames.clone()));
    let grads = loss.backward();
    reference.compare("out.codes", &made.quantized.codes);
    reference.compare_ints("out.indices", &made.quantized.indices);
    reference.compare("out.reconstruction", &made.frames);
    reference.compare(
        "out.reconstruction_loss",
        &(made.frames - frames).square().mean(),
    );
    if let Some(own) = &made.quantized.loss {
        reference.compare("out.quantizer_loss", own);
    }
    reference.compare("out.loss", &loss);
    reference.compare_gradients(&gradients(&module, &grads));
    // Our latents are those of the codebook's space: for VQ, unit vectors.
    reference.finish(&["out.z", "out.quantizer_loss"]);
}

#[test]
fn tokenizer_with_a_codebook() {
    tokenizer_agrees("tokenizer", |reference| QuantizerConfig::Vq {
        codes: reference.size("/quantizer/codes"),
        dim: reference.size("/quantizer/code_dim"),
    });
}

#[test]
fn tokenizer_with_scalar_quantisation() {
    tokenizer_agrees("tokenizer_fsq", |reference| QuantizerConfig::Fsq {
        levels: (0..3)
            .map(|i| reference.size(&format!("/quantizer/levels/{i}")))
            .collect(),
    });
}

/// The way of play, frame by frame over a cache, gives what the whole clip gives at once.
#[test]
fn tokenizer_decodes_frame_by_frame() {
    let device = Device::flex();
    let reference = Reference::load("tokenizer", "");
    let quantizer = QuantizerConfig::Vq { codes: 16, dim: 8 };
    let config = tokenizer_config(&reference, quantizer);
    let module = reference.load_into(Tokenizer::new(&config, &device));
    let indices = reference.ints::<3>("out.indices", &device);
    let whole = floats(
        &reference
            .tensor::<5>("out.reconstruction", &device)
            .clamp(0.0, 1.0),
    );
    let [batch, frames, _] = indices.dims();
    let mut past: Option<Vec<kernels::Past>> = None;
    let mut made = Vec::new();
    for t in 0..frames {
        let (frame, kept) = module.decode_after(indices.clone().narrow(1, t, 1), past.as_deref());
        made.push(frame);
        past = Some(match past {
            None => kept,
            Some(old) => old.into_iter().zip(kept).map(|(a, b)| join(a, b)).collect(),
        });
    }
    let made = floats(&Tensor::cat(made, 1));
    assert_eq!(made.len() % batch, 0);
    for (a, b) in made.iter().zip(&whole) {
        assert!((a - b).abs() < 1e-4, "{a} is not {b}");
    }
}

fn join(a: kernels::Past, b: kernels::Past) -> kernels::Past {
    kernels::Past {
        keys: Tensor::cat(vec![a.keys, b.keys], 1),
        values: Tensor::cat(vec![a.values, b.values], 1),
    }
}

#[test]
fn latent_actions() {
    let device = training();
    let mut reference = Reference::load("latent_action", "");
    let (encoder, decoder) = (
        transformer(&reference, "/encoder"),
        transformer(&reference, "/decoder"),
    );
    let config = Config {
        height: reference.size("/height"),
        width: reference.size("/width"),
        latent_action: LatentActionConfig {
            patch: reference.size("/patch"),
            actions: reference.size("/quantizer/codes"),
            code_dim: reference.size("/quantizer/code_dim"),
            encoder: encoder.clone(),
            decoder,
            input: ActionInput::Pixels,
            downscale: 1,
        },
        ..config(&encoder)
    };
    let floor = reference.config["motion_floor"].as_f64().unwrap() as f32;
    let module = reference.load_into(LatentActionModel::new(&config, &device));
    let frames = reference.tensor::<5>("in.frames", &device);
    let hidden = reference.tensor::<2>("in.hidden", &device);
    let inferred = module.infer(frames.clone());
    let past = frames.clone().narrow(1, 0, frames.dims()[1] - 1);
    let predicted = module.predict(past, inferred.codes.clone(), hidden);
    let own = inferred.loss.clone().unwrap();
    let loss = |weighted, edges| {
        let settings = MotionLoss {
            weighted,
            floor,
            margin: 0,
            edges,
        };
        latent_action::loss(predicted.clone(), frames.clone(), settings) + own.clone()
    };
    let weighted = loss(true, 0.0);
    reference.compare("out.loss_plain", &loss(false, 0.0));
    reference.compare("out.loss_motion_weighted", &weighted);
    reference.compare("out.loss_edges", &loss(true, 0.5));
    reference.compare("out.quantizer_loss", &own);
    reference.compare("out.codes", &inferred.codes);
    reference.compare("out.latents", &inferred.latents);
    reference.compare_ints("out.indices", &LatentActionModel::numbers(&inferred));
    reference.compare("out.prediction", &predicted);
    let grads = weighted.backward();
    reference.compare_gradients(&gradients(&module, &grads));
    reference.finish(&["out.z"]);
}

#[test]
fn dynamics_model() {
    let device = training();
    let mut reference = Reference::load("dynamics", "");
    let sizes = transformer(&reference, "/transformer");
    let mut config = config(&sizes);
    // The file gives the number of tokens only: one row of patches.
    (config.height, config.width) = (8, 8 * reference.size("/tokens"));
    config.tokenizer.quantizer = QuantizerConfig::Vq {
        codes: reference.size("/codes"),
        dim: reference.size("/code_dim"),
    };
    config.latent_action.code_dim = reference.size("/code_dim");
    let module = reference.load_into(Dynamics::new(&config, &device));
    let tokens = reference.ints::<3>("in.tokens", &device);
    let logits = module.forward(tokens.clone(), reference.tensor("in.latents", &device));
    let mask = module.mask() as i32;
    assert!(integers(&tokens).contains(&mask), "nothing is masked");
    let weights = integers(&tokens);
    let targets = CodeTargets {
        codes: integers(&reference.ints::<3>("in.targets", &device)),
        weights: weights
            .iter()
            .map(|&t| f32::from(u8::from(t == mask)))
            .collect(),
    };
    let latents = reference.tensor("in.latents", &device);
    let (loss, _) = module.loss(tokens.clone(), latents, targets);
    let grads = loss.backward();
    reference.compare("out.logits", &logits);
    reference.compare("out.loss", &loss);
    reference.compare_gradients(&gradients(&module, &grads));
    reference.finish(&[]);
}
