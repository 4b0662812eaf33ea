//! A power law through points.

use serde::Serialize;

/// `y = factor · x^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PowerLaw {
    /// `y` at `x = 1`.
    pub factor: f64,
    /// Below 0 where `y` falls.
    pub exponent: f64,
    /// Share of the variance of `ln y` that the law explains.
    pub explained: f64,
}

impl PowerLaw {
    /// The least squares fit of `ln y` against `ln x`; none for fewer than three different `x`, or
    /// values that aren't above 0.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
        let mut places: Vec<f64> = logs.iter().map(|(x, _)| *x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let finite = logs.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        if places.len() < 3 || !finite {
            return None;
        }
        let n = logs.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / n;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            logs.iter().map(|p| of(p.0 - x, p.1 - y)).sum()
        };
        let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
        let exponent = xy / xx;
        Some(Self {
            factor: (y - exponent * x).exp(),
            exponent,
            explained: if yy > 0.0 { xy * xy / (xx * yy) } else { 1.0 },
        })
    }

    /// `y` at `x`.
    pub fn at(&self, x: f64) -> f64 {
        self.factor * x.powf(self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_law_is_found_again() {
        let points: Vec<(f64, f64)> = [1e9, 3e9, 2e10, 5e11]
            .map(|x: f64| (x, 40.0 * x.powf(-0.08)))
            .into();
        let law = PowerLaw::fit(&points).unwrap();
        assert!((law.factor - 40.0).abs() < 1e-9 && (law.exponent + 0.08).abs() < 1e-12);
        assert!((law.explained - 1.0).abs() < 1e-9);
        assert!((law.at(2e10) - points[2].1).abs() < 1e-9);
    }

    #[test]
    fn what_is_off_the_law_is_not_explained() {
        let law = PowerLaw::fit(&[(1.0, 1.0), (10.0, 10.0), (100.0, 1.0)]).unwrap();
        assert!(
            law.exponent.abs() < 1e-12 && law.explained < 1e-12,
            "{law:?}"
        );
    }

    #[test]
    fn two_places_are_no_law() {
        assert_eq!(PowerLaw::fit(&[(1.0, 2.0), (2.0, 1.0), (2.0, 1.1)]), None);
        assert_eq!(PowerLaw::fit(&[(1.0, 2.0), (2.0, 1.0), (3.0, 0.0)]), None);
    }
}
