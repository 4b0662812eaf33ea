//! Plots as SVG, drawn for a page whose style sheet has the colours.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 66.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 44.0;
/// About so many marks along an axis.
const TICKS: f64 = 5.0;
/// Width of a letter of a legend, about.
const LETTER: f64 = 6.6;

/// One line of a plot.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    /// Its colour, 0 to 3; more are grey and dashed.
    pub(super) colour: usize,
    pub(super) points: Vec<(f64, f64)>,
}

/// What a plot says beside its lines.
pub(super) struct Labels<'a> {
    /// For those who can't see it.
    pub(super) about: &'a str,
    pub(super) x: &'a str,
    pub(super) y: &'a str,
}

/// A plot of lines. `y_from` makes sure that a value is in sight; empty if there are no points.
pub(super) fn lines(labels: &Labels<'_>, lines: &[Line<'_>], y_from: Option<f64>) -> String {
    let points = || lines.iter().flat_map(|l| l.points.iter().copied());
    let Some(xs) = Axis::around(points().map(|p| p.0)) else {
        return String::new();
    };
    let Some(ys) = Axis::around(points().map(|p| p.1).chain(y_from)) else {
        return String::new();
    };
    let mut svg = open(labels, &xs.ticks(), &ys.ticks(), &xs, &ys);
    let mut at = LEFT;
    for line in lines {
        let class = match line.colour {
            colour @ 0..=3 => format!("c{colour}"),
            _ => "other".into(),
        };
        let path: Vec<String> = line
            .points
            .iter()
            .map(|&(x, y)| format!("{:.1},{:.1}", across(&xs, x), up(&ys, y)))
            .collect();
        let _ = write!(
            svg,
            r#"<polyline class="line {class}" points="{}"/>"#,
            path.join(" ")
        );
        if line.points.len() <= 12 {
            for &(x, y) in &line.points {
                let _ = write!(
                    svg,
                    r#"<circle class="dot {class}" cx="{:.1}" cy="{:.1}" r="3"><title>{}: {}</title></circle>"#,
                    across(&xs, x),
                    up(&ys, y),
                    escape(line.name),
                    short(y)
                );
            }
        }
        let _ = write!(
            svg,
            r#"<line class="line {class}" x1="{at:.0}" x2="{:.0}" y1="14" y2="14"/><text x="{:.0}" y="18">{}</text>"#,
            at + 18.0,
            at + 24.0,
            escape(line.name)
        );
        at += 24.0 + line.name.chars().count() as f64 * LETTER + 18.0;
    }
    svg.push_str("</svg>");
    svg
}

/// Bars with a name each, from 0 up.
pub(super) fn bars(labels: &Labels<'_>, bars: &[(String, f64)]) -> String {
    let Some(ys) = Axis::around(bars.iter().map(|b| b.1).chain([0.0])) else {
        return String::new();
    };
    let xs = Axis {
        low: 0.0,
        high: bars.len() as f64,
    };
    let mut svg = open(labels, &[], &ys.ticks(), &xs, &ys);
    for (i, (name, value)) in bars.iter().enumerate() {
        let (left, right) = (across(&xs, i as f64 + 0.15), across(&xs, i as f64 + 0.85));
        let top = up(&ys, *value);
        let _ = write!(
            svg,
            r#"<rect class="bar" x="{left:.1}" y="{top:.1}" width="{:.1}" height="{:.1}" rx="2"><title>{}: {}</title></rect><text class="middle" x="{:.1}" y="{:.1}">{}</text>"#,
            right - left,
            up(&ys, 0.0) - top,
            escape(name),
            short(*value),
            f64::midpoint(left, right),
            HEIGHT - BOTTOM + 16.0,
            escape(name)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// How often each code is used, the commonest first, on a logarithmic axis: shares of `counts`.
pub(super) fn ranks(labels: &Labels<'_>, counts: &[u64]) -> String {
    let mut counts: Vec<u64> = counts.iter().copied().filter(|&c| c > 0).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return String::new();
    }
    let share = |count: u64| (count as f64 / total as f64 * 100.0).log10();
    let low = share(counts[counts.len() - 1]).floor();
    let high = share(counts[0]).ceil().max(low + 1.0);
    let (xs, ys) = (
        Axis {
            low: 0.0,
            high: counts.len() as f64,
        },
        Axis { low, high },
    );
    let ticks: Vec<(f64, String)> = (low as i32..=high as i32)
        .map(|power| (f64::from(power), format!("{} %", 10f64.powi(power))))
        .collect();
    let mut svg = open(labels, &xs.ticks(), &ticks, &xs, &ys);
    let mut path = format!("M{:.1},{:.1}", across(&xs, 0.0), up(&ys, low));
    for (i, &count) in counts.iter().enumerate() {
        let y = up(&ys, share(count));
        let _ = write!(
            path,
            "L{:.1},{y:.1}L{:.1},{y:.1}",
            across(&xs, i as f64),
            across(&xs, i as f64 + 1.0)
        );
    }
    let _ = write!(
        svg,
        r#"<path class="area" d="{path}L{:.1},{:.1}Z"/></svg>"#,
        across(&xs, xs.high),
        up(&ys, low)
    );
    svg
}

/// The range of an axis.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// From mark to mark around all values; `None` if there are none, or one is not finite.
    fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            if !value.is_finite() {
                return None;
            }
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            return None;
        }
        if high - low < 1e-9 {
            high = low + 1.0;
        }
        let step = step(high - low);
        Some(Self {
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
        })
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        let step = step(self.high - self.low);
        let count = ((self.high - self.low) / step + 0.5) as usize;
        (0..=count)
            .map(|i| self.low + i as f64 * step)
            .map(|value| (value, short(value)))
            .collect()
    }
}

