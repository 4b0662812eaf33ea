//! What frames look like: few colours, themes apart, background slower than foreground.

use std::collections::HashSet;
use std::time::Instant;

use platformer::policy::{MixedPolicy, Policy};
use platformer::{Action, FRAME_BYTES, Platformer, Theme, WIDTH};

fn colours(frame: &[u8]) -> HashSet<[u8; 3]> {
    frame.as_chunks::<3>().0.iter().copied().collect()
}

#[test]
fn frames_have_few_colours_but_enough() {
    for theme in Theme::ALL {
        let (mut game, mut policy) = (Platformer::with_theme(8, theme), MixedPolicy::new(8));
        for _ in 0..400 {
            let count = colours(&game.render()[..]).len();
            assert!(
                (8..=36).contains(&count),
                "{}: {count} colours",
                theme.name()
            );
            let action = policy.act(&game.state());
            game.step(action);
        }
    }
}

#[test]
fn themes_look_different_and_play_alike() {
    let games = Theme::ALL.map(|theme| Platformer::with_theme(4, theme));
    let frames: HashSet<Vec<u8>> = games.iter().map(|game| game.render().to_vec()).collect();
    assert_eq!(frames.len(), Theme::COUNT);
    assert!(games.iter().all(|game| game.state() == games[0].state()));
    for theme in Theme::ALL {
        assert_eq!(Theme::from_name(theme.name()), Some(theme));
        assert_eq!(Theme::ALL[theme.index()], theme);
    }
    let seen: HashSet<Theme> = (0..200).map(Theme::of_seed).collect();
    assert_eq!(seen.len(), Theme::COUNT);
}

#[test]
fn the_hero_is_drawn_where_the_state_says() {
    for theme in Theme::ALL {
        let game = Platformer::with_theme(5, theme);
        let (x, y) = game.state().on_screen();
        let frame = game.render();
        // The turban, and the dark outline above it.
        let at = |x: i32, y: i32| &frame[(y as usize * WIDTH + x as usize) * 3..][..3];
        assert_eq!(at(x + 1, y + 2), [0x28, 0xA8, 0xE8], "{}", theme.name());
        assert_eq!(at(x + 2, y), [0x1A, 0x14, 0x26], "{}", theme.name());
    }
}

#[test]
fn the_background_moves_slower_than_the_ground() {
    // The sky's part of the picture: where it moves at all, two pixels of ground are one of background.
    let mut game = Platformer::with_theme(6, Theme::Snow);
    let mut slower = 0;
    for _ in 0..12 {
        let before = game.render();
        game.step(Action::Right);
        let after = game.render();
        let row = |frame: &[u8], y: usize, from: usize| {
            frame[(y * WIDTH + from) * 3..(y * WIDTH + from + 48) * 3].to_vec()
        };
        let changed = |y: &usize| row(&before[..], *y, 8) != row(&after[..], *y, 8);
        slower += (2..28)
            .filter(changed)
            .filter(|&y| row(&before[..], y, 10) == row(&after[..], y, 8))
            .count();
    }
    assert!(slower > 30, "{slower} rows moved by two pixels");
}

#[test]
fn legs_move_in_every_step() {
    // Two steps alike would leave it open, from the picture, which of the two comes next.
    let (mut games, mut steps) = (0, 0);
    for seed in 0..20 {
        let mut game = Platformer::with_theme(seed, Theme::Meadow);
        let legs = |game: &Platformer| {
            let (x, y) = game.state().on_screen();
            let frame = game.render();
            let rows = (y + 7..y + 10).map(|y| (y as usize * WIDTH + x as usize) * 3);
            rows.flat_map(|at| frame[at..at + 18].to_vec())
                .collect::<Vec<_>>()
        };
        game.step(Action::Right);
        let mut before = legs(&game);
        for _ in 0..12 {
            game.step(Action::Right);
            let state = game.state();
            if state.blocked || !state.on_ground {
                break;
            }
            let after = legs(&game);
            assert_ne!(before, after, "level {seed}");
            before = after;
            steps += 1;
        }
        games += 1;
    }
    assert!(steps > 2 * games, "{steps} steps in {games} games");
}

#[test]
#[should_panic(expected = "a frame is")]
fn a_buffer_of_the_wrong_size_is_refused() {
    Platformer::new(0).render_into(&mut [0; FRAME_BYTES - 1]);
}

/// The bar is 20,000 frames a second on one quiet core; the test asks for less, since tests share their machine.
#[test]
fn frames_are_fast() {
    let (mut game, mut policy) = (Platformer::new(1), MixedPolicy::new(1));
    let mut frame = vec![0; FRAME_BYTES];
    let (count, start) = (20_000, Instant::now());
    for _ in 0..count {
        let action = policy.act(&game.state());
        game.step(action);
        game.render_into(&mut frame);
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    println!("{rate:.0} frames a second");
    assert!(
        rate > 2_000.0 || cfg!(debug_assertions),
        "{rate:.0} frames a second"
    );
}
