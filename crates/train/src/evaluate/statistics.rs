//! Means, and how sure they are.

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Standard deviation of a sample; `None` for fewer than two values.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() as f64 - 1.0)).sqrt())
}

/// Standard error of the mean; `None` for fewer than two values.
pub(crate) fn error_of_mean(values: &[f64]) -> Option<f64> {
    deviation(values).map(|d| d / (values.len() as f64).sqrt())
}

/// A figure of played clips, under one or more seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Over all clips and seeds.
    pub mean: f64,
    /// Its standard error over the clips, each clip's figure being its mean over the seeds; `None` for one
    /// clip.
    pub error: Option<f64>,
    /// Standard deviation between the seeds' means over all clips; `None` for one seed.
    pub seeds: Option<f64>,
}

impl Measure {
    /// Of `values [seed][clip]`; `None` if there are none.
    pub fn of(values: &[Vec<f64>]) -> Option<Self> {
        let clips = values.first()?.len();
        let of_seeds: Vec<f64> = values.iter().map(|v| mean(v)).collect();
        let of_clips: Vec<f64> = (0..clips)
            .map(|clip| mean(&values.iter().map(|v| v[clip]).collect::<Vec<_>>()))
            .collect();
        (clips > 0).then(|| Self {
            mean: mean(&of_clips),
            error: error_of_mean(&of_clips),
            seeds: deviation(&of_seeds),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_as_by_hand() {
        // Variance (4 + 1 + 1 + 4) / 4 = 2.5, of the mean of five 0.5.
        let error = error_of_mean(&[1.0, 2.0, 4.0, 5.0, 3.0]);
        assert!(error.is_some_and(|e| (e - 0.5f64.sqrt()).abs() < 1e-12));
        assert_eq!(error_of_mean(&[7.0, 7.0]), Some(0.0));
        assert_eq!(error_of_mean(&[7.0]), None);
    }

    #[test]
    fn clips_and_seeds_are_kept_apart() {
        // Two seeds, three clips: the clips differ, the seeds' means are 2 and 4.
        let measure = Measure::of(&[vec![1.0, 2.0, 3.0], vec![3.0, 4.0, 5.0]]).unwrap();
        assert_eq!(measure.mean, 3.0);
        assert!((measure.error.unwrap() - (1.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((measure.seeds.unwrap() - 2.0f64.sqrt()).abs() < 1e-12);
        let one = Measure::of(&[vec![1.5]]).unwrap();
        assert_eq!((one.mean, one.error, one.seeds), (1.5, None, None));
        assert_eq!(Measure::of(&[]), None);
        assert_eq!(Measure::of(&[vec![]]), None);
    }
}