/// A distance of marks: 1, 2 or 5 times a power of ten.
fn step(range: f64) -> f64 {
    let rough = range / TICKS;
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|f| f * power >= rough * 0.999)
        .unwrap_or(10.0);
    factor * power
}

/// A number in few digits.
pub(super) fn short(value: f64) -> String {
    let digits = match value.abs() {
        x if x >= 100.0 => 0,
        x if x >= 10.0 => 1,
        x if x >= 0.1 || x == 0.0 => 2,
        _ => 4,
    };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    match text {
        "-0" => "0".into(),
        text => text.replace('-', "−"),
    }
}

fn across(axis: &Axis, x: f64) -> f64 {
    LEFT + (x - axis.low) / (axis.high - axis.low) * (WIDTH - LEFT - RIGHT)
}

fn up(axis: &Axis, y: f64) -> f64 {
    HEIGHT - BOTTOM - (y - axis.low) / (axis.high - axis.low) * (HEIGHT - TOP - BOTTOM)
}

fn open(
    labels: &Labels<'_>,
    x_ticks: &[(f64, String)],
    y_ticks: &[(f64, String)],
    xs: &Axis,
    ys: &Axis,
) -> String {
    let mut svg = format!(
        r#"<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#,
        escape(labels.about)
    );
    for (value, text) in y_ticks {
        let y = up(ys, *value);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}"/><text class="end" x="{:.1}" y="{:.1}">{text}</text>"#,
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0
        );
    }
    for (value, text) in x_ticks {
        let x = across(xs, *value);
        let _ = write!(
            svg,
            r#"<text class="middle" x="{x:.1}" y="{:.1}">{text}</text>"#,
            HEIGHT - BOTTOM + 16.0
        );
    }
    let _ = write!(
        svg,
        r#"<text class="middle" x="{:.1}" y="{:.1}">{}</text><text class="middle" transform="translate(12 {:.1}) rotate(-90)">{}</text>"#,
        f64::midpoint(LEFT, WIDTH - RIGHT),
        HEIGHT - 8.0,
        escape(labels.x),
        f64::midpoint(TOP, HEIGHT - BOTTOM),
        escape(labels.y)
    );
    svg
}

/// Text as HTML and SVG take it.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_go_from_mark_to_mark() {
        let axis = Axis::around([3.2, 27.9].into_iter()).unwrap();
        assert_eq!((axis.low, axis.high), (0.0, 30.0));
        let texts: Vec<String> = axis.ticks().into_iter().map(|t| t.1).collect();
        assert_eq!(texts, ["0", "10", "20", "30"]);
        let flat = Axis::around([2.0, 2.0].into_iter()).unwrap();
        assert!(flat.high > flat.low);
        assert!(Axis::around(std::iter::empty()).is_none());
        assert!(Axis::around([1.0, f64::NAN].into_iter()).is_none());
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.001, "−0.001"),
            (0.25, "0.25"),
            (34.27, "34.3"),
            (-3.0, "−3"),
            (1234.5, "1234"),
            (100.0, "100"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn every_point_lies_inside() {
        let labels = Labels {
            about: "a \"test\"",
            x: "x",
            y: "y",
        };
        let line = Line {
            name: "<one>",
            colour: 0,
            points: (0..30)
                .map(|i| (f64::from(i), f64::from(i * i) - 40.0))
                .collect(),
        };
        let svg = lines(&labels, &[line], Some(0.0));
        assert!(svg.contains("&lt;one&gt;") && svg.contains("a &quot;test&quot;"));
        let points = svg
            .split("points=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let mut count = 0;
        for point in points.split(' ') {
            let (x, y) = point.split_once(',').unwrap();
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            assert!((LEFT..=WIDTH - RIGHT).contains(&x) && (TOP..=HEIGHT - BOTTOM).contains(&y));
            count += 1;
        }
        assert_eq!(count, 30);
        assert_eq!(lines(&labels, &[], None), "");
        assert_eq!(ranks(&labels, &[0, 0]), "");
        assert!(ranks(&labels, &[5, 0, 2000]).contains("100 %"));
    }
}
