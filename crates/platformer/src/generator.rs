//! Builds levels from left to right out of small set pieces, each of which the hero can pass.
//!
//! Passable by construction: a full jump rises 27 pixels and carries 33, so a step up is at most two tiles
//! (three would leave no room for error), a pit at most four, three where the far side is higher, and what
//! hangs overhead leaves two free tiles below it. A search bot checks the promise in `tests/passable.rs`.

use crate::level::{Level, Patrol, ROWS, TILE, Tile};
use crate::rng::Rng;

/// Highest and lowest row of the ground's surface: above it room for two tiers of bricks and a jump.
const HIGHEST: i32 = 11;
const LOWEST: i32 = ROWS - 2;

/// Flat columns before anything happens; the hero starts in their middle, a camera's half-width from the wall.
const RUN_UP: i32 = 14;
const START_COLUMN: i32 = 9;

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
    builder.finish()
}

struct Builder {
    rng: Rng,
    level: Level,
    /// The row that the next ground column starts at.
    ground: i32,
    /// Columns on which an enemy is wanted, with the row of the tile it stands in.
    enemies: Vec<(i32, i32)>,
}

impl Builder {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x6C65_7665_6C73);
        let ground = rng.between(HIGHEST + 2, LOWEST);
        let level = Level { tiles: Vec::new(), surface: Vec::new(), patrols: Vec::new(), start: (0, 0), flag: 0 };
        Self { rng, level, ground, enemies: Vec::new() }
    }

    fn column(&mut self, surface: i32, solid: bool) {
        self.level.surface.push(surface);
        let fill = if solid { Tile::Ground } else { Tile::Empty };
        self.level.tiles.extend((0..ROWS).map(|row| if row >= surface { fill } else { Tile::Empty }));
    }

    /// Ground columns, some with a plant; returns the first one.
    fn flat(&mut self, count: i32) -> i32 {
        let first = self.level.columns();
        for column in first..first + count {
            self.column(self.ground, true);
            if self.rng.chance(24) {
                let decor = if self.rng.chance(60) { Tile::DecorA } else { Tile::DecorB };
                self.level.set(column, self.ground - 1, decor);
            }
        }
        first
    }

    /// A step by `rows` (negative is up), as far as the surface's range lets it.
    fn step(&mut self, rows: i32) {
        self.ground = (self.ground + rows).clamp(HIGHEST, LOWEST);
    }

    fn gap(&mut self, width: i32, far_side: i32) -> i32 {
        let first = self.level.columns();
        for _ in 0..width {
            self.column(self.ground.max(far_side), false);
        }
        first
    }

    fn pit(&mut self) {
        let before = self.ground;
        let width = self.rng.between(2, 4);
        let rise = if width == 4 { 0 } else { -1 };
        let rows = self.rng.between(rise, 2);
        self.step(rows);
        let after = self.ground;
        self.ground = before;
        let first = self.gap(width, after);
        self.ground = after;
        if self.rng.chance(60) {
            let top = before.min(after) - 3;
            for i in 0..width {
                let edge = i32::from(i == 0 || i == width - 1);
                self.level.set(first + i, top + edge, Tile::Coin);
            }
        }
        self.flat(3);
    }

    /// A pit too wide to jump, with bricks in its middle to land on.
    fn island(&mut self) {
        let (near, middle, far) = (self.rng.between(2, 3), self.rng.between(2, 4), self.rng.between(2, 3));
        let first = self.gap(near + middle + far, self.ground);
        let row = self.ground - self.rng.between(0, 1);
        let coins = self.rng.chance(60);
        for column in first + near..first + near + middle {
            self.level.set(column, row, Tile::Brick);
            if coins {
                self.level.set(column, row - 1, Tile::Coin);
            }
        }
        self.flat(3);
    }

    fn crates(&mut self) {
        const STACKS: [&[i32]; 7] = [&[1], &[1, 1], &[2], &[1, 2], &[2, 1], &[1, 2, 1], &[1, 0, 0, 0, 1]];
        let stack = STACKS[self.rng.below(STACKS.len() as u32) as usize];
        let first = self.flat(stack.len() as i32 + 2) + 1;
        for (column, &height) in (first..).zip(stack) {
            for level in 1..=height {
                self.level.set(column, self.ground - level, Tile::Crate);
            }
        }
        let (top, middle) = (stack.iter().copied().max().unwrap_or(0), first + stack.len() as i32 / 2);
        if stack.len() == 5 {
            self.enemies.push((middle, self.ground - 1));
        } else if self.rng.chance(50) {
            self.level.set(middle, self.ground - top - 2, Tile::Coin);
        }
    }

    /// A brick platform overhead, at times with a second one above it: the coins are up there.
    fn bricks(&mut self) {
        let length = self.rng.between(3, 6);
        let first = self.flat(length + 3) + 1;
        let row = self.ground - 3;
        for column in first..first + length {
            self.level.set(column, row, Tile::Brick);
        }
        let coins = self.rng.between(1, length);
        for column in first..first + coins {
            self.level.set(column, row - 1, Tile::Coin);
        }
        if length >= 4 && self.rng.chance(40) {
            let upper = first + length - 1;
            for column in upper..upper + 2 {
                self.level.set(column, row - 3, Tile::Brick);
                self.level.set(column, row - 4, Tile::Coin);
            }
        }
        if self.rng.chance(40) {
            self.enemies.push((first + length / 2, self.ground - 1));
        }
    }

    fn stairs(&mut self) {
        let rows = if self.ground > (HIGHEST + LOWEST) / 2 { -1 } else { 1 };
        for _ in 0..self.rng.between(2, 4) {
            self.step(rows);
            self.flat(2);
        }
    }

    fn patrol(&mut self) {
        let length = self.rng.between(6, 9);
        let first = self.flat(length);
        self.enemies.push((first + length - 2, self.ground - 1));
        if self.rng.chance(50) {
            for column in first + 1..first + 4 {
                self.level.set(column, self.ground - 2, Tile::Coin);
            }
        }
    }

    fn plateau(&mut self) {
        let up = self.rng.between(1, 2);
        self.step(-up);
        let length = self.rng.between(4, 7);
        let first = self.flat(length);
        if length >= 6 {
            self.enemies.push((first + 3, self.ground - 1));
        }
        let down = self.rng.between(1, 3);
        self.step(down);
    }

    fn finish(mut self) -> Level {
        let last = self.flat(RUN_OUT);
        self.level.flag = last + RUN_OUT - 5;
        for row in 0..ROWS {
            if self.level.tile(self.level.flag, row) != Tile::Ground {
                self.level.set(self.level.flag, row, Tile::Empty);
            }
        }
        self.level.start = (START_COLUMN * TILE + 1, self.level.surface[START_COLUMN as usize] * TILE);
        let enemies = std::mem::take(&mut self.enemies);
        self.level.patrols = enemies.into_iter().filter_map(|(x, row)| patrol(&self.level, x, row)).collect();
        self.level
    }
}

