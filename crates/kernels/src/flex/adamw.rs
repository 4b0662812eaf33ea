//! One step of AdamW, reading and writing everything once.

use burn::backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

use super::{
    ops::{Cpu, ordered, tensor, values},
    simd::{Kernel, Simd, dispatch},
    threads,
};
use crate::parameters::{AdamW, Moments};
use crate::parts::{Clock, Part};

/// Values per thread's turn.
const SHARE: usize = 1 << 15;

#[backend_extension(Flex)]
pub trait AdamWOps: Backend {
    /// Weights and moments after one step; in place where nobody else holds them.
    fn fused_adamw(
        weights: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        step: AdamW,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// `Σ x²`, `[1]`.
    fn fused_sum_of_squares(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl AdamWOps for Flex {
    fn fused_adamw(
        weights: Cpu,
        gradient: Cpu,
        first: Cpu,
        second: Cpu,
        step: AdamW,
    ) -> (Cpu, Cpu, Cpu) {
        let gradient = ordered(gradient);
        let [mut weights, mut first, mut second] = [weights, first, second].map(whole);
        let gradients = values(&gradient).chunks(SHARE);
        let moments = first.storage_mut::<f32>().chunks_mut(SHARE);
        let moments = moments.zip(second.storage_mut::<f32>().chunks_mut(SHARE));
        let chunks = weights.storage_mut::<f32>().chunks_mut(SHARE);
        let turns = chunks.zip(gradients).zip(moments);
        let turns = turns.map(|((weights, gradient), (first, second))| Step {
            weights,
            gradient,
            first,
            second,
            step,
        });
        threads::for_each(turns.collect(), dispatch);
        (weights, first, second)
    }

    fn fused_sum_of_squares(x: Cpu) -> Cpu {
        let x = ordered(x);
        let parts = threads::map(values(&x).chunks(SHARE).map(Squares).collect(), dispatch);
        tensor(vec![parts.into_iter().sum()], vec![1])
    }
}

/// The tensor as all of its memory, in order: copied if it wasn't.
fn whole(x: Cpu) -> Cpu {
    // `to_contiguous` borrows: the second handle must go, or the memory couldn't be written in place.
    let whole = x.to_contiguous();
    drop(x);
    whole
}

struct Step<'a> {
    weights: &'a mut [f32],
    gradient: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    step: AdamW,
}

impl Kernel for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let mut clock = Clock::start();
        let step = self.step;
        let [beta1, beta2] = [step.beta1, step.beta2].map(|beta| s.splat(beta));
        let [rest1, rest2] = [step.beta1, step.beta2].map(|beta| s.splat(1.0 - beta));
        let [correct1, correct2] = [step.correction1, step.correction2].map(|x| s.splat(1.0 / x));
        let (scale, epsilon) = (s.splat(step.scale), s.splat(step.epsilon));
        let (rate, keep) = (s.splat(step.rate), s.splat(1.0 - step.rate * step.decay));
        let weights = self
            .weights
            .chunks_mut(S::LANES)
            .zip(self.gradient.chunks(S::LANES));
        let moments = self
            .first
            .chunks_mut(S::LANES)
            .zip(self.second.chunks_mut(S::LANES));
        for ((weights, gradient), (first, second)) in weights.zip(moments) {
            let g = s.mul(s.load_head(gradient, 0.0), scale);
            let m = s.fma(g, rest1, s.mul(beta1, s.load_head(first, 0.0)));
            let v = s.fma(s.mul(g, g), rest2, s.mul(beta2, s.load_head(second, 0.0)));
            let spread = s.add(s.sqrt(s.mul(v, correct2)), epsilon);
            let direction = s.div(s.mul(m, correct1), spread);
            let w = s.nfma(rate, direction, s.mul(keep, s.load_head(weights, 0.0)));
            s.store_head(first, m);
            s.store_head(second, v);
            s.store_head(weights, w);
        }
        clock.was(Part::Optimizer);
    }
}

struct Squares<'a>(&'a [f32]);

impl Kernel for Squares<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let mut clock = Clock::start();
        let mut sum = s.splat(0.0);
        for x in self.0.chunks(S::LANES) {
            let x = s.load_head(x, 0.0);
            sum = s.fma(x, x, sum);
        }
        clock.was(Part::Optimizer);
        s.sum(sum)
    }
}

/// See [`crate::sum_of_squares`].
pub(crate) fn sum_of_squares(x: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::fused_sum_of_squares(x.into_dispatch()))
}

/// See [`crate::adamw`].
pub(crate) fn adamw(
    weights: Tensor<1>,
    gradient: Tensor<1>,
    moments: Moments,
    step: AdamW,
) -> (Tensor<1>, Moments) {
    let (weights, first, second) = Dispatch::fused_adamw(
        weights.into_dispatch(),
        gradient.into_dispatch(),
        moments.first.into_dispatch(),
        moments.second.into_dispatch(),
        step,
    );
    let moments = Moments {
        first: Tensor::from_dispatch(first),
        second: Tensor::from_dispatch(second),
    };
    (Tensor::from_dispatch(weights), moments)
}
