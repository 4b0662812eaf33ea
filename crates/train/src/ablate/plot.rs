//! Losses of the scaling study against compute, as SVG (the paper's Figure 9).

use std::ops::Range;

use anyhow::{Result, anyhow};
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;

use super::fit::PowerLaw;
use super::report::Families;
use super::scale::Point;
use crate::size::short;

const SIZE: (u32, u32) = (960, 420);
const COLOURS: [RGBColor; 6] = [
    RGBColor(36, 113, 163),
    RGBColor(192, 57, 43),
    RGBColor(30, 132, 73),
    RGBColor(125, 60, 152),
    RGBColor(202, 111, 30),
    RGBColor(86, 101, 115),
];

/// Curves of training and held-out losses: by size on the left, with the power law through them, and by
/// batch on the right. None without points.
pub(super) fn svg(points: &[Point]) -> Result<Option<String>> {
    if points.is_empty() {
        return Ok(None);
    }
    let families = Families::of(points);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(|e| anyhow!("{e}"))?;
        let (left, right) = root.split_horizontally(SIZE.0 / 2);
        let by_size: Vec<_> = (families.sizes.iter())
            .map(|p| (format!("{} parameters", short(p.parameters)), *p))
            .collect();
        let by_batch: Vec<_> = (families.batches.iter())
            .map(|p| (format!("{} clips a step", p.size.batch), *p))
            .collect();
        let law = families.law();
        panel(&left, "Size", &by_size, law).map_err(|e| anyhow!("{e}"))?;
        panel(&right, "Batch", &by_batch, None).map_err(|e| anyhow!("{e}"))?;
        root.present().map_err(|e| anyhow!("{e}"))?;
    }
    Ok(Some(text))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Problem<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn panel<'a>(
    area: &Area<'a>,
    title: &str,
    named: &[(String, &Point)],
    law: Option<PowerLaw>,
) -> Result<(), Problem<'a>> {
    let curves: Vec<Vec<(f64, f64)>> = named.iter().map(|(_, p)| curve(p)).collect();
    let ends = named.iter().map(|(_, p)| (p.flops, p.test_loss));
    let all: Vec<(f64, f64)> = curves
        .iter()
        .flatten()
        .copied()
        .chain(ends.clone())
        .collect();
    let (x, y) = (span(all.iter().map(|p| p.0)), span(all.iter().map(|p| p.1)));
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(x.log_scale(), y.log_scale().base(1.25))?;
    labelled(&mut chart)?;
    for (i, ((name, _), curve)) in named.iter().zip(&curves).enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        chart
            .draw_series(LineSeries::new(curve.iter().copied(), &colour))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
    }
    chart.draw_series(
        ends.enumerate()
            .map(|(i, end)| Circle::new(end, 4, COLOURS[i % COLOURS.len()].filled())),
    )?;
    if let Some(law) = law {
        // Between the points that it was fitted to, and no further.
        let flops = named.iter().map(|(_, p)| p.flops);
        let least = flops.clone().fold(f64::INFINITY, f64::min);
        let line = [least, flops.fold(0.0, f64::max)].map(|x| (x, law.at(x)));
        chart
            .draw_series(LineSeries::new(line, &BLACK))?
            .label(format!("held out ~ FLOPs^{:.3}", law.exponent))
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLACK));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(RGBColor(200, 200, 200))
        .label_font(("sans-serif", 12))
        .draw()
}

/// Axes: plotters' own labels of a logarithmic axis are too few below a decade.
fn labelled<'a, X, Y>(
    chart: &mut ChartContext<'_, SVGBackend<'a>, Cartesian2d<X, Y>>,
) -> Result<(), Problem<'a>>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .x_desc("training FLOPs (6 · parameters · tokens)")
        .y_desc("loss: training (line), held out (dot)")
        .x_label_formatter(&|x| format!("{x:.0e}"))
        .y_label_formatter(&|y| format!("{y:.2}"))
        .x_labels(6)
        .y_labels(8)
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 12))
        .draw()
}

/// Training loss against the compute so far.
fn curve(point: &Point) -> Vec<(f64, f64)> {
    let each = point.flops / point.steps.max(1) as f64;
    let steps = point.curve.iter();
    steps
        .map(|&(step, loss)| (step as f64 * each, loss))
        .collect()
}

/// From a little below the least to a little above the largest.
fn span(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let largest = values.fold(0.0, f64::max);
    least / 1.1..largest * 1.1
}
