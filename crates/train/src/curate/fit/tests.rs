use std::collections::BTreeMap;

use data::{ClipBuf, StoreSpec, UNKNOWN_ACTION};

use super::*;
use crate::curate::weights::tensors;

/// Twenty clips of two frames, 32×32, each of one grey; the last ten are good.
fn store() -> (tempfile::TempDir, ClipStore, Vec<Example>) {
    let folder = tempfile::tempdir().unwrap();
    let spec = StoreSpec {
        height: 32,
        width: 32,
        frames_per_clip: 2,
        fps: 10.0,
        source: "greys".into(),
        licence: String::new(),
        levels: None,
        policy: String::new(),
        seed: 0,
        mode: String::new(),
        rewards: false,
    };
    let mut store = ClipStore::create(folder.path().join("a.zarr"), &spec).unwrap();
    for clip in 0..20 {
        let frames = vec![clip * 12; spec.clip_bytes()];
        store
            .append(&ClipBuf::new(frames, vec![UNKNOWN_ACTION; 2]))
            .unwrap();
    }
    let examples = (0..20).map(|clip| Example {
        clip,
        good: clip >= 10,
        source: String::new(),
    });
    (folder, store, examples.collect())
}

#[test]
fn the_loss_is_the_cross_entropy() {
    let device = Device::flex();
    let logits = Tensor::<1>::from_floats([0.0, 2.0, -3.0, 200.0], &device);
    let good = Tensor::<1>::from_floats([1.0, 0.0, 1.0, 0.0], &device);
    let expected = [0.5f64, 1.0 / (1.0 + 2f64.exp()), 1.0 / (1.0 + 3f64.exp())]
        .map(|p| -p.ln())
        .iter()
        .sum::<f64>()
        + 200.0;
    let ours = loss(logits, good).into_scalar::<f32>();
    assert!((f64::from(ours) - expected / 4.0).abs() < 1e-4, "{ours}");
}

#[test]
fn a_deck_gives_every_clip_of_a_class_before_any_comes_again() {
    let (_folder, store, mut examples) = store();
    // Seven bad ones and three good ones.
    examples.retain(|example| !(7..17).contains(&example.clip));
    let deck = Deck::new(&examples, 4);
    for (good, clips) in [(false, 7), (true, 3)] {
        let mut orders = Vec::new();
        for round in 0..4 {
            let order: Vec<u64> = (0..clips)
                .map(|i| deck.draw(good, round * clips + i))
                .collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), clips, "{order:?}");
            assert!(sorted.iter().all(|&clip| (clip >= 10) == good));
            orders.push(order);
        }
        assert!(orders[1..].iter().any(|order| *order != orders[0]));
    }
    // A batch is half good, whatever there is more of.
    let shape = Shape::of(&store).unwrap();
    let (batch, good) = deck.batch(&store, shape, 0).unwrap();
    assert_eq!(good.iter().sum::<f32>(), BATCH as f32 / 2.0);
    // Each frame is the grey of a clip of its class.
    let values: Vec<f32> = batch
        .to_tensor(&Device::flex())
        .to_data()
        .try_to_vec()
        .unwrap();
    let mut seen = BTreeMap::new();
    for (frame, good) in values.chunks(3 * 32 * 32).zip(good) {
        let grey = (frame[0] * 0.229 + 0.485) * 255.0;
        let clip = (grey / 12.0).round() as u64;
        assert_eq!(clip >= 10, good == 1.0, "grey {grey}");
        *seen.entry(clip).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 10, "{seen:?}");
}

#[test]
fn settled_statistics_are_those_of_the_frames_seen() {
    let device = Device::flex().autodiff();
    device.seed(3);
    let model = ResNet::new(&device);
    let spread = burn::tensor::Distribution::Normal(0.5, 2.0);
    let frames = Tensor::<4>::random([4, 3, 32, 32], spread, &device);
    // A tenth of them is in the running statistics now; the rest is 0, or 1 for variances.
    model.forward(frames.clone());
    let once = tensors(&model).unwrap();
    let settled = tensors(&settle(model, |_| Ok(frames.clone())).unwrap()).unwrap();
    let mut compared = 0;
    for (name, values) in &settled {
        let began = match name.rsplit('.').next() {
            Some("running_mean") => 0.0,
            Some("running_var") => 1.0,
            _ => {
                assert!(*values == once[name], "{name} has changed");
                continue;
            }
        };
        let seen = |x: f32| (x - began * 0.9) / 0.1;
        let largest = values.data.iter().fold(0f32, |m, x| m.max(x.abs()));
        for (&ours, &once) in values.data.iter().zip(&once[name].data) {
            assert!((ours - seen(once)).abs() < 1e-4 * (largest + 1.0), "{name}");
        }
        compared += 1;
    }
    assert_eq!(compared, 40);
}

#[test]
fn a_stopped_training_gives_nothing_and_too_few_clips_are_refused() {
    let (_folder, store, mut examples) = store();
    let device = Device::flex();
    let settings = Settings {
        epochs: 1,
        frames_per_clip: 2,
        seed: 1,
        trained_on: String::new(),
    };
    let start = Start::from_chance(1, &device);
    let mut steps = 0;
    let stopped = train(
        &store,
        &examples,
        &settings,
        start.clone(),
        &device,
        &mut |p| {
            steps += 1;
            assert!(p.loss.is_finite() && (p.step, p.steps) == (1, 2));
            false
        },
    );
    assert!(stopped.unwrap().is_none());
    assert_eq!(steps, 1);
    examples.truncate(15);
    let said = train(&store, &examples, &settings, start, &device, &mut |_| true);
    assert!(
        said.unwrap_err()
            .to_string()
            .contains("at least 8 good clips")
    );
}
