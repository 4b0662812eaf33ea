//! Weights in eight bits, in world files and on devices: a matrix `[in, out]` of whole numbers `q` from −127
//! to 127, and one scale for each output: `W_kc = scale_c · q_kc / 127`. Half of the bytes of f16.

/// Numbers and scales of `values`, row by row, `outputs` a row. The values are finite.
pub fn round(values: &[f32], outputs: usize) -> (Vec<i8>, Vec<f32>) {
    let mut scales = vec![0f32; outputs];
    for row in values.chunks_exact(outputs) {
        for (scale, value) in scales.iter_mut().zip(row) {
            *scale = scale.max(value.abs());
        }
    }
    let numbers = values
        .chunks_exact(outputs)
        .flat_map(|row| row.iter().zip(&scales))
        .map(|(value, &scale)| {
            if scale > 0.0 {
                (value / scale * 127.0).round() as i8
            } else {
                0
            }
        })
        .collect();
    (numbers, scales)
}

/// The values that numbers and scales stand for. −128 is no number that [`round`] makes, and reads as −127.
pub fn values(numbers: &[i8], scales: &[f32]) -> Vec<f32> {
    numbers
        .chunks_exact(scales.len().max(1))
        .flat_map(|row| row.iter().zip(scales))
        .map(|(&number, &scale)| scale * (f32::from(number.max(-127)) / 127.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_is_off_by_half_a_step_at_most_and_only_once(
            matrix in (1usize..6).prop_flat_map(|outputs| {
                prop::collection::vec(prop::collection::vec(-4f32..4.0, outputs), 1..6)
            })
        ) {
            let outputs = matrix[0].len();
            let flat: Vec<f32> = matrix.concat();
            let (numbers, scales) = round(&flat, outputs);
            let back = values(&numbers, &scales);
            for (i, (a, b)) in flat.iter().zip(&back).enumerate() {
                prop_assert!((a - b).abs() <= scales[i % outputs] / 254.0 * 1.0001, "{a} {b}");
            }
            prop_assert_eq!(round(&back, outputs).0, numbers);
        }
    }
}
