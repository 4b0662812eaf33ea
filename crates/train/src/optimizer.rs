//! AdamW (Loshchilov and Hutter, arXiv 1711.05101) over a module's named parameters, with the
//! gradient's norm clipped; or Muon for the matrices of its blocks, and AdamW for the rest. Their
//! state has names too, so that a checkpoint is a plain file.

mod muon;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Gradients, Tensor};
use kernels::{AdamW as Step, Moments};
use model::params::{self, Map, Named, Values, Visit};
use model::{Error, Result};
use serde::{Deserialize, Serialize};

/// What turns gradients into steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// AdamW for everything.
    #[default]
    AdamW,
    /// Muon for the matrices of transformer blocks, AdamW for the rest.
    Muon,
}

/// Constants of AdamW. Ours, for small models trained for hours; the paper has β 0.9 / 0.9 and a
/// weight decay of 1e-4 (Appendix C).
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    /// Decay of the gradient's mean.
    pub beta1: f32,
    /// Decay of its square's mean.
    pub beta2: f32,
    /// Keeps the divisor from 0.
    pub epsilon: f32,
    /// Decoupled weight decay, on matrices only.
    pub weight_decay: f32,
    /// Largest norm of the whole gradient.
    pub clip: f32,
}

impl Default for AdamW {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.95,
            epsilon: 1e-8,
            weight_decay: 1e-2,
            clip: 1.0,
        }
    }
}

/// AdamW and what it remembers of one module.
#[derive(Clone, Debug, Default)]
pub struct Optimizer {
    rule: Rule,
    settings: AdamW,
    steps: u64,
    moments: BTreeMap<String, Kept>,
}

/// What is kept of one parameter.
#[derive(Clone, Debug)]
struct Kept {
    memory: Memory,
    shape: Vec<usize>,
}

/// Means over the gradients so far.
#[derive(Clone, Debug)]
enum Memory {
    Adam(Box<Moments>),
    Muon(Box<Tensor<1>>),
}

impl Memory {
    /// By the names that they have in a checkpoint.
    fn parts(&self) -> Vec<(&'static str, &Tensor<1>)> {
        match self {
            Self::Adam(moments) => vec![("first", &moments.first), ("second", &moments.second)],
            Self::Muon(mean) => vec![("mean", &**mean)],
        }
    }
}

impl Optimizer {
    /// An optimiser that has seen nothing.
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            ..Self::default()
        }
    }

    /// One step: `module` with its parameters moved against `gradients` at this learning rate.
    /// Returns the norm of the gradient before clipping too.
    pub fn step<M: Module>(&mut self, module: M, gradients: &mut Gradients, rate: f64) -> (M, f32) {
        let norm = norm(&module, gradients);
        self.steps += 1;
        // A gradient that isn't finite must not touch the weights.
        if !norm.is_finite() {
            return (module, norm);
        }
        let t = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let AdamW {
            beta1,
            beta2,
            epsilon,
            weight_decay,
            clip,
        } = self.settings;
        let mut update = Update {
            step: Step {
                rate: rate as f32,
                beta1,
                beta2,
                correction1: 1.0 - beta1.powi(t),
                correction2: 1.0 - beta2.powi(t),
                epsilon,
                decay: weight_decay,
                scale: (clip / (norm + 1e-6)).min(1.0),
            },
            rule: self.rule,
            moments: &mut self.moments,
            gradients,
        };
        (params::map(module, &mut update), norm)
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Its state, named `{prefix}first.{parameter}` and `{prefix}second.{parameter}`, or for
    /// Muon `{prefix}mean.{parameter}`.
    ///
    /// # Errors
    /// [`Error::Device`] if the device can't be read.
    pub fn state(&self, prefix: &str) -> Result<Named> {
        let mut named = Named::new();
        for (name, Kept { memory, shape }) in &self.moments {
            for (kind, tensor) in memory.parts() {
                let data = tensor.to_data().convert::<f32>();
                let data = data
                    .try_to_vec()
                    .map_err(|e| Error::Device(format!("{e:?}")))?;
                named.insert(
                    format!("{prefix}{kind}.{name}"),
                    Values {
                        shape: shape.clone(),
                        data,
                    },
                );
            }
        }
        Ok(named)
    }

    /// Restores what [`Optimizer::state`] gave, for `module`. Parameters that never had a gradient have
    /// no moments.
    ///
    /// # Errors
    /// [`Error::Weights`] if one moment of two is missing, there are none at all, or one has another shape than its parameter.
    pub fn restore<M: Module>(
        &mut self,
        module: &M,
        prefix: &str,
        steps: u64,
        state: &Named,
    ) -> Result<()> {
        struct Restore<'a> {
            prefix: &'a str,
            state: &'a Named,
            rule: Rule,
            moments: BTreeMap<String, Kept>,
            problem: Option<String>,
        }
        impl Visit for Restore<'_> {
            fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) {
                let shape = value.dims().to_vec();
                let device = value.device().inner();
                let key = |kind: &str| format!("{}{kind}.{name}", self.prefix);
                // It never had a gradient, as the gains of attention to a single frame have none.
                if !["first", "second", "mean"]
                    .iter()
                    .any(|kind| self.state.contains_key(&key(kind)))
                {
                    return;
                }
                let muon = self.rule == Rule::Muon && muon::takes(name, &shape);
                let get = |kind: &str| {
                    let key = key(kind);
                    match self.state.get(&key) {
                        Some(v) if v.shape == shape => {
                            Ok(Tensor::<1>::from_floats(v.data.as_slice(), &device))
                        }
                        Some(_) => Err(format!("{key} has another shape than its parameter")),
                        None => Err(format!("{key} is missing")),
                    }
                };
                let memory = if muon {
                    get("mean").map(|mean| Memory::Muon(Box::new(mean)))
                } else {
                    get("first").and_then(|first| {
                        let second = get("second")?;
                        Ok(Memory::Adam(Box::new(Moments { first, second })))
                    })
                };
                match memory {
                    Ok(memory) => {
                        self.moments.insert(name.to_owned(), Kept { memory, shape });
                    }
                    Err(problem) => {
                        self.problem.get_or_insert(problem);
                    }
                }
            }
        }
        if steps == 0 {
            *self = Self::new(self.rule);
            return Ok(());
        }
        let mut restore = Restore {
            prefix,
            state,
            rule: self.rule,
            moments: BTreeMap::new(),
            problem: None,
        };
        params::visit(module, &mut restore);
        if let Some(problem) = restore.problem {
            return Err(Error::Weights(problem));
        }
        if restore.moments.is_empty() {
            return Err(Error::Weights(format!("{prefix} has no moments")));
        }
        self.moments = restore.moments;
        self.steps = steps;
        Ok(())
    }
}

