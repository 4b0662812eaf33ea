//! What the players do: every action, in the shares that training wants, and far enough into the levels.

use platformer::policy::{MixedPolicy, Policy, RandomPolicy};
use platformer::{Action, Outcome, Platformer};

struct Record {
    shares: [f64; Action::COUNT],
    deaths: usize,
    finished: usize,
    /// Mean frames between the starts of two levels.
    level_frames: f64,
    /// How many tenths of a level were seen by at least a hundredth of the frames.
    tenths: usize,
    holds: f64,
    airborne: f64,
    /// Share of the frames in the first tenth of a level.
    first_tenth: f64,
}

fn play(mut policy: impl Policy, seed: u64, frames: usize) -> Record {
    let mut game = Platformer::new(seed);
    let (mut counts, mut tenths) = ([0_usize; Action::COUNT], [0_usize; 10]);
    let (mut deaths, mut finished, mut changes, mut airborne) = (0, 0, 0, 0);
    let mut last = Action::Still;
    for _ in 0..frames {
        let state = game.state();
        let action = policy.act(&state);
        counts[action.index()] += 1;
        changes += usize::from(action != last);
        last = action;
        let outcome = game.step(action);
        deaths += usize::from(outcome == Outcome::Died);
        finished += usize::from(outcome == Outcome::Finished);
        airborne += usize::from(!game.state().on_ground);
        tenths[(game.state().x * 10 / (game.goal_x() + 16)).clamp(0, 9) as usize] += 1;
    }
    let share = |count: usize| count as f64 / frames as f64;
    Record {
        shares: counts.map(share),
        deaths,
        finished,
        level_frames: frames as f64 / (deaths + finished).max(1) as f64,
        tenths: tenths
            .iter()
            .filter(|&&count| count * 100 >= frames)
            .count(),
        holds: frames as f64 / changes as f64,
        airborne: share(airborne),
        first_tenth: share(tenths[0]),
    }
}

#[test]
fn the_mixed_player_covers_all_actions_and_gets_along() {
    let record = play(MixedPolicy::new(1), 1, 100_000);
    let [still, left, right, jump, jump_left, jump_right] = record.shares;
    println!(
        "still {still:.3} left {left:.3} right {right:.3} jump {jump:.3} jump-left {jump_left:.3} jump-right {jump_right:.3}\n\
         {} deaths, {} finished, {:.0} frames a level, {} tenths, {:.1} frames a hold, {:.2} airborne, {:.2} in the first tenth",
        record.deaths,
        record.finished,
        record.level_frames,
        record.tenths,
        record.holds,
        record.airborne,
        record.first_tenth
    );
    assert!((0.34..0.46).contains(&right), "right {right}");
    assert!((0.15..0.25).contains(&left), "left {left}");
    for (action, share) in Action::ALL.into_iter().zip(record.shares) {
        assert!(share > 0.05, "{}: {share}", action.name());
    }
    assert!(
        record.level_frames > 150.0,
        "{} frames a level",
        record.level_frames
    );
    assert!(record.finished > 0 && record.deaths > 0);
    assert!(
        record.tenths >= 5,
        "{} tenths of the levels seen",
        record.tenths
    );
    assert!(
        (3.0..8.0).contains(&record.holds),
        "{} frames a hold",
        record.holds
    );
    assert!(
        (0.1..0.6).contains(&record.airborne),
        "{} airborne",
        record.airborne
    );
}

#[test]
fn the_random_player_is_even() {
    let record = play(RandomPolicy::new(1), 1, 60_000);
    for (action, share) in Action::ALL.into_iter().zip(record.shares) {
        assert!(
            (share - 1.0 / 6.0).abs() < 0.01,
            "{}: {share}",
            action.name()
        );
    }
}

#[test]
fn policies_are_seeded() {
    let state = Platformer::new(0).state();
    let draw = |seed| {
        let mut policy = MixedPolicy::new(seed);
        (0..100).map(|_| policy.act(&state)).collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}
