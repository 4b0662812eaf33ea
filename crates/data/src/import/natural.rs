//! The order in which people number files: `frame2` before `frame10`.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;

/// Compares two paths, part by part, runs of digits by their value; ties are broken by the bytes, so
/// the order is total.
pub(super) fn compare(a: &Path, b: &Path) -> Ordering {
    let mut parts = a.components().zip(b.components());
    parts
        .find_map(|(a, b)| Some(names(a.as_os_str(), b.as_os_str())).filter(|o| o.is_ne()))
        .unwrap_or_else(|| a.components().count().cmp(&b.components().count()))
        .then_with(|| a.cmp(b))
}

fn names(a: &OsStr, b: &OsStr) -> Ordering {
    let (mut x, mut y) = (a.as_encoded_bytes(), b.as_encoded_bytes());
    while let (Some(&first), Some(&second)) = (x.first(), y.first()) {
        let order = if first.is_ascii_digit() && second.is_ascii_digit() {
            let ((m, rest_x), (n, rest_y)) = (number(x), number(y));
            (x, y) = (rest_x, rest_y);
            m.len().cmp(&n.len()).then_with(|| m.cmp(n))
        } else {
            (x, y) = (&x[1..], &y[1..]);
            first.to_ascii_lowercase().cmp(&second.to_ascii_lowercase())
        };
        if order.is_ne() {
            return order;
        }
    }
    x.len()
        .cmp(&y.len())
        .then_with(|| a.as_encoded_bytes().cmp(b.as_encoded_bytes()))
}

/// The digits at the start, without zeros in front, and what follows.
fn number(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at(end);
    let zeros = digits
        .iter()
        .position(|&b| b != b'0')
        .unwrap_or(digits.len());
    (&digits[zeros..], rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_count_by_value() {
        let mut paths = [
            "b/1",
            "a/f10.png",
            "a/f2.png",
            "a/F1.png",
            "a/f002.png",
            "a/f2b",
            "a/f",
            "a",
        ]
        .map(Path::new);
        paths.sort_by(|a, b| compare(a, b));
        assert_eq!(
            paths,
            [
                "a",
                "a/f",
                "a/F1.png",
                "a/f002.png",
                "a/f2.png",
                "a/f2b",
                "a/f10.png",
                "b/1"
            ]
            .map(Path::new)
        );
    }

    proptest! {
        #[test]
        fn the_order_is_total(names in proptest::collection::vec("[a/B0-2.]{0,6}", 3)) {
            let [a, b, c] = [0, 1, 2].map(|i| Path::new(&names[i]));
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            if compare(a, b).is_le() && compare(b, c).is_le() {
                prop_assert!(compare(a, c).is_le());
            }
        }
    }
}