fn norm<M: Module>(module: &M, gradients: &Gradients) -> f32 {
    struct Squares<'a>(&'a Gradients, Vec<Tensor<1>>);
    impl Visit for Squares<'_> {
        fn parameter<const D: usize>(&mut self, _name: &str, value: Tensor<D>) {
            if let Some(gradient) = value.grad(self.0) {
                let len = gradient.shape().num_elements();
                self.1
                    .push(kernels::sum_of_squares(gradient.reshape([len])));
            }
        }
    }
    let mut squares = Squares(gradients, Vec::new());
    params::visit(module, &mut squares);
    if squares.1.is_empty() {
        return 0.0;
    }
    Tensor::cat(squares.1, 0).sum().sqrt().into_scalar::<f32>()
}

struct Update<'a> {
    step: Step,
    rule: Rule,
    moments: &'a mut BTreeMap<String, Kept>,
    gradients: &'a mut Gradients,
}

impl Map for Update<'_> {
    fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Tensor<D> {
        let Some(gradient) = value.grad_remove(self.gradients) else {
            return value;
        };
        let shape = value.dims();
        let kept = self.moments.remove(name).map(|kept| kept.memory);
        let (value, memory) = if self.rule == Rule::Muon && muon::takes(name, &shape) {
            let mean = match kept {
                Some(Memory::Muon(mean)) => Some(*mean),
                _ => None,
            };
            let (value, mean) = muon::step(name, value.inner(), gradient, mean, &self.step);
            (value, Memory::Muon(Box::new(mean)))
        } else {
            let moments = match kept {
                Some(Memory::Adam(moments)) => Some(*moments),
                _ => None,
            };
            let (value, moments) = self.adamw(value.inner(), gradient, moments);
            (value, Memory::Adam(Box::new(moments)))
        };
        let kept = Kept {
            memory,
            shape: shape.to_vec(),
        };
        self.moments.insert(name.to_owned(), kept);
        Tensor::from_inner(value).require_grad()
    }
}

impl Update<'_> {
    fn adamw<const D: usize>(
        &self,
        value: Tensor<D>,
        gradient: Tensor<D>,
        moments: Option<Moments>,
    ) -> (Tensor<D>, Moments) {
        let shape = value.dims();
        let size = shape.iter().product::<usize>();
        let weights = value.reshape([size]);
        let moments = moments.unwrap_or_else(|| {
            let zeros = || Tensor::zeros([size], &weights.device());
            Moments {
                first: zeros(),
                second: zeros(),
            }
        });
        let step = Step {
            // Gains, shifts and biases are not decayed.
            decay: if D >= 2 { self.step.decay } else { 0.0 },
            ..self.step
        };
        let (weights, moments) = kernels::adamw(weights, gradient.reshape([size]), moments, &step);
        (weights.reshape(shape), moments)
    }
}
