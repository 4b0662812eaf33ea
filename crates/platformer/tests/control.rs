//! What the environment owes to whoever learns from it: bodies stay out of walls, and the very next picture
//! shows what the action did.

use platformer::policy::{MixedPolicy, Policy, RandomPolicy};
use platformer::{
    Action, HEIGHT, HERO_HEIGHT, HERO_WIDTH, Outcome, Platformer, RISE, State, Theme, WALK, WIDTH,
};

/// Plays `frames` frames of a mixed and a random player on many seeds and shows every step to `check`.
fn watch(frames: usize, mut check: impl FnMut(&Platformer, Action, Outcome, &Platformer)) {
    for seed in 0..40 {
        let mut game = Platformer::new(seed * 1_000_003);
        let (mut mixed, mut random) = (MixedPolicy::new(seed), RandomPolicy::new(seed));
        for _ in 0..frames {
            let action = match seed % 3 {
                0 => random.act(&game.state()),
                _ => mixed.act(&game.state()),
            };
            let before = game.clone();
            let outcome = game.step(action);
            check(&before, action, outcome, &game);
        }
    }
}

#[test]
fn the_hero_is_never_inside_anything_solid() {
    watch(1500, |_, action, _, game| {
        let state = game.state();
        for x in state.x..state.x + HERO_WIDTH {
            for y in state.y..state.y + HERO_HEIGHT {
                assert!(
                    !game.is_solid(x, y),
                    "seed {} after {action:?}: {state:?}",
                    game.seed()
                );
            }
        }
    });
}

#[test]
fn walking_answers_within_one_frame_and_stops_as_fast() {
    watch(1500, |before, action, outcome, game| {
        if outcome == Outcome::Restarted {
            return;
        }
        let (was, is) = (before.state(), game.state());
        assert_eq!(is.vx, is.x - was.x);
        let asked = action.direction() * WALK;
        if is.blocked {
            // A wall stands where a step ends.
            assert!(is.vx == 0 && asked != 0);
        } else {
            assert_eq!(is.vx, asked);
        }
    });
}

#[test]
fn steps_keep_to_the_grid_of_half_tiles() {
    // What a small model has to learn of the picture grows with the places in which tiles are seen.
    watch(1500, |_, _, _, game| {
        let state = game.state();
        assert_eq!(state.x % WALK, 0, "{state:?}");
        assert_eq!((state.y + HERO_HEIGHT) % RISE, 0, "{state:?}");
        // At the ends of a level the picture stands still.
        let ends = [0, game.goal_x() + 36 - WIDTH as i32];
        let on_grid = (state.camera_x - 2) % WALK == 0;
        assert!(on_grid || ends.contains(&state.camera_x), "{state:?}");
    });
}

#[test]
fn a_jump_leaves_the_ground_in_the_next_frame() {
    let mut jumps = 0;
    watch(1500, |before, action, outcome, game| {
        let (was, is) = (before.state(), game.state());
        if outcome == Outcome::Playing && was.on_ground && action.jumps() {
            let room =
                (1..=RISE).all(|up| (0..HERO_WIDTH).all(|x| !game.is_solid(is.x + x, was.y - up)));
            if room && is.vy == -RISE {
                assert_eq!(was.y - is.y, RISE);
                assert!(!is.on_ground);
                jumps += 1;
            }
        }
        if was.on_ground && !action.jumps() && outcome == Outcome::Playing {
            assert!(is.y >= was.y, "rose without a jump");
        }
    });
    assert!(jumps > 1000, "{jumps}");
}

/// How many of the solid pixels that stay in the picture moved along with the camera, and of how many.
fn ground_moved(
    before: &Platformer,
    after: &Platformer,
    was: &State,
    is: &State,
) -> (usize, usize) {
    let (old, new) = (before.render(), after.render());
    let shift = (is.camera_x - was.camera_x, is.camera_y - was.camera_y);
    let (mut same, mut all) = (0, 0);
    for y in 0..HEIGHT as i32 {
        for x in 0..WIDTH as i32 {
            let (u, v) = (x + shift.0, y + shift.1);
            let inside = (0..WIDTH as i32).contains(&u) && (0..HEIGHT as i32).contains(&v);
            if inside && before.is_solid(was.camera_x + u, was.camera_y + v) {
                let at = |x: i32, y: i32| (y as usize * WIDTH + x as usize) * 3;
                all += 1;
                same += usize::from(old[at(u, v)..][..3] == new[at(x, y)..][..3]);
            }
        }
    }
    (same, all)
}

