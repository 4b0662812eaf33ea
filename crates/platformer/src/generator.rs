//! Builds levels from left to right out of small set pieces, each of which the hero can pass.
//!
//! Passable by construction: a full jump rises 32 pixels and carries 40, so a step up is at most two tiles
//! (three would leave no room for error), a pit at most four, three where the far side is higher, and what
//! hangs overhead leaves two free tiles below it. A search bot checks the promise in `tests/passable.rs`.

use crate::level::{Level, Patrol, ROWS, TILE, Tile};
use crate::pieces::Builder;

/// Flat columns before anything happens; the hero starts in their middle, a camera's half-width from the wall.
const RUN_UP: i32 = 12;
const START_COLUMN: i32 = 8;

/// Flat columns at the end, for the flag and the room around it.
const RUN_OUT: i32 = 10;

pub(crate) fn generate(seed: u64) -> Level {
    let mut builder = Builder::new(seed);
    builder.flat(RUN_UP);
    let columns = builder.rng.between(128, 160);
    let mut last = usize::MAX;
    while builder.level.columns() < columns - RUN_OUT {
        // Pits and enemies grow likelier along the way; the same piece never comes twice in a row.
        let hard = (builder.level.columns() * 12 / columns) as u32;
        let mut weights = [10 + hard, 5 + hard, 14, 14, 10, 10 + hard, 8];
        if let Some(weight) = weights.get_mut(last) {
            *weight = 0;
        }
        last = builder.rng.weighted(&weights);
        match last {
            0 => builder.pit(),
            1 => builder.island(),
            2 => builder.crates(),
            3 => builder.bricks(),
            4 => builder.stairs(),
            5 => builder.patrol(),
            _ => builder.plateau(),
        }
        let rest = builder.rng.between(2, 4);
        builder.flat(rest);
    }
    finish(builder)
}

/// Adds the flag, the start and the enemies' ways.
fn finish(mut builder: Builder) -> Level {
    let last = builder.flat(RUN_OUT);
    builder.level.flag = last + RUN_OUT - 5;
    for row in 0..ROWS {
        if builder.level.tile(builder.level.flag, row) != Tile::Ground {
            builder.level.set(builder.level.flag, row, Tile::Empty);
        }
    }
    builder.level.start = (
        START_COLUMN * TILE,
        builder.level.surface[START_COLUMN as usize] * TILE,
    );
    let enemies = std::mem::take(&mut builder.enemies);
    builder.level.patrols = enemies
        .into_iter()
        .filter_map(|(x, row)| patrol(&builder.level, x, row))
        .collect();
    builder.level
}

/// The stretch around a tile that an enemy can walk without falling or bumping; none if it is too short.
fn patrol(level: &Level, column: i32, row: i32) -> Option<Patrol> {
    const REACH: i32 = 5;
    let walkable = |x: &i32| !level.tile(*x, row).is_solid() && level.tile(*x, row + 1).is_solid();
    if !walkable(&column) {
        return None;
    }
    let first = (column - REACH..column)
        .rev()
        .take_while(walkable)
        .last()
        .unwrap_or(column);
    let last = (column + 1..=column + REACH)
        .take_while(walkable)
        .last()
        .unwrap_or(column);
    (last > first).then_some(Patrol {
        x: column * TILE,
        y: row * TILE,
        min_x: first * TILE,
        max_x: last * TILE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::{HIGHEST, LOWEST};

    #[test]
    fn levels_keep_the_rules_that_make_them_passable() {
        for seed in 0..500 {
            let level = generate(seed);
            assert!(
                (128..=190).contains(&level.columns()),
                "seed {seed}: {} columns",
                level.columns()
            );
            assert_eq!(level.tiles.len() as i32, level.columns() * ROWS);
            let mut pit = 0;
            for column in 0..level.columns() {
                // A brick in a pit's middle splits it into two jumps.
                let bridged = (0..ROWS).any(|row| level.tile(column, row) == Tile::Brick);
                pit = if level.is_pit(column) && !bridged {
                    pit + 1
                } else {
                    0
                };
                assert!(pit <= 4, "seed {seed}: pit of {pit} at {column}");
                let surface = level.surface[column as usize];
                assert!((HIGHEST..=LOWEST).contains(&surface));
                if column > 0 {
                    let rise = level.surface[column as usize - 1] - surface;
                    assert!(
                        (-3..=2).contains(&rise),
                        "seed {seed}: step of {rise} at {column}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_kind_of_thing_appears_in_most_levels() {
        let count = |present: &dyn Fn(&Level) -> bool| {
            (0..100).filter(|&seed| present(&generate(seed))).count()
        };
        for tile in [
            Tile::Brick,
            Tile::Crate,
            Tile::Coin,
            Tile::DecorA,
            Tile::DecorB,
        ] {
            assert!(count(&|level| level.tiles.contains(&tile)) > 80, "{tile:?}");
        }
        assert!(count(&|level| (0..level.columns()).any(|x| level.is_pit(x))) > 90);
        assert!(count(&|level| level.patrols.len() >= 2) > 80);
    }

    #[test]
    fn start_and_flag_stand_on_ground() {
        for seed in 0..200 {
            let level = generate(seed);
            let (x, feet) = level.start;
            assert!(level.solid_at(x, feet) && !level.solid_box(x, feet - 10, 6, 10));
            assert!(
                level
                    .tile(level.flag, level.surface[level.flag as usize])
                    .is_solid()
            );
        }
    }
}
