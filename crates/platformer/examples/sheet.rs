//! Writes a contact sheet of one theme to standard output, as a PPM picture: `cargo run --example sheet -- meadow > meadow.ppm`.

use std::io::{Error, Write};

use platformer::policy::{MixedPolicy, Policy};
use platformer::{FRAME_BYTES, HEIGHT, Platformer, Theme, WIDTH};

const COLUMNS: usize = 8;
const ROWS: usize = 5;
const FRAMES_BETWEEN: usize = 11;

fn main() -> Result<(), Error> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let theme =
        Theme::from_name(&name).ok_or_else(|| Error::other(format!("no theme '{name}'")))?;
    let (mut game, mut policy) = (Platformer::with_theme(3, theme), MixedPolicy::new(3));
    let mut sheet = vec![0; COLUMNS * ROWS * FRAME_BYTES];
    for cell in 0..COLUMNS * ROWS {
        let frame = game.render();
        for (y, row) in frame.chunks(WIDTH * 3).enumerate() {
            let line = (cell / COLUMNS * HEIGHT + y) * COLUMNS + cell % COLUMNS;
            sheet[line * WIDTH * 3..][..WIDTH * 3].copy_from_slice(row);
        }
        for _ in 0..FRAMES_BETWEEN {
            let action = policy.act(&game.state());
            game.step(action);
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "P6 {} {} 255", COLUMNS * WIDTH, ROWS * HEIGHT)?;
    out.write_all(&sheet)
}