/// The stretch around a tile that an enemy can walk without falling or bumping; none if it is too short.
fn patrol(level: &Level, column: i32, row: i32) -> Option<Patrol> {
    const REACH: i32 = 5;
    let walkable = |x: &i32| !level.tile(*x, row).is_solid() && level.tile(*x, row + 1).is_solid();
    if !walkable(&column) {
        return None;
    }
    let first = (column - REACH..column).rev().take_while(walkable).last().unwrap_or(column);
    let last = (column + 1..=column + REACH).take_while(walkable).last().unwrap_or(column);
    (last > first).then_some(Patrol { x: column * TILE, y: row * TILE, min_x: first * TILE, max_x: last * TILE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_keep_the_rules_that_make_them_passable() {
        for seed in 0..500 {
            let level = generate(seed);
            assert!((128..=190).contains(&level.columns()), "seed {seed}: {} columns", level.columns());
            assert_eq!(level.tiles.len() as i32, level.columns() * ROWS);
            let mut pit = 0;
            for column in 0..level.columns() {
                // A brick in a pit's middle splits it into two jumps.
                let bridged = (0..ROWS).any(|row| level.tile(column, row) == Tile::Brick);
                pit = if level.is_pit(column) && !bridged { pit + 1 } else { 0 };
                assert!(pit <= 4, "seed {seed}: pit of {pit} at {column}");
                let surface = level.surface[column as usize];
                assert!((HIGHEST..=LOWEST).contains(&surface));
                if column > 0 {
                    let rise = level.surface[column as usize - 1] - surface;
                    assert!((-3..=2).contains(&rise), "seed {seed}: step of {rise} at {column}");
                }
            }
        }
    }

    #[test]
    fn every_kind_of_thing_appears_in_most_levels() {
        let count = |present: &dyn Fn(&Level) -> bool| (0..100).filter(|&seed| present(&generate(seed))).count();
        for tile in [Tile::Brick, Tile::Crate, Tile::Coin, Tile::DecorA, Tile::DecorB] {
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
            assert!(level.tile(level.flag, level.surface[level.flag as usize]).is_solid());
        }
    }
}
