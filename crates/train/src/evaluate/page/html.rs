//! The page's text.

use std::fmt::Write;

use anyhow::Result;

use super::plot::{self, Labels, Line, escape};
use super::{About, VIDEOS, tables};
use crate::evaluate::drift::{Makeup, WINDOW};
use crate::evaluate::rollout::Played;
use crate::evaluate::same_action::PRESSES;
use crate::evaluate::{Evaluated, PROMPTS};
use crate::sheet::GAP;

const STYLE: &str = include_str!("style.css");
/// Height of the line of names above a sheet, pixels.
const HEADER: usize = 22;

/// A picture of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    Video(usize),
    Reconstructions,
    SameAction,
    Drift,
}

impl Asset {
    /// Its file's name.
    pub(super) fn file(self) -> String {
        match self {
            Self::Video(number) => format!("play-{number}.gif"),
            Self::Reconstructions => "reconstructions.png".into(),
            Self::SameAction => "same-action.png".into(),
            Self::Drift => "drift.png".into(),
        }
    }

    /// Enlargement of a sheet's frames.
    pub(super) fn scale(self) -> u32 {
        match self {
            Self::Video(_) | Self::SameAction => 2,
            Self::Reconstructions | Self::Drift => 1,
        }
    }
}

/// The whole page.
pub(super) fn page(about: &About<'_>, evaluated: &Evaluated) -> Result<String> {
    let name = escape(&about.card.name);
    let mut page = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: evaluation</title>
<style>
{STYLE}</style>
</head>
<body>
"#
    );
    head(&mut page, about, evaluated);
    videos(&mut page, about, evaluated);
    rollouts(&mut page, evaluated);
    same_action(&mut page, about, evaluated);
    actions(&mut page, about, evaluated);
    tokenizer(&mut page, evaluated);
    drift(&mut page, evaluated);
    page.push_str("<h2>Every figure</h2>\n");
    page.push_str(&tables::figures(&evaluated.figures)?);
    let _ = writeln!(
        page,
        "<p class=\"soft\">The same as JSON: <a href=\"figures.json\">figures.json</a>. Definitions: docs/evaluation.md of Pocket Genie {}.</p>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    );
    Ok(page)
}

fn head(page: &mut String, about: &About<'_>, evaluated: &Evaluated) {
    let (card, figures, sampling) = (about.card, &evaluated.figures, about.sampling);
    let counted = &figures.counted;
    let _ = writeln!(
        page,
        "<h1>{}</h1>\n<p>{}</p>\n<p class=\"soft\">Video that it learned from: {}</p>\n<p class=\"soft\">Evaluated on {} of {}, {}; {} of them played with {}: {} MaskGIT steps a frame, temperature {}, {} order.</p>",
        escape(&card.name),
        escape(&card.about),
        escape(&card.licence),
        plural(counted.clips, "clip"),
        escape(about.data),
        plural(figures.pictures.frames, "frame"),
        counted.rollouts,
        plural(counted.seeds, "seed"),
        sampling.steps,
        sampling.temperature,
        sampling.order
    );
    page.push_str("<ul class=\"cards\">\n");
    let play = |name: &str| figures.play.get(name).copied().flatten();
    for (value, unit, what) in [
        (
            Some(figures.pictures.tokenizer_psnr),
            " dB",
            "tokenizer PSNR",
        ),
        (play("delta_psnr_t4"), " dB", "ΔPSNR at t = 4"),
        (figures.control.motion_skill_x, "", "motion skill, across"),
        (
            figures.control.motion_skill_y,
            "",
            "motion skill, up and down",
        ),
        (play("rollout_psnr_10"), " dB", "PSNR of 10 played frames"),
        (play("drift_tokens_late"), " bits", "drift of tokens, late"),
    ] {
        let value = value.map_or("–".into(), |v| plot::short(v) + unit);
        let _ = writeln!(page, "<li><b>{value}</b>{what}</li>");
    }
    page.push_str("</ul>\n");
}

fn videos(page: &mut String, about: &About<'_>, evaluated: &Evaluated) {
    page.push_str(
        "<h2>True against played</h2>\n<p>Left the true video, right the world's own: it was given the first frame, and the actions inferred from the true video.</p>\n<div class=\"videos\">\n",
    );
    for (number, (_, played)) in evaluated.videos().take(VIDEOS).enumerate() {
        let actions = &evaluated.clips[number].actions[..played.len() - 1];
        let names: Vec<&str> = actions
            .iter()
            .map(|&a| about.card.actions[a].as_str())
            .collect();
        let _ = writeln!(
            page,
            "<figure><img src=\"{}\" alt=\"A true video beside the same played by the world\"><figcaption>{}</figcaption></figure>",
            Asset::Video(number).file(),
            escape(&runs(&names))
        );
    }
    page.push_str("</div>\n");
}