#[test]
fn the_picture_scrolls_as_the_action_says() {
    let (mut left, mut right) = (0, 0);
    watch(300, |before, action, outcome, game| {
        let (was, is) = (before.state(), game.state());
        let free = 3..game.goal_x() - 80;
        if outcome != Outcome::Playing
            || is.blocked
            || !free.contains(&was.camera_x)
            || is.camera_x < 3
        {
            return;
        }
        assert_eq!(is.camera_x - was.camera_x, action.direction() * WALK);
        if action.direction() != 0 {
            // Sprites in front of the ground (the hero's corners, the flag) may differ; the ground must not.
            let (same, all) = ground_moved(before, game, &was, &is);
            assert!(same * 100 >= all * 92, "{same} of {all} pixels moved along");
            assert!(before.render() != game.render());
            *if action.direction() < 0 {
                &mut left
            } else {
                &mut right
            } += 1;
        }
    });
    assert!(left > 500 && right > 1500, "{left} left, {right} right");
}

#[test]
fn the_picture_rises_and_falls_with_the_hero() {
    // Over pits it stays: there the hero falls out of it.
    let (mut up, mut down) = (0, 0);
    watch(300, |before, _, outcome, game| {
        let (was, is) = (before.state(), game.state());
        if outcome != Outcome::Playing || (was.on_screen().1, is.on_screen().1) != (22, 22) {
            return;
        }
        assert_eq!(is.camera_y - was.camera_y, is.y - was.y);
        if is.y != was.y && is.vx == 0 {
            let (same, all) = ground_moved(before, game, &was, &is);
            assert!(same * 100 >= all * 92, "{same} of {all} pixels moved along");
            *if is.y < was.y { &mut up } else { &mut down } += 1;
        }
    });
    assert!(up > 300 && down > 100, "{up} up, {down} down");
}

#[test]
fn the_sky_moves_up_and_down_as_the_ground_does() {
    let mut game = Platformer::with_theme(1, Theme::Meadow);
    let before = game.render();
    game.step(Action::Jump);
    let after = game.render();
    // Where neither has the hero, four columns from it on.
    for y in RISE as usize..HEIGHT {
        let row =
            |frame: &[u8], y: usize| frame[(y * WIDTH + 40) * 3..(y + 1) * WIDTH * 3].to_vec();
        assert_eq!(
            row(&after[..], y),
            row(&before[..], y - RISE as usize),
            "row {y}"
        );
    }
}

#[test]
fn the_hero_is_always_in_the_picture_while_it_lives() {
    watch(1500, |_, _, outcome, game| {
        let state = game.state();
        let (x, y) = state.on_screen();
        if outcome != Outcome::Died {
            assert!((0..=WIDTH as i32 - HERO_WIDTH).contains(&x), "{state:?}");
            assert!((22..HEIGHT as i32).contains(&y), "{state:?}");
        }
    });
}

#[test]
fn holding_the_jump_rises_higher_than_a_tap() {
    let rise = |held: usize| {
        let mut game = Platformer::new(2);
        let floor = game.state().y;
        let heights = (0..12).map(|frame| {
            game.step(if frame < held {
                Action::Jump
            } else {
                Action::Still
            });
            floor - game.state().y
        });
        heights.max().unwrap_or(0)
    };
    let rises: Vec<i32> = [1, 2, 5, 11].map(rise).to_vec();
    assert!(rises.is_sorted_by(|low, high| low < high), "{rises:?}");
    assert!(rises == [4, 8, 20, 32], "{rises:?}");
}

#[test]
fn an_end_is_followed_by_the_first_frame_of_another_level() {
    let (mut deaths, mut last, mut seed) = (0, Outcome::Playing, 0);
    watch(2500, |before, _, outcome, game| {
        if last.is_end() && before.state().frame > 0 {
            assert_eq!(outcome, Outcome::Restarted);
            assert_ne!(game.seed(), seed);
            assert_eq!(game.state().frame, 0);
        }
        assert_eq!(game.state().alive, outcome != Outcome::Died);
        deaths += usize::from(outcome == Outcome::Died);
        (last, seed) = (outcome, game.seed());
    });
    assert!(deaths > 40, "{deaths}");
}
