//! How a product is cut up: how much one invocation and one workgroup do.

use super::super::device::Class;
use super::Shape;

/// One way to cut up a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Rows of an invocation.
    rows: u32,
    /// Vectors of four columns of an invocation.
    columns: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `linear.wgsl`: everything in registers, `lanes` invocations a workgroup.
    Registers { lanes: u32 },
    /// `linear_shared.wgsl`: a block of `side · side` invocations, `step` vectors of inputs at a time.
    Shared { side: u32, step: u32 },
}

/// Few, because a software adapter has few threads to share them among.
const SOFTWARE_LANES: u32 = if cfg!(target_family = "wasm") { 4 } else { 8 };

impl Tile {
    /// `rows` rows and `columns` vectors of four columns in the registers of each invocation.
    pub const fn registers(rows: u32, columns: u32, lanes: u32) -> Self {
        let kind = Kind::Registers { lanes };
        Self {
            rows,
            columns,
            kind,
        }
    }

    /// The same for each of `side · side` invocations, which share their inputs, `step` vectors at a time.
    pub const fn shared(rows: u32, columns: u32, side: u32, step: u32) -> Self {
        let kind = Kind::Shared { side, step };
        Self {
            rows,
            columns,
            kind,
        }
    }

    /// What is best by experience. On imitated adapters loads are dear, so a tile is as large as registers
    /// and the time to compile it allow; on real ones there must be enough invocations to hide the latency
    /// of loads, and large matrices are worth sharing.
    pub fn by_class(class: Class, shape: Shape, rows: usize) -> Self {
        match class {
            Class::Software => Self::registers(8, 4, SOFTWARE_LANES),
            Class::Hardware if rows < 256 || shape.inputs.max(shape.outputs) < 512 => {
                Self::registers(4, 1, 32)
            }
            Class::Hardware => Self::shared(4, 1, 16, 4),
        }
    }

    /// What is worth measuring on a real graphics processor.
    pub const CANDIDATES: [Self; 5] = [
        Self::registers(4, 1, 32),
        Self::registers(8, 2, 16),
        Self::registers(8, 4, 8),
        Self::shared(4, 1, 8, 4),
        Self::shared(4, 1, 16, 4),
    ];

    pub(super) fn is_shared(self) -> bool {
        matches!(self.kind, Kind::Shared { .. })
    }

    pub(super) fn kernel(self) -> &'static str {
        match self.kind {
            Kind::Registers { .. } => "linear",
            Kind::Shared { .. } => "linear_shared",
        }
    }

    pub(super) fn constants(self) -> Vec<(&'static str, u32)> {
        let mut constants = vec![("TILE_ROWS", self.rows), ("TILE_COLUMNS", self.columns)];
        match self.kind {
            Kind::Registers { lanes } => constants.push(("LANES", lanes)),
            Kind::Shared { side, step } => {
                constants.extend([("SIDE", side), ("STEP", step), ("LANES", side * side)]);
            }
        }
        constants
    }

    pub(super) fn shared_bytes(self) -> u32 {
        match self.kind {
            Kind::Registers { .. } => 0,
            Kind::Shared { side, step } => 16 * step * side * (self.rows + 4 * self.columns),
        }
    }

    /// Workgroups for `rows` rows of `outputs` outputs.
    pub(super) fn workgroups(self, rows: usize, outputs: usize) -> usize {
        let cut = |n: usize, side: u32, each: u32| n.div_ceil((side * each) as usize);
        match self.kind {
            Kind::Registers { lanes } => {
                let items = cut(rows, 1, self.rows) * cut(outputs / 4, 1, self.columns);
                items.div_ceil(lanes as usize)
            }
            Kind::Shared { side, .. } => {
                cut(rows, side, self.rows) * cut(outputs / 4, side, self.columns)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workgroups_cover_the_product() {
        let tile = Tile::registers(8, 4, 8);
        assert_eq!(tile.workgroups(64, 128), 8);
        assert_eq!(tile.workgroups(65, 132), 11);
        let tile = Tile::shared(4, 1, 16, 4);
        assert_eq!(tile.workgroups(64, 64), 1);
        assert_eq!(tile.workgroups(65, 68), 4);
        for tile in Tile::CANDIDATES {
            assert!(tile.shared_bytes() <= 16 * 1024, "{tile:?}");
        }
    }
}
