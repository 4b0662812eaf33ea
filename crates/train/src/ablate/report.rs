//! The results as tables in Markdown.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::Settings;
use super::fit::PowerLaw;
use super::measure::Figures;
use super::plot;
use super::records::Results;
use super::scale::{Point, Size};
use super::variants::{Study, Variant};
use crate::budget::Budget;
use crate::checkpoint::write_atomically;
use crate::evaluate::mean;
use crate::size;

/// Writes `report.md` and the plot, if there is something to plot.
pub(super) fn write(folder: &Path, settings: &Settings, results: &Results) -> Result<()> {
    let mut text = tables(settings, results);
    let points = averaged(&results.points());
    if let Some(svg) = plot::svg(&points)? {
        write_atomically(&folder.join("scale.svg"), svg.as_bytes())?;
        text.push_str("\n![Loss of the dynamics model against compute](scale.svg)\n");
    }
    write_atomically(&folder.join("report.md"), text.as_bytes())
}

/// Everything that is known so far.
pub fn tables(settings: &Settings, results: &Results) -> String {
    let mut text = format!("{}\n", about(settings));
    variants(
        &mut text,
        "Input of the latent action model (Table 2)",
        Study::Lam,
        results,
    );
    variants(
        &mut text,
        "Attention of the tokenizer (Table 3)",
        Study::Tokenizer,
        results,
    );
    let points = averaged(&results.points());
    if !points.is_empty() {
        scale(&mut text, &points);
    }
    text
}

/// What all figures have in common.
fn about(settings: &Settings) -> String {
    let base = &settings.base;
    let config = &base.config;
    let [tokenizer, actions, dynamics] = size::parameters(config).map(size::short);
    let budget = |budget| match budget {
        Budget::Steps(steps) => format!("{steps} steps"),
        Budget::Minutes(minutes) => format!("{minutes:.1} minutes"),
    };
    let budgets = &base.budgets;
    format!(
        "Each variant: tokenizer {}, latent actions {}, dynamics {}; {}, {} and {} clips of {} frames a step. \
         The base has {tokenizer} + {actions} + {dynamics} parameters. \
         Figures are of {} held-out clips, {} of them played.\n",
        budget(budgets.tokenizer),
        budget(budgets.actions),
        budget(budgets.dynamics),
        base.tokenizer.batch,
        base.actions.batch,
        base.dynamics.batch,
        config.frames,
        settings.clips,
        settings.rollouts,
    )
}

/// A column of a table.
struct Column {
    name: &'static str,
    digits: usize,
    of: fn(&Figures) -> Option<f64>,
    /// Standard error over the clips, given where there is one seed only.
    error: fn(&Figures) -> Option<f64>,
}

const fn column(name: &'static str, digits: usize, of: fn(&Figures) -> Option<f64>) -> Column {
    Column {
        name,
        digits,
        of,
        error: |_| None,
    }
}

const COLUMNS: [Column; 9] = [
    Column {
        error: |f| f.delta_psnr_t4_error,
        ..column("ΔPSNR(4), dB", 2, |f| Some(f.delta_psnr_t4))
    },
    Column {
        error: |f| f.rollout_psnr_10_error,
        ..column("rollout PSNR, dB", 2, |f| Some(f.rollout_psnr_10))
    },
    column("motion skill x", 2, |f| f.motion_skill_x),
    column("motion skill y", 2, |f| f.motion_skill_y),
    column("action perplexity", 1, |f| Some(f.action_perplexity)),
    column("tokenizer PSNR, dB", 2, |f| Some(f.tokenizer_psnr)),
    column("code perplexity", 0, |f| Some(f.tokenizer_perplexity)),
    column("FVD", 0, |f| f.fvd),
    column("minutes", 1, |f| Some(f.seconds.iter().sum::<f64>() / 60.0)),
];

fn label(study: Study, variant: Variant) -> &'static str {
    match (study, variant) {
        (Study::Lam, Variant::Base) => "pixel-input",
        (_, Variant::TokenInput) => "token-input",
        (_, Variant::Vit) => "ViT",
        (_, Variant::CVivit) => "C-ViViT (full attention)",
        (_, Variant::Base) => "ST-ViViT",
    }
}

fn variants(text: &mut String, title: &str, study: Study, results: &Results) {
    let rows: Vec<(Variant, Vec<&Figures>)> = study
        .variants()
        .iter()
        .map(|&variant| (variant, results.figures(variant)))
        .filter(|(_, figures)| !figures.is_empty())
        .collect();
    // The base alone compares nothing.
    if rows.len() < 2 {
        return;
    }
    let known = |column: &&Column| {
        rows.iter()
            .any(|(_, f)| f.iter().any(|f| (column.of)(f).is_some()))
    };
    let columns: Vec<&Column> = COLUMNS.iter().filter(known).collect();
    let _ = write!(text, "\n## {title}\n\n| |");
    for column in &columns {
        let _ = write!(text, " {} |", column.name);
    }
    let _ = writeln!(
        text,
        " parameters | seeds |\n|---|{}---|---|",
        "---|".repeat(columns.len())
    );
    for (variant, figures) in rows {
        let _ = write!(text, "| {} |", label(study, variant));
        for column in &columns {
            let _ = write!(text, " {} |", cell(column, &figures));
        }
        let parameters = size::short(figures[0].parameters.iter().sum());
        let _ = writeln!(text, " {parameters} | {} |", figures.len());
    }
}

