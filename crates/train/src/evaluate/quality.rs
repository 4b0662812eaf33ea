//! How near a frame is to another: PSNR and SSIM.

use model::picture::Frame;

/// Side of SSIM's window, pixels.
const WINDOW: usize = 11;
/// Standard deviation of its Gaussian, pixels.
const SIGMA: f64 = 1.5;
/// (0.01 · 255)² and (0.03 · 255)².
const C1: f64 = 6.5025;
const C2: f64 = 58.5225;

/// Peak signal-to-noise ratio of two frames, dB; 100 for equal ones.
pub fn psnr(a: &Frame, b: &Frame) -> f64 {
    let squares: f64 = a
        .rgb
        .iter()
        .zip(&b.rgb)
        .map(|(&x, &y)| f64::from(x.abs_diff(y)).powi(2))
        .sum();
    let mse = squares / a.rgb.len().max(1) as f64 / (255.0 * 255.0);
    (-10.0 * mse.log10()).min(100.0)
}

/// Structural similarity of two frames of one size (Wang et al. 2004): Gaussian windows of 11 × 11 pixels,
/// `σ` = 1.5, `K₁` = 0.01, `K₂` = 0.03, wholly inside the frame; the mean over them and over the three
/// channels. 1 for equal frames. `None` for frames smaller than a window.
pub fn ssim(a: &Frame, b: &Frame) -> Option<f64> {
    let (w, h) = (a.width, a.height);
    if w < WINDOW || h < WINDOW || (b.width, b.height) != (w, h) {
        return None;
    }
    let kernel = kernel();
    let sum: f64 = (0..3)
        .map(|channel| {
            let plane = |frame: &Frame| -> Vec<f64> {
                let channel = frame.rgb.iter().skip(channel).step_by(3);
                channel.map(|&v| f64::from(v)).collect()
            };
            let (x, y) = (plane(a), plane(b));
            let product = |p: &[f64], q: &[f64]| -> Vec<f64> {
                p.iter().zip(q).map(|(p, q)| p * q).collect()
            };
            let blur = |values: &[f64]| blur(values, w, &kernel);
            let (mx, my) = (blur(&x), blur(&y));
            let (xx, yy, xy) = (
                blur(&product(&x, &x)),
                blur(&product(&y, &y)),
                blur(&product(&x, &y)),
            );
            let windows = mx.len();
            let sum: f64 = (0..windows)
                .map(|i| {
                    let (mx, my) = (mx[i], my[i]);
                    let (vx, vy, vxy) = (xx[i] - mx * mx, yy[i] - my * my, xy[i] - mx * my);
                    (2.0 * mx * my + C1) * (2.0 * vxy + C2)
                        / ((mx * mx + my * my + C1) * (vx + vy + C2))
                })
                .sum();
            sum / windows as f64
        })
        .sum();
    Some(sum / 3.0)
}

fn kernel() -> [f64; WINDOW] {
    let mut kernel = std::array::from_fn(|i| {
        let x = i as f64 - (WINDOW / 2) as f64;
        (-x * x / (2.0 * SIGMA * SIGMA)).exp()
    });
    let sum: f64 = kernel.iter().sum();
    for weight in &mut kernel {
        *weight /= sum;
    }
    kernel
}

/// Gaussian means of `values [H, width]` over the windows inside, `[H − 10, width − 10]`.
fn blur(values: &[f64], width: usize, kernel: &[f64; WINDOW]) -> Vec<f64> {
    let inside = width - WINDOW + 1;
    let across: Vec<f64> = values
        .chunks_exact(width)
        .flat_map(|row| {
            row.windows(WINDOW)
                .map(|w| w.iter().zip(kernel).map(|(v, k)| v * k).sum::<f64>())
        })
        .collect();
    let rows = across.len() / inside;
    (0..(rows + 1 - WINDOW) * inside)
        .map(|i| {
            let down = across[i..].iter().step_by(inside);
            down.zip(kernel).map(|(v, k)| v * k).sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use safetensors::SafeTensors;

    use super::*;

    /// See `tools/reference/ssim.py`.
    #[test]
    fn psnr_and_ssim_agree_with_scikit_image() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/ssim.safetensors");
        let bytes = std::fs::read(path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let floats = |name: &str| -> Vec<f64> {
            let values = file.tensor(name).unwrap();
            let values = values.data().chunks_exact(8);
            values
                .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
                .collect()
        };
        let (ssims, psnrs) = (floats("ssim"), floats("psnr"));
        assert!(ssims.len() >= 5);
        for (case, (wanted_ssim, wanted_psnr)) in ssims.iter().zip(&psnrs).enumerate() {
            let frame = |side: &str| {
                let tensor = file.tensor(&format!("{case}.{side}")).unwrap();
                Frame {
                    height: tensor.shape()[0],
                    width: tensor.shape()[1],
                    rgb: tensor.data().to_vec(),
                }
            };
            let (a, b) = (frame("a"), frame("b"));
            let found = ssim(&a, &b).unwrap();
            assert!(
                (found - wanted_ssim).abs() < 1e-9,
                "case {case}: {found}, scikit-image says {wanted_ssim}"
            );
            assert!((psnr(&a, &b) - wanted_psnr).abs() < 1e-9, "case {case}");
        }
    }

    #[test]
    fn equal_frames_are_alike_and_small_ones_have_no_ssim() {
        let frame = |side: usize| Frame {
            height: side,
            width: side,
            rgb: (0..side * side * 3).map(|i| (i * i % 251) as u8).collect(),
        };
        assert_eq!(psnr(&frame(12), &frame(12)), 100.0);
        assert!(ssim(&frame(11), &frame(11)).is_some_and(|s| (s - 1.0).abs() < 1e-12));
        assert_eq!(ssim(&frame(10), &frame(10)), None);
        assert_eq!(ssim(&frame(11), &frame(12)), None);
    }
}