/// A list in which what comes several times in a row is said once.
fn runs(names: &[&str]) -> String {
    let runs: Vec<String> = names
        .chunk_by(|a, b| a == b)
        .map(|run| match run.len() {
            1 => run[0].to_owned(),
            n => format!("{} ×{n}", run[0]),
        })
        .collect();
    runs.join(", ")
}

fn rollouts(page: &mut String, evaluated: &Evaluated) {
    page.push_str(
        "<h2>How soon play leaves the true video</h2>\n<p>PSNR of frames played with the inferred actions, with random ones, and of the prompt's last frame simply held. The distance between the first two is ΔPSNR: how much the actions matter.</p>\n<div class=\"pair\">\n",
    );
    for (played, prompt) in evaluated.played.iter().zip(PROMPTS) {
        let about = format!("PSNR over frames, from {}", plural(prompt, "prompt frame"));
        let curve = |of: Curve, name, colour| Line {
            name,
            colour,
            points: numbered(&of(played)),
        };
        let lines = [
            curve(|p| p.curve(|n| n.psnr.as_slice()), "inferred actions", 0),
            curve(|p| p.curve(|n| n.random.as_slice()), "random actions", 1),
            curve(|p| p.curve(|n| n.held.as_slice()), "last frame held", 9),
        ];
        let labels = Labels {
            about: &about,
            x: "frames after the prompt",
            y: "PSNR, dB",
        };
        let plot = plot::lines(&labels, &lines, None);
        let _ = writeln!(
            page,
            "<figure>{plot}<figcaption>From {}.</figcaption></figure>",
            plural(prompt, "prompt frame")
        );
    }
    page.push_str("</div>\n");
}

type Curve = fn(&Played) -> Vec<f64>;

/// Values at 1, 2, 3, …
fn numbered(values: &[f64]) -> Vec<(f64, f64)> {
    let numbers = (1..).map(f64::from);
    numbers.zip(values.iter().copied()).collect()
}

fn same_action(page: &mut String, about: &About<'_>, evaluated: &Evaluated) {
    let Some(row) = evaluated.same_action.first() else {
        return;
    };
    let _ = writeln!(
        page,
        "<h2>The same action {PRESSES} times</h2>\n<p>Each row starts from another picture, the first. Beside it, the frame after each latent action was pressed {PRESSES} times. A column should do the same everywhere.</p>"
    );
    let mut names = vec!["start".to_owned()];
    names.extend(about.card.actions.iter().cloned());
    names.truncate(row.len());
    let frame = (row[0].width, row[0].height);
    let rows = evaluated.same_action.len();
    page.push_str(&titled(Asset::SameAction, &names, frame, rows));
}

/// A sheet with a name above each column.
fn titled(asset: Asset, names: &[String], (w, h): (usize, usize), rows: usize) -> String {
    let (scale, gap) = (asset.scale() as usize, GAP as usize);
    let (cell_w, cell_h) = (w * scale + gap, h * scale + gap);
    let (width, height) = (names.len() * cell_w + gap, rows * cell_h + gap);
    let mut svg = format!(
        r#"<div class="wide"><svg width="{width}" height="{full}" viewBox="0 0 {width} {full}" role="img" aria-label="A sheet of frames; its columns: {about}"><image href="{file}" x="0" y="{HEADER}" width="{width}" height="{height}"/>"#,
        full = height + HEADER,
        about = escape(&names.join(", ")),
        file = asset.file(),
    );
    for (i, name) in names.iter().enumerate() {
        let _ = write!(
            svg,
            r#"<text class="middle" x="{}" y="{}">{}</text>"#,
            i * cell_w + (cell_w + gap) / 2,
            HEADER - 7,
            escape(name)
        );
    }
    svg.push_str("</svg></div>\n");
    svg
}

fn actions(page: &mut String, about: &About<'_>, evaluated: &Evaluated) {
    let control = &evaluated.figures.control;
    page.push_str(
        "<h2>What the latent actions say</h2>\n<p>Names as the world has them, and as the motion of the view and, where the data knows them, true actions imply. Motion in pixels a frame.</p>\n",
    );
    page.push_str(&tables::actions(&about.card.actions, control));
    let bars: Vec<(String, f64)> = about
        .card
        .actions
        .iter()
        .zip(&control.action_motion)
        .map(|(name, motion)| (name.clone(), motion.share * 100.0))
        .collect();
    let labels = Labels {
        about: "Share of transitions of each latent action",
        x: "latent action",
        y: "share of transitions, %",
    };
    let _ = writeln!(
        page,
        "<figure>{}<figcaption>How often each is inferred: perplexity {} of {}.</figcaption></figure>",
        plot::bars(&labels, &bars),
        plot::short(control.action_perplexity),
        about.card.actions.len()
    );
    page.push_str("<div class=\"pair\">\n");
    for (key, title) in [
        ("motion_x", "Motion across"),
        ("motion_y", "Motion up and down"),
        ("action", "True actions"),
    ] {
        if let Some(table) = control.confusion.get(key) {
            let class = if table.labels.len() > 3 {
                " class=\"full\""
            } else {
                ""
            };
            let _ = writeln!(page, "<div{class}><h3>{title}</h3>");
            page.push_str(&tables::confusion(&about.card.actions, table));
            page.push_str("</div>\n");
        }
    }
    page.push_str("</div>\n");
}