/// The mean over the seeds, and their deviation; with one seed, the error over the clips.
fn cell(column: &Column, figures: &[&Figures]) -> String {
    let values: Vec<f64> = figures.iter().filter_map(|f| (column.of)(f)).collect();
    if values.is_empty() {
        return "–".into();
    }
    let spread = match values.as_slice() {
        [_] => (column.error)(figures[0]),
        values => Some(deviation(values)),
    };
    let digits = column.digits;
    let mut cell = format!("{:.digits$}", mean(&values));
    if let Some(spread) = spread {
        let _ = write!(cell, " ± {spread:.digits$}");
    }
    cell.replace('-', "−")
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

/// The points of each size, averaged over the seeds, in the order of their first.
fn averaged(points: &[&Point]) -> Vec<Point> {
    let mut sizes: Vec<&Size> = Vec::new();
    for point in points {
        if !sizes.contains(&&point.size) {
            sizes.push(&point.size);
        }
    }
    let of = |size: &Size| {
        let same: Vec<&&Point> = points.iter().filter(|p| p.size == *size).collect();
        let average = |of: fn(&Point) -> f64| mean(&same.iter().map(|p| of(p)).collect::<Vec<_>>());
        Point {
            seconds: average(|p| p.seconds),
            flops: average(|p| p.flops),
            train_loss: average(|p| p.train_loss),
            test_loss: average(|p| p.test_loss),
            test_accuracy: average(|p| p.test_accuracy),
            ..(*same[0]).clone()
        }
    };
    sizes.into_iter().map(of).collect()
}

/// Models that differ in size only, or in batch only.
pub(super) struct Families<'a> {
    pub(super) sizes: Vec<&'a Point>,
    pub(super) batches: Vec<&'a Point>,
}

impl<'a> Families<'a> {
    pub(super) fn of(points: &'a [Point]) -> Self {
        let most = |key: &dyn Fn(&Point, &Point) -> bool| -> Vec<&'a Point> {
            let family = |one: &'a Point| points.iter().filter(move |p| key(p, one));
            let longest = points.iter().max_by_key(|one| family(one).count());
            longest.map_or(Vec::new(), |one| {
                points.iter().filter(|p| key(p, one)).collect()
            })
        };
        let mut sizes = most(&|p, one| p.size.batch == one.size.batch);
        let mut batches = most(&|p, one| p.size.transformer == one.size.transformer);
        sizes.sort_by_key(|p| p.parameters);
        batches.sort_by_key(|p| p.size.batch);
        Self { sizes, batches }
    }

    /// Held-out loss against compute, over the sizes.
    pub(super) fn law(&self) -> Option<PowerLaw> {
        let points: Vec<_> = self.sizes.iter().map(|p| (p.flops, p.test_loss)).collect();
        PowerLaw::fit(&points)
    }
}

fn scale(text: &mut String, points: &[Point]) {
    let families = Families::of(points);
    let mut table = |title: &str, points: &[&Point]| {
        let _ = write!(
            text,
            "\n## {title}\n\n| dynamics model | clips a step | parameters | FLOPs | loss, training | loss, held out | accuracy, held out | minutes |\n|---|---|---|---|---|---|---|---|\n"
        );
        for point in points {
            let transformer = &point.size.transformer;
            let _ = writeln!(
                text,
                "| {} × {} | {} | {} | {:.2e} | {:.3} | {:.3} | {:.3} | {:.1} |",
                transformer.blocks,
                transformer.width,
                point.size.batch,
                size::short(point.parameters),
                point.flops,
                point.train_loss,
                point.test_loss,
                point.test_accuracy,
                point.seconds / 60.0,
            );
        }
    };
    table("Size of the dynamics model (Figure 9)", &families.sizes);
    if families.batches.len() > 1 {
        table("Batch of the dynamics model (Figure 9)", &families.batches);
    }
    if let Some(law) = families.law() {
        let _ = writeln!(
            text,
            "\nOver the sizes, the held-out loss is about {:.3e} · FLOPs^{:.4} (least squares in logarithms; it explains {:.0} % of their variance).",
            law.factor,
            law.exponent,
            100.0 * law.explained
        );
    }
}

#[cfg(test)]
mod tests;
