use super::*;
use crate::rng::Rng;

fn clips(pairs: &[(f64, bool)]) -> Vec<Scored> {
    pairs.iter().map(|&(p, good)| Scored { p, good }).collect()
}

#[test]
fn a_score_is_the_mean_probability() {
    assert_eq!(score(&[0.0, 0.0], 1.0), 0.5);
    let expected = (1.0 / (1.0 + (-1.0f64).exp()) + 1.0 / (1.0 + 0.5f64.exp())) / 2.0;
    assert!((score(&[2.0, -1.0], 2.0) - expected).abs() < 1e-12);
    assert_eq!(score(&[f32::MAX, f32::MIN], 1.0), 0.5);
}

#[test]
fn the_confusion_table_counts_every_clip_once() {
    let some = clips(&[
        (0.9, true),
        (0.5, true),
        (0.2, true),
        (0.5, false),
        (0.1, false),
    ]);
    let table = Confusion::at(0.5, &some);
    let counts = [
        table.good_kept,
        table.good_dropped,
        table.bad_kept,
        table.bad_dropped,
    ];
    assert_eq!(counts, [2, 1, 1, 1]);
    assert!((table.accuracy() - 0.6).abs() < 1e-12);
    assert!((table.balanced_accuracy() - (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-12);
}

#[test]
fn both_classes_weigh_the_same_in_the_reliability_table() {
    // Three good clips and one bad one, all at 0.75: by weight, half of them are good.
    let some = clips(&[(0.75, true), (0.75, true), (0.75, true), (0.75, false)]);
    let bins = reliability(&some);
    assert_eq!(bins[7].clips, 4);
    assert!((bins[7].good - 0.5).abs() < 1e-12 && (bins[7].score - 0.75).abs() < 1e-12);
    assert!((expected_error(&some) - 0.25).abs() < 1e-12);
    assert_eq!(bins.iter().filter(|bin| bin.clips > 0).count(), 1);
    // The ends belong to the first and the last bin.
    let ends = clips(&[(1.0, true), (0.0, false)]);
    assert_eq!(
        (reliability(&ends)[9].clips, reliability(&ends)[0].clips),
        (1, 1)
    );
    assert_eq!((expected_error(&ends), surprise(&ends)), (0.0, 0.0));
}

#[test]
fn the_temperature_of_overconfident_logits_is_found() {
    // Classes drawn with probability σ(z), logits told as 4 z: the right temperature is 4.
    let mut rng = Rng::of_step(1, 0, 0);
    let drawn: Vec<_> = (0..4000)
        .map(|_| {
            let z = 6.0 * rng.uniform() - 3.0;
            let good = rng.chance(1.0 / (1.0 + (-z).exp()));
            (vec![4.0 * z], good)
        })
        .collect();
    let found = best_temperature(&drawn);
    assert!((3.5..4.5).contains(&found), "{found}");
    let error = |temperature| expected_error(&scored(&drawn, temperature));
    assert!(error(found) < 0.03 && error(1.0) > 0.1);
}

#[test]
fn the_threshold_is_the_best_one() {
    // Told apart at 0.5: nothing is better.
    let apart = clips(&[(0.4, false), (0.6, true), (0.9, true)]);
    assert_eq!(best_threshold(&apart), 0.5);
    // Told apart, but lower: the middle of the gap.
    let low = clips(&[(0.1, false), (0.2, true), (0.45, true)]);
    assert!((best_threshold(&low) - 0.15).abs() < 1e-12);
    assert_eq!(Confusion::at(best_threshold(&low), &low).accuracy(), 1.0);
    // By trial of many: none is better, whatever the scores.
    let mut rng = Rng::of_step(2, 0, 0);
    for _ in 0..50 {
        let some: Vec<_> = (0..12)
            .map(|i| Scored {
                p: f64::from(rng.uniform()),
                good: i % 3 == 0,
            })
            .collect();
        let accuracy = |t| Confusion::at(t, &some).balanced_accuracy();
        let ours = accuracy(best_threshold(&some));
        assert!((0..=1000).all(|i| accuracy(f64::from(i) / 1000.0) <= ours));
    }
}
