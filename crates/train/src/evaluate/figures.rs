//! The figures of an evaluation, as `--json` prints them. Definitions: `docs/evaluation.md`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::control::Control;
use super::drift::{Drift, WINDOW};
use super::rollout::{LONG, Played, SHORT};
use super::statistics::Measure;

/// Frames after the prompt at which ΔPSNR is read (the paper, §3, has 4).
const AT: [usize; 3] = [1, 4, 10];

/// Every figure; `None` where the data can't give it.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// The tokenizer's.
    #[serde(flatten)]
    pub pictures: Pictures,
    /// The latent actions'.
    #[serde(flatten)]
    pub control: Control,
    /// Those of played frames, by name.
    #[serde(flatten)]
    pub play: BTreeMap<String, Option<f64>>,
    /// What the figures are of.
    #[serde(flatten)]
    pub counted: Counted,
    /// Why a figure is `None`, by its name.
    pub missing: BTreeMap<String, String>,
}

/// Figures of the tokenizer.
#[derive(Clone, Debug, Serialize)]
pub struct Pictures {
    /// Frames looked at (not counting played ones).
    pub frames: usize,
    /// Mean PSNR of reconstructed frames, dB.
    pub tokenizer_psnr: f64,
    /// Mean SSIM of them.
    pub tokenizer_ssim: Option<f64>,
    /// exp(entropy) of the tokenizer's codes.
    pub tokenizer_perplexity: f64,
}

/// What the figures are of.
#[derive(Clone, Debug, Serialize)]
pub struct Counted {
    /// Clips looked at.
    pub clips: usize,
    /// Clips of them played.
    pub rollouts: usize,
    /// Seeds they were played with.
    pub seeds: usize,
    /// Frames in a clip of the store.
    pub clip_frames: usize,
}

impl Evaluation {
    pub(super) fn new(
        pictures: Pictures,
        control: Control,
        played: &[Played],
        drift: &Drift,
        counted: &Counted,
    ) -> Self {
        let mut figures = Self {
            pictures,
            control,
            play: BTreeMap::new(),
            counted: counted.clone(),
            missing: BTreeMap::new(),
        };
        for played in played {
            figures.add_played(played);
        }
        figures.add_drift(drift);
        figures.explain_control();
        figures
    }

    fn add_played(&mut self, played: &Played) {
        let prompt = played.prompt;
        let named = |name: &str| match prompt {
            1 => name.to_owned(),
            _ => format!("prompt{prompt}_{name}"),
        };
        for t in AT {
            let name = named(&format!("delta_psnr_t{t}"));
            self.add(&name, played.delta_psnr(t), prompt + t);
        }
        self.add(
            &named("rollout_psnr_10"),
            played.psnr(SHORT),
            prompt + SHORT,
        );
        if prompt != 1 {
            return;
        }
        let needed = 1 + SHORT;
        self.add("rollout_ssim_10", played.ssim(SHORT), needed);
        self.add("held_psnr_10", played.held(SHORT), needed);
        self.add("rollout_psnr_50", played.psnr(LONG), 1 + LONG);
        self.add("rollout_ssim_50", played.ssim(LONG), 1 + LONG);
        self.add("held_psnr_50", played.held(LONG), 1 + LONG);
        for (name, value) in [
            ("played_change", played.change),
            ("played_seams", played.seams),
            ("played_motion_skill_x", played.motion_skill_x),
            ("played_motion_skill_y", played.motion_skill_y),
        ] {
            self.play.insert(name.into(), value);
            if value.is_none() {
                self.missing.insert(
                    name.into(),
                    "too little moves, in the clips or where they are played".into(),
                );
            }
        }
    }

    /// A figure of play that takes `frames` frames of a clip.
    fn add(&mut self, name: &str, measure: Option<Measure>, frames: usize) {
        self.play.insert(name.into(), measure.map(|m| m.mean));
        let error = measure.and_then(|m| m.error);
        self.play.insert(format!("{name}_error"), error);
        if !name.ends_with("_50") && !name.starts_with("held") {
            let seeds = measure.and_then(|m| m.seeds);
            self.play.insert(format!("{name}_seeds"), seeds);
        }
        if measure.is_none() {
            let has = self.counted.clip_frames;
            let why = if has < frames {
                format!(
                    "it takes clips of {frames} frames, and these have {has}: collect longer ones, such as with --clip-frames {}",
                    frames.next_multiple_of(32)
                )
            } else if name.contains("ssim") {
                "SSIM takes frames of 11×11 pixels or more".into()
            } else {
                "the world looks at fewer frames than the prompt has".into()
            };
            self.missing.insert(name.into(), why);
        }
    }

    fn add_drift(&mut self, drift: &Drift) {
        let ends = [
            ("early", drift.windows.first()),
            ("late", drift.windows.last()),
        ];
        for (name, makeup) in ends.into_iter().chain([("true", drift.truth.as_ref())]) {
            let mut add = |what: &str, value| {
                self.play.insert(format!("drift_{what}_{name}"), value);
            };
            add("tokens", makeup.map(|m| m.tokens));
            add("edges", makeup.and_then(|m| m.edges));
            add("change", makeup.and_then(|m| m.change));
        }
        let frames = (drift.windows.len() * WINDOW) as f64;
        self.play.insert("drift_frames".into(), Some(frames));
        if drift.windows.is_empty() {
            self.missing.insert(
                "drift".into(),
                format!(
                    "it takes two clips or more, and --drift-frames of {} or more",
                    2 * WINDOW
                ),
            );
        }
    }

    fn explain_control(&mut self) {
        let control = &self.control;
        let mut explain = |name: &str, value: Option<f64>, why: &str| {
            if value.is_none() {
                self.missing.insert(name.into(), why.into());
            }
        };
        let still = "the clips of one half never, or always alike, move along this axis";
        explain("motion_skill_x", control.motion_skill_x, still);
        explain("motion_skill_y", control.motion_skill_y, still);
        explain(
            "action_agreement",
            control.action_agreement,
            "the store knows no true actions, or too few different ones",
        );
        explain(
            "action_agreement_unblocked",
            control.action_agreement_unblocked,
            "only clips of the platformer, collected by this version, tell what was blocked",
        );
    }
}
