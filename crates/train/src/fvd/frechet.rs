//! The Fréchet distance of two Gaussians (Dowson and Landau 1982), and the Gaussian of a set of
//! features.
//!
//! `d² = |µ₁ − µ₂|² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½`

use anyhow::{Context, Result, ensure};
use nalgebra::{DMatrix, DVector, SVD, SymmetricEigen};

/// Rounds that an eigenvalue may take to converge; LAPACK allows 30.
const ROUNDS: usize = 100;

/// Mean and covariance.
#[derive(Clone, Debug)]
pub struct Gaussian {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Gaussian {
    /// Of `rows` of `width` numbers; the covariance is the unbiased one, over `rows − 1`.
    ///
    /// # Errors
    /// If there are fewer than two rows, or a number is not finite.
    pub fn of(rows: &[f32], width: usize) -> Result<Self> {
        let count = rows.len() / width;
        ensure!(count >= 2, "a covariance needs two clips, not {count}");
        ensure!(
            rows.iter().all(|x| x.is_finite()),
            "a feature is not a number: are the weights damaged?"
        );
        let rows = DMatrix::from_row_iterator(count, width, rows.iter().map(|&x| f64::from(x)));
        let mean = rows.row_mean();
        let centred = DMatrix::from_fn(count, width, |i, j| rows[(i, j)] - mean[j]);
        Ok(Self {
            mean: mean.transpose(),
            covariance: centred.tr_mul(&centred) / (count - 1) as f64,
        })
    }

    /// The squared Fréchet distance, which is what FID and FVD are.
    ///
    /// # Errors
    /// If a decomposition doesn't converge.
    pub fn distance(&self, other: &Self) -> Result<f64> {
        let means = (&self.mean - &other.mean).norm_squared();
        let product = self.root()?.tr_mul(&other.root()?);
        // With Σ₁ = A Aᵀ and Σ₂ = B Bᵀ, Σ₁Σ₂ has the eigenvalues of (AᵀB)(AᵀB)ᵀ, whose roots are the
        // singular values of AᵀB. No root of a product is taken, so none of its noise.
        let overlap = if product.is_empty() {
            0.0
        } else {
            let rounds = ROUNDS * product.nrows().max(product.ncols());
            SVD::try_new(product, false, false, 5.0 * f64::EPSILON, rounds)
                .context("the singular values of two covariances don't converge")?
                .singular_values
                .sum()
        };
        let traces = self.covariance.trace() + other.covariance.trace();
        // Equal sets may come out a rounding error below.
        Ok((means + traces - 2.0 * overlap).max(0.0))
    }

    /// `A` with `Σ = A Aᵀ`, as many columns as `Σ` has eigenvalues that are more than rounding errors:
    /// of fewer clips than features, many are not.
    fn root(&self) -> Result<DMatrix<f64>> {
        let rounds = ROUNDS * self.covariance.nrows();
        let eigen = SymmetricEigen::try_new(self.covariance.clone(), f64::EPSILON, rounds)
            .context("the eigenvalues of a covariance don't converge")?;
        let values = &eigen.eigenvalues;
        let noise = values.max() * f64::EPSILON * values.len() as f64;
        let kept: Vec<DVector<f64>> = (0..values.len())
            .filter(|&i| values[i] > noise)
            .map(|i| eigen.eigenvectors.column(i) * values[i].sqrt())
            .collect();
        Ok(if kept.is_empty() {
            DMatrix::zeros(values.len(), 0)
        } else {
            DMatrix::from_columns(&kept)
        })
    }
}

#[cfg(test)]
mod tests;
