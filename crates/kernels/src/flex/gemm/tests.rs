use super::*;
use crate::flex::{
    buffer::Buffer,
    simd::{Kernel, Simd, tests::on_all},
};

/// `[m, k, n]`, the left-hand matrix by columns or not.
#[derive(Clone)]
struct Product([usize; 3], bool);

impl Kernel for Product {
    /// From panels starting with a row, and then directly adding to that.
    type Output = (Vec<f32>, Vec<f32>);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let [m, k, n] = self.0;
        let (a, b, row) = self.input();
        let left = Left {
            values: &a,
            row: if self.1 { 1 } else { k },
            step: if self.1 { m } else { 1 },
        };
        let mut panels = Panels::new();
        panels.fill(s, &b, k, n, n);
        let mut first = vec![0.0; m * n];
        let out = |values, start| Out {
            values,
            stride: n,
            start,
        };
        multiply_panels(s, m, left, &panels, out(&mut first, Start::Row(&row)));
        let mut spare = Buffer::zeros(k * n);
        spare.copy_from_slice(&b);
        let right = Right {
            values: spare.padded(),
            stride: n,
        };
        let mut second = first.clone();
        let out = Out {
            values: &mut second,
            stride: n,
            start: Start::Sum,
        };
        multiply(s, (m, k, n), left, right, out);
        (first, second)
    }
}

impl Product {
    fn input(&self) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let [m, k, n] = self.0;
        // Small integers: sums are exact, whatever their order.
        let values = |len: usize, step: usize| -> Vec<f32> {
            (0..len).map(|i| (i * step % 17) as f32 - 8.0).collect()
        };
        (values(m * k, 5), values(k * n, 7), values(n, 3))
    }

    fn expected(&self, r: usize, c: usize) -> f32 {
        let [m, k, n] = self.0;
        let (a, b, _) = self.input();
        let a = |p: usize| if self.1 { a[p * m + r] } else { a[r * k + p] };
        (0..k).map(|p| a(p) * b[p * n + c]).sum()
    }
}

#[test]
fn products_are_exact_on_every_processor() {
    for size in [
        [1, 1, 1],
        [12, 4, 32],
        [13, 5, 33],
        [31, 7, 15],
        [6, 3, 70],
        [25, 9, 16],
    ] {
        for by_columns in [false, true] {
            let product = Product(size, by_columns);
            let (_, _, row) = product.input();
            for (first, second) in on_all(product.clone()) {
                for i in 0..first.len() {
                    let (r, c) = (i / size[2], i % size[2]);
                    let expected = product.expected(r, c);
                    assert_eq!(first[i], row[c] + expected, "{size:?} at {r}, {c}");
                    assert_eq!(second[i], row[c] + 2.0 * expected, "{size:?} at {r}, {c}");
                }
            }
        }
    }
}