fn tokenizer(page: &mut String, evaluated: &Evaluated) {
    let pictures = &evaluated.figures.pictures;
    let used = evaluated.token_counts.iter().filter(|&&c| c > 0).count();
    let all = evaluated.token_counts.len();
    page.push_str("<h2>The tokenizer</h2>\n");
    let _ = writeln!(
        page,
        "<p>Frames of the data, above, and what is left of them when they become tokens and frames again, below. Nothing played can look better.</p>\n<div class=\"wide\"><img src=\"{}\" alt=\"True frames above their reconstructions\"></div>",
        Asset::Reconstructions.file()
    );
    let labels = Labels {
        about: "Share of each code, the commonest first",
        x: "codes, the commonest first",
        y: "share of all tokens",
    };
    let _ = writeln!(
        page,
        "<figure>{}<figcaption>{used} of {all} codes occur; perplexity {}.</figcaption></figure>",
        plot::ranks(&labels, &evaluated.token_counts),
        plot::short(pictures.tokenizer_perplexity)
    );
}

fn drift(page: &mut String, evaluated: &Evaluated) {
    let drift = &evaluated.drift;
    let (Some(truth), Some(strip)) = (drift.truth, drift.strips.first()) else {
        return;
    };
    let _ = writeln!(
        page,
        "<h2>Drift</h2>\n<p>{} of {} frames, compared in windows of {WINDOW} frames with true video the world has not played. Dashed: true video of the same clips.</p>\n<div class=\"pair\">",
        plural(drift.strips.len(), "play"),
        drift.windows.len() * WINDOW
    );
    let series = |of: fn(&Makeup) -> Option<f64>| -> Vec<(f64, f64)> {
        let ends = (1..).map(|i| (i * WINDOW) as f64);
        ends.zip(&drift.windows)
            .filter_map(|(x, makeup)| Some((x, of(makeup)?)))
            .collect()
    };
    let level = |of: fn(&Makeup) -> Option<f64>| -> Vec<(f64, f64)> {
        let ends = [WINDOW, drift.windows.len() * WINDOW];
        of(&truth).map_or(Vec::new(), |y| ends.map(|x| (x as f64, y)).to_vec())
    };
    let tokens: fn(&Makeup) -> Option<f64> = |m| Some(m.tokens);
    let plots = [
        (
            "Divergence of the tokens from true video",
            "bits",
            vec![
                ("tokens", 0, series(tokens)),
                ("true video", 9, level(tokens)),
            ],
        ),
        (
            "Edges and change, as multiples of true video's",
            "true video = 1",
            vec![
                ("edges", 0, series(|m| m.edges)),
                ("change", 1, series(|m| m.change)),
                ("true video: edges", 9, level(|m| m.edges)),
            ],
        ),
    ];
    for (about, y, lines) in plots {
        let lines: Vec<Line<'_>> = lines
            .into_iter()
            .map(|(name, colour, points)| Line {
                name,
                colour,
                points,
            })
            .collect();
        let labels = Labels {
            about,
            x: "frames since the prompt",
            y,
        };
        let _ = writeln!(
            page,
            "<figure>{}<figcaption>{about}.</figcaption></figure>",
            plot::lines(&labels, &lines, Some(0.0))
        );
    }
    page.push_str("</div>\n");
    let names: Vec<String> = drift.shown.iter().map(ToString::to_string).collect();
    let frame = (strip[0].width, strip[0].height);
    page.push_str(&titled(Asset::Drift, &names, frame, drift.strips.len()));
}

/// “1 frame”, “2 frames”.
fn plural(count: usize, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {what}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_said_once() {
        assert_eq!(runs(&["a", "a", "b", "a"]), "a ×2, b, a");
        assert_eq!(runs(&[]), "");
    }

    #[test]
    fn a_sheet_has_its_columns_named_and_nothing_unescaped() {
        let names = ["start".to_owned(), "<up>".to_owned()];
        let svg = titled(Asset::SameAction, &names, (64, 64), 3);
        assert!(svg.contains("width=\"262\"") && svg.contains("height=\"392\""));
        assert!(svg.contains("&lt;up&gt;") && !svg.contains("<up>"));
    }
}
