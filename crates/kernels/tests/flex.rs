//! The fused loops for the CPU against their plain twins: values and gradients, on random shapes.

use burn::tensor::{Device, Tensor, TensorData};
use kernels::{
    AdamW, Affine, AttentionLayer, CodeTargets, FeedForward, Moments, Norm, Past, QkGains, adamw,
    feed_forward, gelu, head_loss, layer_norm, linear, linear_gelu, normalised_keys, plain,
    sigmoid_squared_errors, spatial_attention, spatial_layer, squared_errors, sum_of_squares,
    temporal_attention, temporal_layer,
};
use proptest::prelude::*;

/// `[B, T, N]`, heads, head size, width.
type Shape = ([usize; 3], usize, usize, usize);

fn shapes() -> impl Strategy<Value = Shape> {
    let frame = prop_oneof![1usize..9, Just(16), Just(33), Just(65)];
    let head = prop_oneof![
        Just(4usize),
        Just(6),
        Just(16),
        Just(20),
        Just(32),
        Just(64)
    ];
    let width = prop_oneof![1usize..40, Just(64)];
    ((1usize..4, 1usize..18, frame), 1usize..4, head, width)
        .prop_map(|((b, t, n), heads, d, width)| ([b, t, n], heads, d, width))
}

/// Values drawn from one seed, so that a case is the same on every machine and beside every other.
struct Values(u64);

impl Values {
    fn uniform(&mut self) -> f32 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Box and Muller's method.
    fn one_normal(&mut self) -> f32 {
        let (a, b) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * a.ln()).sqrt() * (std::f32::consts::TAU * b).cos()
    }

    fn tensor<const D: usize>(shape: [usize; D], values: Vec<f32>) -> Tensor<D> {
        let device = Device::flex().autodiff();
        Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
    }

    fn normal<const D: usize>(&mut self, shape: [usize; D], deviation: f32) -> Tensor<D> {
        let len = shape.iter().product();
        let values = (0..len).map(|_| deviation * self.one_normal()).collect();
        Self::tensor(shape, values)
    }

    fn random<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        self.normal(shape, 1.0)
    }

    /// A gain: not too near zero.
    fn gain(&mut self, len: usize) -> Tensor<1> {
        let values = (0..len).map(|_| 0.5 + self.uniform()).collect();
        Self::tensor([len], values)
    }

    fn gains(&mut self, len: usize) -> QkGains {
        QkGains {
            query: self.gain(len),
            key: self.gain(len),
        }
    }

    fn affine(&mut self, inputs: usize, outputs: usize) -> Affine {
        Affine {
            weight: self.normal([inputs, outputs], 1.0 / (inputs as f32).sqrt()),
            bias: self.random([outputs]),
        }
    }
}

/// How far apart two lists of values are, against their size.
fn distance<const D: usize>(a: &Tensor<D>, b: &Tensor<D>) -> f32 {
    let values = |x: &Tensor<D>| x.to_data().try_to_vec::<f32>().unwrap();
    let (a, b) = (values(a), values(b));
    assert_eq!(a.len(), b.len());
    let size = b.iter().map(|x| x * x).sum::<f32>() / b.len().max(1) as f32;
    let far = a.iter().zip(&b).map(|(a, b)| (a - b).abs());
    assert!(a.iter().all(|a| a.is_finite()));
    far.fold(0.0, f32::max) / (size.sqrt() + 1e-3)
}

/// Compares the outputs, and the gradients of a weighting of them, of every parameter.
fn compare(fused: Tensor<4>, twin: Tensor<4>, vectors: &[&Tensor<1>], others: Others) {
    assert!(
        distance(&fused, &twin) < 1e-5,
        "value: {}",
        distance(&fused, &twin)
    );
    let weights = Values(1).random(fused.dims()).detach();
    let fused = (fused * weights.clone()).sum().backward();
    let twin = (twin * weights).sum().backward();
    fn check<const D: usize>(
        x: &Tensor<D>,
        fused: &burn::tensor::Gradients,
        twin: &burn::tensor::Gradients,
    ) {
        let (a, b) = (x.grad(fused).unwrap(), x.grad(twin).unwrap());
        let far = distance(&a, &b);
        assert!(far < 1e-4, "gradient of {:?}: {far}", x.dims());
    }
    for x in vectors {
        check(x, &fused, &twin);
    }
    for x in others.1 {
        check(x, &fused, &twin);
    }
    check(others.0, &fused, &twin);
}

