//! Each kernel against its plain twin, at every width of vectors that this processor has.

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::linear;
use super::spatial::{self, Spatial, SpatialScratch};
use super::temporal::{self, Seen, Temporal};
use super::{Tables, pixels};
use crate::flex::simd::{Kernel, Simd, tests::on_all};
use crate::play::{Epilogue, Parameters};
use crate::{Past, QkGains, plain};

/// Numbers in −1..1 that look random and are the same everywhere.
struct Noise(u64);

impl Noise {
    fn values(&mut self, count: usize) -> Vec<f32> {
        (0..count)
            .map(|_| {
                self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = self.0;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                ((z ^ (z >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
            })
            .collect()
    }

    fn gains(&mut self, count: usize) -> Vec<f32> {
        self.values(count).iter().map(|x| 1.0 + 0.3 * x).collect()
    }
}

fn tensor<const R: usize>(values: &[f32], shape: [usize; R]) -> Tensor<R> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

fn values(tensor: Tensor<4>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

fn close(ours: &[f32], twin: &[f32]) -> Result<(), TestCaseError> {
    prop_assert_eq!(ours.len(), twin.len());
    for (i, (a, b)) in ours.iter().zip(twin).enumerate() {
        let difference = (a - b).abs() / (1.0 + b.abs());
        prop_assert!(difference <= 1e-4, "number {i}: {a}, its twin {b}");
    }
    Ok(())
}

#[derive(Clone)]
struct Layer {
    parameters: [Vec<f32>; 4],
    norm: bool,
    x: Vec<f32>,
    y: Vec<f32>,
    rows: usize,
    epilogue: Epilogue,
}

impl Kernel for Layer {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Vec<f32> {
        let [weight, bias, gamma, beta] = &self.parameters;
        let layer = linear::Pack(&Parameters {
            weight,
            bias,
            norm: self.norm.then_some((gamma, beta)),
        })
        .run(s);
        let mut y = self.y;
        linear::Run {
            layer: &layer,
            rows: self.rows,
            x: &self.x,
            y: &mut y,
            epilogue: self.epilogue,
            scratch: &mut vec![f32::NAN; self.x.len()],
        }
        .run(s);
        y
    }
}

#[derive(Clone)]
struct OfFrame {
    layer: Spatial,
    qkv: Vec<f32>,
    first: usize,
    rows: usize,
}

impl Kernel for OfFrame {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Vec<f32> {
        let inner = self.layer.heads * self.layer.query_gain.len();
        let mut out = vec![f32::NAN; self.rows * inner];
        let mut scratch = SpatialScratch::default();
        // Room that was used before, for other sizes.
        let other = Spatial {
            query_gain: vec![1.0; 6],
            key_gain: vec![1.0; 6],
            heads: 1,
        };
        spatial::Run {
            layer: &other,
            qkv: &[f32::NAN; 5 * 18],
            first: 2,
            out: &mut [0.0; 2 * 6],
            scratch: &mut scratch,
        }
        .run(s);
        spatial::Run {
            layer: &self.layer,
            qkv: &self.qkv,
            first: self.first,
            out: &mut out,
            scratch: &mut scratch,
        }
        .run(s);
        out
    }
}

#[derive(Clone)]
struct OverFrames {
    layer: Temporal,
    qkv: Vec<f32>,
    past: Vec<[Vec<f32>; 2]>,
}

impl Kernel for OverFrames {
    /// Attended, keys, values.
    type Output = [Vec<f32>; 3];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> [Vec<f32>; 3] {
        let size = self.qkv.len() / 3;
        let [mut out, mut keys, mut values] = [0, 1, 2].map(|_| vec![f32::NAN; size]);
        temporal::Remember {
            layer: &self.layer,
            qkv: &self.qkv,
            keys: &mut keys,
            values: &mut values,
        }
        .run(s);
        let mut seen: Vec<Seen<'_>> = self
            .past
            .iter()
            .map(|[keys, values]| Seen { keys, values })
            .collect();
        seen.push(Seen {
            keys: &keys,
            values: &values,
        });
        temporal::Attend {
            layer: &self.layer,
            qkv: &self.qkv,
            seen: &seen,
            out: &mut out,
            scratch: &mut vec![f32::NAN; 3],
        }
        .run(s);
        [out, keys, values]
    }
}

/// Heads and head sizes, even ones that are no whole vectors.
fn heads() -> impl Strategy<Value = (usize, usize)> {
    (
        1usize..5,
        prop_oneof![
            (1usize..20).prop_map(|d| 2 * d),
            Just(32),
            Just(64),
            Just(128)
        ],
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(220))]

    #[test]
    fn linear_layers_equal_their_twin(
        (rows, inputs, outputs) in (1usize..40, 1usize..150, 1usize..110),
        norm: bool,
        epilogue in prop_oneof![
            Just(Epilogue::None), Just(Epilogue::Gelu), Just(Epilogue::Residual)
        ],
        seed: u64,
    ) {
        let mut noise = Noise(seed);
        let scale = (3.0 / inputs as f32).sqrt();
        let parameters = [
            noise.values(inputs * outputs).iter().map(|w| w * scale).collect(),
            noise.values(outputs),
            noise.gains(inputs),
            noise.values(inputs),
        ];
        let x: Vec<f32> = noise.values(rows * inputs).iter().map(|x| 0.5 + 2.0 * x).collect();
        let y = match epilogue {
            Epilogue::Residual => noise.values(rows * outputs),
            _ => vec![f32::NAN; rows * outputs],
        };
        let [weight, bias, gamma, beta] = &parameters;
        let mut twin = tensor(&x, [1, 1, rows, inputs]);
        if norm {
            twin = plain::layer_norm(twin, &tensor(gamma, [inputs]), &tensor(beta, [inputs]));
        }
        twin = plain::linear(twin, &tensor(weight, [inputs, outputs]), &tensor(bias, [outputs]));
        twin = match epilogue {
            Epilogue::None => twin,
            Epilogue::Gelu => plain::gelu(twin),
            Epilogue::Residual => twin + tensor(&y, [1, 1, rows, outputs]),
        };
        let twin = values(twin);
        for ours in on_all(Layer { parameters, norm, x, y, rows, epilogue }) {
            close(&ours, &twin)?;
        }
    }

    #[test]
    fn spatial_attention_equals_its_twin(
        (heads, d) in heads(),
        (tokens, from, to) in (1usize..70, 0usize..70, 1usize..71),
        seed: u64,
    ) {
        let (first, rows) = (from % tokens, 1 + to % (tokens - from % tokens));
        let inner = heads * d;
        let mut noise = Noise(seed);
        let qkv = noise.values(tokens * 3 * inner);
        let layer = Spatial { query_gain: noise.gains(d), key_gain: noise.gains(d), heads };
        let gains = QkGains {
            query: tensor(&layer.query_gain, [d]),
            key: tensor(&layer.key_gain, [d]),
        };
        let twin = plain::spatial_attention(tensor(&qkv, [1, 1, tokens, 3 * inner]), &gains, heads);
        let twin = values(twin);
        for ours in on_all(OfFrame { layer, qkv, first, rows }) {
            close(&ours, &twin[first * inner..(first + rows) * inner])?;
        }
    }

    #[test]
    fn temporal_attention_equals_its_twin(
        (heads, d) in heads(),
        (rows, past, spare) in (1usize..12, 0usize..20, 0usize..3),
        seed: u64,
    ) {
        let inner = heads * d;
        let mut noise = Noise(seed);
        let qkv = noise.values(rows * 3 * inner);
        let (query, key) = (noise.gains(d), noise.gains(d));
        let before: Vec<[Vec<f32>; 2]> = (0..past)
            .map(|_| [noise.values(rows * inner), noise.values(rows * inner)])
            .collect();
        let gains = QkGains { query: tensor(&query, [d]), key: tensor(&key, [d]) };
        let joined = |part: usize| {
            let all: Vec<f32> = before.iter().flat_map(|frame| frame[part].clone()).collect();
            tensor(&all, [1, past, rows, inner])
        };
        let remembered = (past > 0).then(|| Past { keys: joined(0), values: joined(1) });
        let input = || tensor(&qkv, [1, 1, rows, 3 * inner]);
        let twin = values(plain::temporal_attention(input(), &gains, heads, remembered.as_ref()));
        let kept = plain::normalised_keys(input(), &gains, heads);
        let (keys, kept) = (values(kept.keys), values(kept.values));
        let layer = Temporal::new(&query, &key, heads, past + 1 + spare);
        for ours in on_all(OverFrames { layer, qkv: qkv.clone(), past: before.clone() }) {
            close(&ours[0], &twin)?;
            close(&ours[1], &keys)?;
            close(&ours[2], &kept)?;
        }
    }

    /// However rows are shared between threads, the bits are the same.
    #[test]
    fn rows_do_not_depend_on_their_neighbours(
        (rows, cut, inputs, outputs) in (2usize..40, 1usize..40, 1usize..70, 1usize..70),
        seed: u64,
    ) {
        let cut = cut % rows;
        let mut noise = Noise(seed);
        let parameters = [
            noise.values(inputs * outputs),
            noise.values(outputs),
            noise.gains(inputs),
            noise.values(inputs),
        ];
        let x = noise.values(rows * inputs);
        let part = |from: usize, to: usize| Layer {
            parameters: parameters.clone(),
            norm: true,
            x: x[from * inputs..to * inputs].to_vec(),
            y: vec![0.0; (to - from) * outputs],
            rows: to - from,
            epilogue: Epilogue::Gelu,
        };
        let (head, tail) = (on_all(part(0, cut)), on_all(part(cut, rows)));
        for ((whole, head), tail) in on_all(part(0, rows)).into_iter().zip(head).zip(tail) {
            prop_assert_eq!(whole, [head, tail].concat());
        }
    }
}

#[test]
fn tokens_become_the_sum_of_their_tables() {
    let tables = Tables {
        table: vec![1.0, 2.0, 3.0, 4.0],
        position: vec![10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
        extra: vec![0.0, 0.0, 100.0, 200.0],
        width: 2,
    };
    let mut x = vec![f32::NAN; 6];
    tables.embed(&[1, 0, 1], 1, &mut x);
    assert_eq!(x, [113.0, 224.0, 131.0, 242.0, 153.0, 264.0]);
}

#[test]
fn patches_become_pixels() {
    // Two by three patches of two by two pixels; each number says where it belongs.
    let place = |y: usize, x: usize, channel: usize| ((y * 6 + x) * 3 + channel) as f32;
    let mut patches = Vec::new();
    for (row, column) in (0..2).flat_map(|row| (0..3).map(move |column| (row, column))) {
        for (y, x) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            for channel in 0..3 {
                patches.push(place(2 * row + y, 2 * column + x, channel) / 255.0);
            }
        }
    }
    let mut rgb = vec![255; 4 * 6 * 3];
    pixels(&patches, 2, 6, &mut rgb);
    assert!(rgb.iter().copied().eq(0..72));
    let mut rgb = vec![9; 3];
    pixels(&[-1.0, 0.5, 7.0], 1, 1, &mut rgb);
    assert_eq!(rgb, [0, 128, 255]);
}
