use std::ops::ControlFlow;

use data::LevelRange;
use data::collect::{CollectSpec, platformer};
use model::config::{
    ActionInput, AttentionKind, Config, LatentActionConfig, QuantizerConfig, TokenizerConfig,
};
use model::presets;
use tempfile::TempDir;

use super::*;
use crate::budget::Budgets;
use crate::report::{Silent, StepReport};

/// A model of few parameters, for frames of 64×64.
fn config() -> Config {
    let transformer = |blocks| TransformerConfig {
        blocks,
        width: 16,
        heads: 2,
        head_size: 8,
        attention: AttentionKind::St,
    };
    Config {
        frames: 12,
        tokenizer: TokenizerConfig {
            patch: 32,
            encoder: transformer(2),
            decoder: transformer(4),
            quantizer: QuantizerConfig::Fsq {
                levels: vec![3, 3, 3],
            },
        },
        latent_action: LatentActionConfig {
            patch: 32,
            actions: 2,
            code_dim: 8,
            encoder: transformer(1),
            decoder: transformer(1),
            input: ActionInput::Pixels,
            downscale: 1,
        },
        dynamics: transformer(4),
        ..presets::config("pocket").unwrap()
    }
}

/// An ablation of that model.
pub(crate) fn settings() -> Settings {
    let folder = tempfile::tempdir().unwrap();
    at(folder.path())
}

/// The same, with a few clips in `folder`.
fn at(folder: &Path) -> Settings {
    let clips = |name: &str, levels| {
        let mut spec = CollectSpec::new(folder.join(name), 64);
        spec.levels = levels;
        spec.frames_per_clip = 16;
        platformer(&spec, &mut |_| ControlFlow::Continue(())).unwrap();
        folder.join(name)
    };
    let data = clips("data", LevelRange { start: 0, end: 9 });
    let test = clips("held-out", LevelRange { start: 50, end: 59 });
    let budgets = Budgets {
        tokenizer: Budget::Steps(2),
        actions: Budget::Steps(2),
        dynamics: Budget::Steps(3),
    };
    let store = ClipStore::open(&data).unwrap();
    let mut base = settings::Settings::new(config(), &store, budgets, 5).unwrap();
    base.tokenizer.batch = 1;
    base.actions.batch = 1;
    base.dynamics.batch = 2;
    Settings {
        base,
        test,
        clips: 4,
        rollouts: 2,
        fvd: false,
    }
}

fn ablate(
    folder: &TempDir,
    settings: &Settings,
    studies: &[Study],
    display: &mut dyn Display,
) -> Result<(Outcome, usize)> {
    let plan = Plan {
        studies,
        seeds: 1,
        network: None,
    };
    let mut fresh = 0;
    let path = folder.path().join("out");
    let outcome = run(
        &path,
        settings,
        &plan,
        &Device::flex(),
        display,
        &mut |_| {
            fresh += 1;
        },
    )?;
    Ok((outcome, fresh))
}

/// Stops after some steps.
struct Impatient(usize);

impl Display for Impatient {
    fn step(&mut self, _report: &StepReport) {
        self.0 = self.0.saturating_sub(1);
    }

    fn note(&mut self, _text: &str) {}

    fn wants_to_stop(&self) -> bool {
        self.0 == 0
    }
}

#[test]
fn every_variant_is_trained_once_and_stands_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let settings = at(folder.path());
    let all = [Study::Lam, Study::Tokenizer, Study::Scale];
    // Stopped in the middle, it goes on.
    let stopped = ablate(&folder, &settings, &all, &mut Impatient(9)).unwrap();
    assert_eq!(stopped.0, Outcome::Stopped);
    let (outcome, fresh) = ablate(&folder, &settings, &all, &mut Silent).unwrap();
    assert_eq!((outcome, stopped.1 + fresh), (Outcome::Finished, 4 + 7));
    let again = ablate(&folder, &settings, &all, &mut Silent).unwrap();
    assert_eq!(again, (Outcome::Finished, 0));

    let out = folder.path().join("out");
    let report = fs::read_to_string(out.join("report.md")).unwrap();
    for row in [
        "token-input",
        "pixel-input",
        "| ViT |",
        "C-ViViT",
        "ST-ViViT",
        "4 × 16",
        "1 × 4",
        "scale.svg",
    ] {
        assert!(report.contains(row), "{row} is not in\n{report}");
    }
    let svg = fs::read_to_string(out.join("scale.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("polyline"), "{svg}");
    let results = Results::open(&out.join("results.jsonl")).unwrap();
    let base = results.figures(Variant::Base)[0];
    assert_eq!(base.steps, [2, 2, 3]);
    // Two steps are no training: only that there are figures.
    assert!(
        base.tokenizer_psnr > 1.0 && base.rollout_psnr_10 > 1.0,
        "{base:?}"
    );
    for point in results.points() {
        assert_eq!((point.steps, point.curve.len()), (3, 3));
        assert!(point.test_loss > 0.0 && point.test_loss < 27f64.ln() * 3.0);
    }
    // The tokenizer is shared where only the actions differ.
    let weights = |name: &str| fs::read(out.join("runs").join(name).join("tokenizer.safetensors"));
    assert_eq!(
        weights("base-0").unwrap(),
        weights("token-input-0").unwrap()
    );
    assert_ne!(weights("base-0").unwrap(), weights("vit-0").unwrap());
}

#[test]
fn a_folder_of_other_settings_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = at(folder.path());
    ablate(&folder, &settings, &[], &mut Silent).unwrap();
    settings.base.budgets.actions = Budget::Steps(7);
    let said = ablate(&folder, &settings, &[], &mut Silent).unwrap_err();
    assert!(said.to_string().contains("other settings"), "{said}");
}

#[test]
fn clips_to_test_on_are_of_other_levels() {
    let folder = tempfile::tempdir().unwrap();
    let data = at(folder.path()).base.data;
    let out = folder.path().join("out");
    let [train, test] = parts(&out, &data, None).unwrap();
    let levels = |path: &Path| -> Vec<u64> {
        let store = ClipStore::open(path).unwrap();
        let records = store.manifest().unwrap();
        records.iter().filter_map(|r| r.origin.level).collect()
    };
    let (learned, tested) = (levels(&train), levels(&test));
    assert!(!tested.is_empty() && tested.iter().all(|level| !learned.contains(level)));
    assert_eq!(parts(&out, &data, None).unwrap(), [train, test]);
}
