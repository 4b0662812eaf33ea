use super::*;
use crate::formula::Reference;
use crate::formula::values;

fn gaussian(mean: &[f64], deviations: &[f64]) -> Gaussian {
    let variances = deviations.iter().map(|d| d * d);
    Gaussian {
        mean: DVector::from_column_slice(mean),
        covariance: DMatrix::from_diagonal(&DVector::from_iterator(mean.len(), variances)),
    }
}

/// A rotation of both first axes and the last.
fn turned(gaussian: &Gaussian, angle: f64) -> Gaussian {
    let n = gaussian.mean.len();
    let mut turn = DMatrix::identity(n, n);
    for (i, j) in [(0, 1), (1, n - 1)] {
        let mut part = DMatrix::identity(n, n);
        (part[(i, i)], part[(i, j)]) = (angle.cos(), -angle.sin());
        (part[(j, i)], part[(j, j)]) = (angle.sin(), angle.cos());
        turn *= part;
    }
    Gaussian {
        mean: &turn * &gaussian.mean,
        covariance: &turn * &gaussian.covariance * turn.transpose(),
    }
}

#[track_caller]
fn close(ours: f64, exact: f64) {
    assert!(
        (ours - exact).abs() < 1e-9 * exact.max(1.0),
        "{ours}, not {exact}"
    );
}

#[test]
fn known_gaussians_have_the_distance_of_the_closed_form() {
    let a = gaussian(&[0.0, 1.0, 2.0], &[1.0, 2.0, 0.5]);
    let b = gaussian(&[3.0, 1.0, -2.0], &[4.0, 2.0, 1.5]);
    // Along common axes: |µ₁ − µ₂|² + Σ (σ₁ − σ₂)².
    close(a.distance(&b).unwrap(), 25.0 + 9.0 + 1.0);
    close(a.distance(&a).unwrap(), 0.0);
    for angle in [0.3, 1.1, 2.9] {
        let (a, b) = (turned(&a, angle), turned(&b, angle));
        close(a.distance(&b).unwrap(), 35.0);
        close(b.distance(&a).unwrap(), 35.0);
    }
}

#[test]
fn gaussians_of_different_axes_have_the_distance_of_the_closed_form() {
    // In two dimensions tr √M = √(tr M + 2 √det M).
    let (x, y) = (
        gaussian(&[0.0; 2], &[3.0, 1.0]),
        gaussian(&[0.0; 2], &[1.0, 2.0]),
    );
    let angle: f64 = 0.7;
    let turn =
        DMatrix::from_row_slice(2, 2, &[angle.cos(), -angle.sin(), angle.sin(), angle.cos()]);
    let y = Gaussian {
        covariance: &turn * y.covariance * turn.transpose(),
        ..y
    };
    let product = &x.covariance * &y.covariance;
    let root = (product.trace() + 2.0 * product.determinant().sqrt()).sqrt();
    close(x.distance(&y).unwrap(), 10.0 + 5.0 - 2.0 * root);
}

#[test]
fn without_spread_only_the_means_count() {
    let (a, b) = (
        gaussian(&[1.0, 5.0], &[0.0; 2]),
        gaussian(&[4.0, 1.0], &[0.0; 2]),
    );
    close(a.distance(&b).unwrap(), 25.0);
    // One has no spread: all of the other's counts.
    let c = gaussian(&[1.0, 5.0], &[2.0, 3.0]);
    close(a.distance(&c).unwrap(), 13.0);
}

#[test]
fn sets_have_the_distance_that_scipy_finds() {
    let reference = Reference::read("i3d.safetensors");
    let sets = reference.config["sets"].as_object().unwrap();
    assert!(sets.len() >= 3);
    for (name, set) in sets {
        let (rows, others, width, shift): (usize, usize, usize, f64) =
            serde_json::from_value(set.clone()).unwrap();
        let spread: Vec<f64> = values(&format!("{name}.spread"), width)
            .map(|u| 0.3 + u.abs())
            .collect();
        let a: Vec<f32> = values(&format!("{name}.a"), rows * width)
            .zip(spread.iter().cycle())
            .map(|(u, s)| (u * s) as f32)
            .collect();
        let b: Vec<f32> = values(&format!("{name}.b"), others * width)
            .map(|u| (u + shift) as f32)
            .collect();
        let (a, b) = (
            Gaussian::of(&a, width).unwrap(),
            Gaussian::of(&b, width).unwrap(),
        );
        let theirs = reference.tensors[&format!("{name}.distance")][0];
        let ours = a.distance(&b).unwrap();
        assert!(
            (ours - theirs).abs() < 1e-7 * theirs,
            "{name}: {ours}, not {theirs}"
        );
        assert!(a.distance(&a).unwrap() < 1e-9 * theirs, "{name}");
    }
}

#[test]
fn the_covariance_is_unbiased() {
    let gaussian = Gaussian::of(&[1.0, 2.0, 3.0, 6.0], 2).unwrap();
    assert_eq!(gaussian.mean.as_slice(), [2.0, 4.0]);
    assert_eq!(gaussian.covariance.as_slice(), [2.0, 4.0, 4.0, 8.0]);
}

#[test]
fn what_has_no_covariance_is_refused() {
    let said = Gaussian::of(&[1.0; 4], 4).unwrap_err().to_string();
    assert!(said.contains("two clips, not 1"), "{said}");
    assert!(Gaussian::of(&[1.0, f32::NAN], 1).is_err());
}
