use super::*;
use crate::ablate::Record;
use crate::ablate::tests::settings;

fn figures(delta: f64) -> Figures {
    Figures {
        parameters: [1_000_000, 500_000, 2_000_000],
        steps: [10; 3],
        seconds: [60.0; 3],
        tokenizer_psnr: 25.0,
        tokenizer_perplexity: 300.0,
        action_perplexity: 4.0,
        actions_used: 5,
        motion_skill_x: None,
        motion_skill_y: Some(-0.25),
        delta_psnr_t4: delta,
        delta_psnr_t4_error: Some(0.5),
        rollout_psnr_10: 18.0,
        rollout_psnr_10_error: None,
        fvd: None,
    }
}

fn results(records: &[Record]) -> (tempfile::TempDir, Results) {
    let folder = tempfile::tempdir().unwrap();
    let mut results = Results::open(&folder.path().join("results.jsonl")).unwrap();
    for record in records {
        results.add(record.clone()).unwrap();
    }
    (folder, results)
}

fn variant(variant: Variant, seed: u64, delta: f64) -> Record {
    Record::Variant {
        variant,
        seed,
        figures: figures(delta),
    }
}

#[test]
fn one_seed_shows_the_error_over_the_clips_and_several_their_deviation() {
    let settings = settings();
    let (_folder, few) = results(&[
        variant(Variant::Base, 0, 1.0),
        variant(Variant::TokenInput, 0, -1.0),
        variant(Variant::TokenInput, 1, -2.0),
    ]);
    let text = tables(&settings, &few);
    let row = |name: &str| text.lines().find(|line| line.contains(name)).unwrap();
    assert!(
        row("pixel-input").contains("| 1.00 ± 0.50 | 18.00 |"),
        "{text}"
    );
    assert!(row("token-input").contains("| −1.50 ± 0.71 |"), "{text}");
    assert!(row("pixel-input").contains("| −0.25 |") && row("pixel-input").contains("3.50M"));
    // What nobody knows has no column, and a table of one row is none.
    assert!(
        !text.contains("FVD") && !text.contains("motion skill x"),
        "{text}"
    );
    assert!(!text.contains("Table 3"), "{text}");
}

#[test]
fn results_are_found_again_and_half_a_line_goes() {
    let (folder, known) = results(&[variant(Variant::Vit, 3, 0.1)]);
    let path = folder.path().join("results.jsonl");
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"study\":\"vari");
    std::fs::write(&path, &text).unwrap();
    let again = Results::open(&path).unwrap();
    assert_eq!(again.records(), known.records());
    assert!(again.has_variant(Variant::Vit, 3) && !again.has_variant(Variant::Vit, 0));
    std::fs::write(&path, "nonsense\n").unwrap();
    let said = format!("{:#}", Results::open(&path).err().unwrap());
    assert!(said.contains("line 1"), "{said}");
}

fn point(width: usize, batch: usize, loss: f64) -> Point {
    Point {
        size: Size {
            transformer: model::config::TransformerConfig {
                width,
                ..settings().base.config.dynamics
            },
            batch,
        },
        parameters: width * width,
        steps: 4,
        seconds: 1.0,
        flops: (width * width * batch) as f64,
        train_loss: loss,
        test_loss: loss,
        test_accuracy: 0.5,
        curve: vec![(2, 4.0), (4, loss)],
    }
}

#[test]
fn sizes_and_batches_are_told_apart_and_seeds_averaged() {
    let records = [
        (8, 2, 4.0),
        (16, 2, 2.0),
        (32, 2, 1.0),
        (16, 4, 1.5),
        (16, 4, 2.5),
    ];
    let records = records.map(|(width, batch, loss)| Record::Scale {
        seed: 0,
        point: point(width, batch, loss),
    });
    let (_folder, results) = results(&records);
    let points = averaged(&results.points());
    assert_eq!(points.len(), 4);
    let families = Families::of(&points);
    let of = |points: &[&Point]| -> Vec<(usize, f64)> {
        points.iter().map(|p| (p.size.batch, p.test_loss)).collect()
    };
    assert_eq!(of(&families.sizes), [(2, 4.0), (2, 2.0), (2, 1.0)]);
    assert_eq!(of(&families.batches), [(2, 2.0), (4, 2.0)]);
    // Twice as wide is four times the compute and half the loss.
    let law = families.law().unwrap();
    assert!((law.exponent + 0.5).abs() < 1e-9, "{law:?}");
    let text = tables(&settings(), &results);
    assert!(text.contains("FLOPs^-0.5000"), "{text}");
    let svg = plot::svg(&points).unwrap().unwrap();
    assert!(
        svg.contains("clips a step") && svg.contains("parameters"),
        "{svg}"
    );
}
