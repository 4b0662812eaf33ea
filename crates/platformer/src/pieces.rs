//! The set pieces that levels are made of, each appended to the right of what is there.

use crate::level::{Level, ROWS, Tile};
use crate::rng::Rng;

/// Highest and lowest row of the ground's surface: above it room for two tiers of bricks and a jump, below it four
/// rows that are seen.
pub(crate) const HIGHEST: i32 = 12;
pub(crate) const LOWEST: i32 = ROWS - 4;

/// A level in the making.
pub(crate) struct Builder {
    pub rng: Rng,
    pub level: Level,
    /// The row that the next ground column starts at.
    ground: i32,
    /// Columns on which an enemy is wanted, with the row of the tile it stands in.
    pub enemies: Vec<(i32, i32)>,
}

impl Builder {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x6C65_7665_6C73);
        let ground = rng.between(HIGHEST + 2, LOWEST);
        let level = Level {
            tiles: Vec::new(),
            surface: Vec::new(),
            patrols: Vec::new(),
            start: (0, 0),
            flag: 0,
        };
        Self {
            rng,
            level,
            ground,
            enemies: Vec::new(),
        }
    }

    fn column(&mut self, surface: i32, solid: bool) {
        self.level.surface.push(surface);
        let fill = if solid { Tile::Ground } else { Tile::Empty };
        self.level
            .tiles
            .extend((0..ROWS).map(|row| if row >= surface { fill } else { Tile::Empty }));
    }

    /// Ground columns, some with a plant; returns the first one.
    pub(crate) fn flat(&mut self, count: i32) -> i32 {
        let first = self.level.columns();
        for column in first..first + count {
            self.column(self.ground, true);
            if self.rng.chance(24) {
                let decor = if self.rng.chance(60) {
                    Tile::DecorA
                } else {
                    Tile::DecorB
                };
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

    pub(crate) fn pit(&mut self) {
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
    pub(crate) fn island(&mut self) {
        let (near, middle, far) = (
            self.rng.between(2, 3),
            self.rng.between(2, 4),
            self.rng.between(2, 3),
        );
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

    pub(crate) fn crates(&mut self) {
        const STACKS: [&[i32]; 7] = [
            &[1],
            &[1, 1],
            &[2],
            &[1, 2],
            &[2, 1],
            &[1, 2, 1],
            &[1, 0, 0, 0, 1],
        ];
        let stack = STACKS[self.rng.below(STACKS.len() as u32) as usize];
        let first = self.flat(stack.len() as i32 + 2) + 1;
        for (column, &height) in (first..).zip(stack) {
            for level in 1..=height {
                self.level.set(column, self.ground - level, Tile::Crate);
            }
        }
        let (top, middle) = (
            stack.iter().copied().max().unwrap_or(0),
            first + stack.len() as i32 / 2,
        );
        if stack.len() == 5 {
            self.enemies.push((middle, self.ground - 1));
        } else if self.rng.chance(50) {
            self.level.set(middle, self.ground - top - 2, Tile::Coin);
        }
    }

    /// A brick platform overhead, at times with a second one above it: the coins are up there.
    pub(crate) fn bricks(&mut self) {
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

    pub(crate) fn stairs(&mut self) {
        let rows = if self.ground > (HIGHEST + LOWEST) / 2 {
            -1
        } else {
            1
        };
        for _ in 0..self.rng.between(2, 4) {
            self.step(rows);
            self.flat(2);
        }
    }

    pub(crate) fn patrol(&mut self) {
        let length = self.rng.between(6, 9);
        let first = self.flat(length);
        self.enemies.push((first + length - 2, self.ground - 1));
        if self.rng.chance(50) {
            for column in first + 1..first + 4 {
                self.level.set(column, self.ground - 2, Tile::Coin);
            }
        }
    }

    pub(crate) fn plateau(&mut self) {
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
}
