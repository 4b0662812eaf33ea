//! Names for latent actions, from the motion or the true actions that they go with.

use super::control::{ActionMotion, Confusion};

/// An action moves in a direction if more than this share of its transitions do.
const MOST: f64 = 0.5;
/// It does so clearly from this share on.
const CLEAR: f64 = 0.75;
/// For an action that no transition has.
const UNUSED: &str = "unused";
/// For an action that no labelled transition has.
const UNSEEN: &str = "unseen";
/// For an action whose labelled transitions say little.
const MIXED: &str = "mixed";

/// Names by the directions in which most transitions of an action move, `still` or `unused`; all different.
pub fn by_motion(motions: &[ActionMotion]) -> Vec<String> {
    let name = |m: &ActionMotion| match direction(m, |share| share > MOST) {
        _ if m.share == 0.0 => UNUSED.to_owned(),
        Some(direction) => direction,
        None => "still".to_owned(),
    };
    let shares: Vec<f64> = motions.iter().map(|m| m.share).collect();
    distinct(motions.iter().map(name).collect(), &shares)
}

/// The direction in which at least three of four transitions of each latent action move the view, as in `down`
/// or `up left`; none where it mostly stands, or there is no such direction.
pub(crate) fn directions(motions: &[ActionMotion]) -> Vec<Option<String>> {
    motions
        .iter()
        .map(|m| direction(m, |share| share >= CLEAR))
        .collect()
}

/// The words for the direction of which there is `enough`, if any.
fn direction(motion: &ActionMotion, enough: impl Fn(f64) -> bool) -> Option<String> {
    let word = |shares: [f64; 3], [less, more]: [&'static str; 2]| match shares {
        [share, ..] if enough(share) => Some(less),
        [.., share] if enough(share) => Some(more),
        _ => None,
    };
    let words = [
        word(motion.height, ["down", "up"]),
        word(motion.across, ["left", "right"]),
    ];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Names by the label that each latent action goes with at least every other time; where none is so common, by
/// the two commonest, as in `left or still`; where those aren't either, `mixed`. `unseen` without labels. All
/// different.
///
/// Where a commoner action has the same name, and less than two of three transitions speak for it, the action is
/// named by its [direction](directions) if it has one: a code for falls isn't another `right`, though most who
/// fall walk to the right.
pub fn by_label(table: &Confusion, directions: &[Option<String>]) -> Vec<String> {
    let totals: Vec<f64> = table
        .counts
        .iter()
        .map(|row| row.iter().sum::<u64>() as f64)
        .collect();
    let labels: Vec<String> = table
        .counts
        .iter()
        .map(|row| label(row, &table.labels))
        .collect();
    let named = |action: usize| {
        let row = &table.counts[action];
        let unclear = 3 * row.iter().max().copied().unwrap_or(0) < 2 * row.iter().sum::<u64>();
        let taken = (0..labels.len())
            .any(|other| labels[other] == labels[action] && totals[other] > totals[action]);
        let direction = directions.get(action).cloned().flatten();
        direction
            .filter(|_| unclear && taken)
            .unwrap_or_else(|| labels[action].clone())
    };
    distinct((0..labels.len()).map(named).collect(), &totals)
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
    use super::super::control::action_motion;
    use super::super::motion::Motion;
    use super::*;

    #[test]
    fn actions_are_named_by_their_motion() {
        let motion = |across, height, share| ActionMotion {
            across,
            height,
            share,
            ..ActionMotion::default()
        };
        let still = [0.2, 0.6, 0.2];
        let motions = [
            motion([0.0, 0.1, 0.9], still, 0.1),
            motion([0.6, 0.4, 0.0], [0.5, 0.5, 0.0], 0.2),
            // Few fall far: their mean moves, most don't.
            motion(still, [0.4, 0.6, 0.0], 0.2),
            motion([0.0, 0.4, 0.6], [0.0, 0.0, 1.0], 0.2),
            motion([0.0, 0.0, 1.0], still, 0.2),
            motion([0.0; 3], [0.0; 3], 0.0),
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
            by_label(&table, &[]),
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
        let names = by_label(&table, &[]);
        assert_eq!(
            names,
            ["left", "still or left", "up or left 2", "up or left"]
        );
        let even = Confusion {
            labels: ["a", "b", "c", "d", "e"].map(String::from).to_vec(),
            counts: vec![vec![1; 5]],
        };
        assert_eq!(by_label(&even, &[]), ["mixed"]);
    }

    #[test]
    fn falls_are_no_second_way_to_the_right() {
        let motions = |x: i64, y: i64, count| std::iter::repeat_n(Motion { x, y }, count);
        let seen = [
            motions(4, 0, 9).chain(motions(0, 0, 1)).collect::<Vec<_>>(),
            motions(4, -16, 3).chain(motions(0, -8, 3)).collect(),
            motions(-4, 4, 8).chain(motions(0, 4, 2)).collect(),
            motions(0, 0, 5).collect(),
            Vec::new(),
        ];
        let codes: Vec<usize> = (0..5)
            .flat_map(|code| vec![code; seen[code].len()])
            .collect();
        let directions = directions(&action_motion(&codes, &seen.concat(), 5));
        let said: Vec<&str> = directions
            .iter()
            .map(|d| d.as_deref().unwrap_or(""))
            .collect();
        assert_eq!(said, ["right", "down", "up left", "", ""]);

        let mut table = Confusion {
            labels: ["still", "left", "right"].map(String::from).to_vec(),
            counts: vec![vec![1, 0, 9], vec![2, 1, 3], vec![0, 9, 1], vec![3, 1, 1]],
        };
        let expected = ["right", "down", "left", "still"];
        assert_eq!(by_label(&table, &directions[..4]), expected);
        // What two of three labels say is believed.
        table.counts[1] = vec![1, 1, 4];
        let names = by_label(&table, &directions[..4]);
        assert_eq!(names[1], "right 2");
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