/// The input, and matrices.
type Others<'a> = (&'a Tensor<4>, &'a [&'a Tensor<2>]);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn linear_is_its_twin(([b, t, n], _, outputs, inputs) in shapes(), seed: u64) {
        let mut values = Values(seed);
        let x = values.random([b, t, n, inputs]);
        let p = values.affine(inputs, outputs);
        let fused = linear(x.clone(), &p.weight, &p.bias);
        let twin = plain::linear(x.clone(), &p.weight, &p.bias);
        compare(fused, twin, &[&p.bias], (&x, &[&p.weight]));
        let fused = linear_gelu(x.clone(), &p.weight, &p.bias);
        let twin = plain::gelu(plain::linear(x.clone(), &p.weight, &p.bias));
        compare(fused, twin, &[&p.bias], (&x, &[&p.weight]));
    }

    #[test]
    fn layer_norm_and_gelu_are_their_twins(([b, t, n], _, _, width) in shapes(), seed: u64) {
        let mut values = Values(seed);
        // Of one or two values nothing is left but signs, and the gradient is rounding errors only.
        let width = width + 3;
        let x = values.random([b, t, n, width]);
        let (gamma, beta) = (values.gain(width), values.random([width]));
        let fused = layer_norm(x.clone(), &gamma, &beta);
        let twin = plain::layer_norm(x.clone(), &gamma, &beta);
        compare(fused, twin, &[&gamma, &beta], (&x, &[]));
        compare(gelu(x.clone() * 3.0), plain::gelu(x.clone() * 3.0), &[], (&x, &[]));
    }

    #[test]
    fn attention_is_its_twin(([b, t, n], heads, d, _) in shapes(), seed: u64) {
        let mut values = Values(seed);
        let qkv = values.random([b, t, n, 3 * heads * d]);
        let gains = values.gains(d);
        let both = [&gains.query, &gains.key];
        let fused = spatial_attention(qkv.clone(), &gains, heads);
        let twin = plain::spatial_attention(qkv.clone(), &gains, heads);
        // Alone, a token sees itself only: no gradient but rounding errors.
        if n > 1 {
            compare(fused, twin, &both, (&qkv, &[]));
        }
        let fused = temporal_attention(qkv.clone(), &gains, heads, None);
        let twin = plain::temporal_attention(qkv.clone(), &gains, heads, None);
        if t > 1 {
            compare(fused, twin, &both, (&qkv, &[]));
        }
    }

    #[test]
    fn attention_to_a_past_is_its_twin(([b, t, n], heads, d, _) in shapes(), p in 1usize..18, seed: u64) {
        let mut values = Values(seed);
        let gains = values.gains(d);
        let gains = QkGains { query: gains.query.inner(), key: gains.key.inner() };
        let qkv = values.random([b, t, n, 3 * heads * d]).inner();
        let past = values.random([b, p, n, 3 * heads * d]).inner();
        let past: Past = normalised_keys(past, &gains, heads);
        let fused = temporal_attention(qkv.clone(), &gains, heads, Some(&past));
        let twin = plain::temporal_attention(qkv, &gains, heads, Some(&past));
        let values = |x: Tensor<4>| x.into_data().try_to_vec::<f32>().unwrap();
        for (a, b) in values(fused).into_iter().zip(values(twin)) {
            prop_assert!((a - b).abs() < 1e-5 * (1.0 + b.abs()));
        }
    }

    #[test]
    fn layers_are_their_twins(([b, t, n], heads, d, width) in shapes(), seed: u64) {
        let mut values = Values(seed);
        let width = width + 3;
        let x = values.random([b, t, n, width]);
        let layer = AttentionLayer {
            norm: Norm { gamma: values.gain(width), beta: values.random([width]) },
            qkv: values.affine(width, 3 * heads * d),
            gains: values.gains(d),
            out: values.affine(heads * d, width),
            heads,
        };
        let mut vectors = vec![&layer.norm.gamma, &layer.norm.beta, &layer.out.bias];
        let matrices = [&layer.qkv.weight, &layer.out.weight];
        if n > 1 {
            vectors.extend([&layer.gains.query, &layer.gains.key, &layer.qkv.bias]);
            let twin = plain::spatial_layer(x.clone(), &layer);
            compare(spatial_layer(x.clone(), &layer), twin, &vectors, (&x, &matrices));
        }
        // The gains of a lone frame have no gradient.
        let vectors = if t == 1 { &vectors[..3] } else { &vectors[..] };
        let twin = plain::temporal_layer(x.clone(), &layer);
        compare(temporal_layer(x.clone(), &layer), twin, vectors, (&x, &matrices));
        let layer = FeedForward {
            norm: layer.norm.clone(),
            up: values.affine(width, 2 * width),
            down: values.affine(2 * width, width),
        };
        let vectors = [&layer.norm.gamma, &layer.norm.beta, &layer.up.bias, &layer.down.bias];
        let matrices = [&layer.up.weight, &layer.down.weight];
        let twin = plain::feed_forward(x.clone(), &layer);
        compare(feed_forward(x.clone(), &layer), twin, &vectors, (&x, &matrices));
    }

    #[test]
    fn a_heads_loss_is_its_twin(([b, t, n], codes, _, width) in shapes(), many: bool, seed: u64) {
        let mut values = Values(seed);
        let codes = if many { 1024 } else { 3 * codes + 1 };
        let x = values.random([b, t, n, width]);
        let head = values.affine(width, codes);
        let rows = b * t * n;
        let targets = CodeTargets {
            codes: (0..rows).map(|_| (values.uniform() * codes as f32) as i32).collect(),
            // Many rows that don't count, and one that does.
            weights: (0..rows).map(|i| if i == 0 { 1.0 } else { (3.0 * values.uniform()).floor() }).collect(),
        };
        let (fused, fused_accuracy) = head_loss(x.clone(), &head, targets.clone());
        let (twin, twin_accuracy) = plain::head_loss(x.clone(), &head, &targets);
        prop_assert!(distance(&fused_accuracy, &twin_accuracy) < 1e-5);
        let scalar = |x: Tensor<1>| x.reshape([1, 1, 1, 1]);
        compare(scalar(fused), scalar(twin), &[&head.bias], (&x, &[&head.weight]));
    }

    #[test]
    fn errors_of_frames_are_their_twins(([b, t, n], _, _, width) in shapes(), seed: u64) {
        let mut values = Values(seed);
        let x = values.random([b, t, n, width]);
        let target = values.random([b, t, n, width]).detach();
        let open = |x: Tensor<2>| x.reshape([b, t, 1, 1]);
        let fused = squared_errors(x.clone(), target.clone());
        let twin = plain::squared_errors(x.clone(), target.clone());
        compare(open(fused), open(twin), &[], (&x, &[]));
        let fused = sigmoid_squared_errors(x.clone(), target.clone());
        let twin = plain::squared_errors(burn::tensor::activation::sigmoid(x.clone()), target);
        compare(open(fused), open(twin), &[], (&x, &[]));
    }

    #[test]
    fn a_sum_of_squares_is_one(len in 1usize..100_000, seed: u64) {
        let x = Values(seed).random([len]).inner();
        let twin = x.clone().square().sum();
        prop_assert!(distance(&sum_of_squares(x), &twin) < 1e-5);
    }

    #[test]
    fn adamw_is_its_twin(len in 1usize..100_000, steps in 1i32..5, seed: u64) {
        let mut values = Values(seed);
        let mut draw = |deviation| values.normal([len], deviation).inner();
        let mut fused = (draw(1.0), Moments { first: draw(0.1), second: draw(0.1).square() });
        let mut twin = fused.clone();
        for t in 1..=steps {
            let gradient = draw(0.3);
            let step = AdamW {
                rate: 1e-2,
                beta1: 0.9,
                beta2: 0.95,
                correction1: 1.0 - 0.9f32.powi(t),
                correction2: 1.0 - 0.95f32.powi(t),
                epsilon: 1e-8,
                decay: 0.1,
                scale: 0.7,
            };
            fused = adamw(fused.0, gradient.clone(), fused.1, &step);
            twin = plain::adamw(twin.0, gradient, twin.1, &step);
        }
        for (a, b) in [
            (&fused.0, &twin.0),
            (&fused.1.first, &twin.1.first),
            (&fused.1.second, &twin.1.second),
        ] {
            // One by one: where a second moment is near zero, the step is a thousand times the others'.
            let values = |x: &Tensor<1>| x.to_data().try_to_vec::<f32>().unwrap();
            for (a, b) in values(a).into_iter().zip(values(b)) {
                prop_assert!((a - b).abs() < 1e-5 * (1.0 + b.abs()), "{a} for {b}");
            }
        }
    }
}
