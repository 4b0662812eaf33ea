//! What a level is: a grid of tiles, where its enemies walk, where it starts and where it ends.

/// Side of a tile, in pixels.
pub const TILE: i32 = 8;

/// Rows of a level. Row 0 is the top; more than a screen, so that the camera has somewhere to go.
pub const ROWS: i32 = 20;

/// What fills one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tile {
    Empty,
    Ground,
    Brick,
    Crate,
    Coin,
    /// Scenery that nothing collides with: each theme draws two kinds.
    DecorA,
    DecorB,
}

impl Tile {
    pub(crate) const fn is_solid(self) -> bool {
        matches!(self, Self::Ground | Self::Brick | Self::Crate)
    }
}

/// Where an enemy starts, and the pixels between which its left edge stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Patrol {
    pub x: i32,
    pub y: i32,
    pub min_x: i32,
    pub max_x: i32,
}

/// A level: unlimited in number, one for each seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// Column by column, so that a generator that walks right only appends.
    pub tiles: Vec<Tile>,
    /// Row of the ground's top tile per column; over a pit, that of its lower edge.
    pub surface: Vec<i32>,
    pub patrols: Vec<Patrol>,
    /// Pixel of the hero's left edge and feet at the start.
    pub start: (i32, i32),
    /// Column of the flag's pole.
    pub flag: i32,
}

impl Level {
    /// Width in tiles.
    pub(crate) const fn columns(&self) -> i32 {
        self.surface.len() as i32
    }

    /// Width in pixels.
    pub(crate) const fn width(&self) -> i32 {
        self.columns() * TILE
    }

    /// The tile of a column and row. Beyond the left and right end it is ground (a wall), above and below nothing.
    pub(crate) fn tile(&self, column: i32, row: i32) -> Tile {
        if column < 0 || column >= self.columns() {
            return Tile::Ground;
        }
        if !(0..ROWS).contains(&row) {
            return Tile::Empty;
        }
        self.tiles[(column * ROWS + row) as usize]
    }

    /// Replaces a tile; places outside of the grid are ignored.
    pub(crate) fn set(&mut self, column: i32, row: i32, tile: Tile) {
        if (0..self.columns()).contains(&column) && (0..ROWS).contains(&row) {
            self.tiles[(column * ROWS + row) as usize] = tile;
        }
    }

    /// Whether the pixel is inside something solid.
    pub(crate) fn solid_at(&self, x: i32, y: i32) -> bool {
        self.tile(x.div_euclid(TILE), y.div_euclid(TILE)).is_solid()
    }

    /// Whether a box of pixels touches something solid.
    pub(crate) fn solid_box(&self, x: i32, y: i32, width: i32, height: i32) -> bool {
        let columns = x.div_euclid(TILE)..=(x + width - 1).div_euclid(TILE);
        let rows = y.div_euclid(TILE)..=(y + height - 1).div_euclid(TILE);
        columns
            .into_iter()
            .any(|column| rows.clone().any(|row| self.tile(column, row).is_solid()))
    }

    /// The ground's top row at a pixel column, clamped to the level.
    pub(crate) fn surface_at(&self, x: i32) -> i32 {
        self.surface[x.div_euclid(TILE).clamp(0, self.columns() - 1) as usize]
    }

    /// Whether a column has no ground at all.
    pub(crate) fn is_pit(&self, column: i32) -> bool {
        (0..self.columns()).contains(&column) && self.tile(column, ROWS - 1) == Tile::Empty
    }
}
