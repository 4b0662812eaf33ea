//! Names for latent actions, from the motion or the true actions that they go with.

use super::control::{ActionMotion, Confusion};

/// Mean motion below which an action counts as still along an axis, pixels a frame.
const STILL: f64 = 0.35;
/// For an action that no transition has.
const UNUSED: &str = "unused";
/// For an action that no labelled transition has.
const UNSEEN: &str = "unseen";
/// For an action whose labelled transitions say little.
const MIXED: &str = "mixed";

/// Names by mean motion: directions, `still`, or `unused`; all different.
pub fn by_motion(motions: &[ActionMotion]) -> Vec<String> {
    let direction = |m: &ActionMotion| {
        let side = match m.right {
            x if x > STILL => "right",
            x if x < -STILL => "left",
            _ => "",
        };
        let height = match m.up {
            y if y > STILL => "up",
            y if y < -STILL => "down",
            _ => "",
        };
        match (height, side) {
            _ if m.share == 0.0 => UNUSED.to_owned(),
            ("", "") => "still".to_owned(),
            (a, "") | ("", a) => a.to_owned(),
            (a, b) => format!("{a} {b}"),
        }
    };
    let shares: Vec<f64> = motions.iter().map(|m| m.share).collect();
    distinct(motions.iter().map(direction).collect(), &shares)
}

/// Names by the label that each latent action goes with at least every other time; where none is so common, by
/// the two commonest, as in `left or still`; where those aren't either, `mixed`. `unseen` without labels. All
/// different.
pub fn by_label(table: &Confusion) -> Vec<String> {
    let totals: Vec<f64> = table
        .counts
        .iter()
        .map(|row| row.iter().sum::<u64>() as f64)
        .collect();
    let names = table
        .counts
        .iter()
        .map(|row| label(row, &table.labels))
        .collect();
    distinct(names, &totals)
}

fn label(row: &[u64], labels: &[String]) -> String {
    let all: u64 = row.iter().sum();
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by_key(|&label| std::cmp::Reverse(row[label]));
    match *order.as_slice() {
        _ if all == 0 => UNSEEN.to_owned(),
        [first, ..] if 2 * row[first] >= all => labels[first].clone(),
        [first, second, ..] if 2 * (row[first] + row[second]) >= all => {
            format!("{} or {}", labels[first], labels[second])
        }
        _ => MIXED.to_owned(),
    }
}

/// Names of the true actions `0..` up to the largest of `seen`; those that have none in `known` are
/// numbered.
pub(crate) fn of_true_actions(known: Option<&[&str]>, seen: &[usize]) -> Vec<String> {
    let known = known.unwrap_or_default();
    let count = seen.iter().map(|a| a + 1).max().unwrap_or(0);
    (0..count.max(known.len()))
        .map(|action| match known.get(action) {
            Some(name) => name.replace('-', " "),
            None => format!("action {action}"),
        })
        .collect()
}

/// Makes names differ: of several alike, the one of the largest weight stays as it is, and the others are
/// numbered from 2 on, by weight.
fn distinct(names: Vec<String>, weights: &[f64]) -> Vec<String> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    let mut given: Vec<String> = Vec::with_capacity(names.len());
    let mut result = names.clone();
    for at in order {
        let numbered = (2..).map(|n| format!("{} {n}", names[at]));
        let name = std::iter::once(names[at].clone())
            .chain(numbered)
            .find(|name| !given.contains(name))
            .unwrap_or_default();
        given.push(name.clone());
        result[at] = name;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_named_by_their_motion() {
        let motion = |right, up, share| ActionMotion { right, up, share };
        let motions = [
            motion(2.0, 0.0, 0.1),
            motion(-2.0, 0.1, 0.2),
            motion(0.0, 0.0, 0.2),
            motion(1.0, 3.0, 0.2),
            motion(3.0, 0.0, 0.2),
            motion(0.0, 0.0, 0.0),
        ];
        // The commoner of the two that go right has the plain name.
        assert_eq!(
            by_motion(&motions),
            ["right 2", "left", "still", "up right", "right", "unused"]
        );
    }

    #[test]
    fn actions_are_named_by_their_labels() {
        let table = Confusion {
            labels: vec!["left".into(), "jump right".into()],
            counts: vec![vec![1, 5], vec![4, 0], vec![0, 9], vec![0, 0]],
        };
        assert_eq!(
            by_label(&table),
            ["jump right 2", "left", "jump right", "unseen"]
        );
    }

    #[test]
    fn what_is_not_clear_is_not_claimed() {
        let table = Confusion {
            labels: ["left", "still", "right", "up"].map(String::from).to_vec(),
            counts: vec![
                vec![2, 1, 1, 0],
                vec![2, 3, 2, 0],
                vec![1, 1, 1, 2],
                vec![9, 9, 9, 10],
            ],
        };
        let names = by_label(&table);
        assert_eq!(
            names,
            ["left", "still or left", "up or left 2", "up or left"]
        );
        let even = Confusion {
            labels: ["a", "b", "c", "d", "e"].map(String::from).to_vec(),
            counts: vec![vec![1; 5]],
        };
        assert_eq!(by_label(&even), ["mixed"]);
    }

    #[test]
    fn true_actions_without_names_are_numbered() {
        assert_eq!(
            of_true_actions(Some(&["still", "jump-left"]), &[0, 3]),
            ["still", "jump left", "action 2", "action 3"]
        );
        assert_eq!(of_true_actions(None, &[1]), ["action 0", "action 1"]);
    }

    #[test]
    fn names_never_collide() {
        let names = ["a", "a", "a 2", "a"].map(String::from).to_vec();
        let made = distinct(names, &[1.0, 1.0, 5.0, 0.5]);
        assert_eq!(made, ["a", "a 3", "a 2", "a 4"]);
    }
}
