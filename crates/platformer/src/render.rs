//! From the state of the world to a picture.

use crate::camera::Camera;
use crate::canvas::Canvas;
use crate::enemies::Enemy;
use crate::level::{Level, TILE, Tile};
use crate::physics::Hero;
use crate::rng::hash2;
use crate::theme::Theme;
use crate::{HEIGHT, WIDTH, backdrop, ink, sprites, tiles};

/// What a frame shows.
pub(crate) struct Scene<'a> {
    pub theme: Theme,
    pub level: &'a Level,
    pub hero: &'a Hero,
    pub enemies: &'a [Enemy],
    pub camera: &'a Camera,
}

/// Pixels walked between the hero's steps, and between an enemy's: their legs move with the way they make, and
/// in every frame of walking, so that a picture and an action are all one needs to know the next
/// picture: with a stride of two frames, half of the latent actions told which of the two it was.
const STRIDE: i32 = crate::physics::WALK;
const ENEMY_STRIDE: i32 = crate::enemies::PACE;

/// Height of the flag's pole in tiles, the cloth included.
const POLE: i32 = 4;

impl Scene<'_> {
    pub(crate) fn paint(&self) -> Canvas {
        let mut canvas = Canvas::new();
        backdrop::paint(&mut canvas, self.theme, self.level, self.camera);
        self.paint_tiles(&mut canvas);
        self.paint_flag(&mut canvas);
        for enemy in self.enemies.iter().filter(|enemy| enemy.is_visible()) {
            let step = enemy.x.div_euclid(ENEMY_STRIDE) & 1;
            let sprite = match enemy.is_alive() {
                true => &sprites::ENEMIES[self.theme.enemy()][step as usize],
                false => &sprites::FLATTENED,
            };
            self.sprite(&mut canvas, enemy.x, enemy.y(), sprite, !enemy.walks_left);
        }
        self.paint_hero(&mut canvas);
        canvas
    }

    fn sprite(&self, canvas: &mut Canvas, x: i32, y: i32, rows: &[[u8; 8]], mirrored: bool) {
        canvas.sprite(x - self.camera.x, y - self.camera.y, rows, mirrored);
    }

    fn paint_tiles(&self, canvas: &mut Canvas) {
        let (left, top) = (
            self.camera.x.div_euclid(TILE),
            self.camera.y.div_euclid(TILE),
        );
        let art = tiles::of(self.theme);
        for column in left..=left + WIDTH as i32 / TILE {
            for row in top..=top + HEIGHT as i32 / TILE {
                let sprite = match self.level.tile(column, row) {
                    Tile::Empty => continue,
                    Tile::Ground => {
                        self.paint_ground(canvas, column, row);
                        continue;
                    }
                    Tile::Brick => &art[tiles::BRICK],
                    Tile::Crate => &sprites::CRATE,
                    Tile::Coin => &sprites::COIN,
                    Tile::DecorA => &art[tiles::DECOR],
                    Tile::DecorB => &art[tiles::DECOR + 1],
                };
                self.sprite(canvas, column * TILE, row * TILE, sprite, false);
            }
        }
    }

    fn paint_ground(&self, canvas: &mut Canvas, column: i32, row: i32) {
        let is_ground = |column, row| self.level.tile(column, row) == Tile::Ground;
        let top = !is_ground(column, row - 1);
        let kind = if top {
            tiles::TOP
        } else {
            tiles::FILL + (hash2(column, row) & 1) as usize
        };
        let (x, y) = (column * TILE - self.camera.x, row * TILE - self.camera.y);
        canvas.sprite(x, y, &tiles::of(self.theme)[kind], false);
        // A dark edge along a cliff, below its grass.
        for (neighbour, edge) in [(column - 1, x), (column + 1, x + TILE - 1)] {
            if !is_ground(neighbour, row) {
                (if top { 4 } else { 0 }..TILE)
                    .for_each(|down| canvas.dot(edge, y + down, ink::EARTH_DARK));
            }
        }
    }

    fn paint_flag(&self, canvas: &mut Canvas) {
        let column = self.level.flag;
        let ground = self.level.surface_at(column * TILE);
        for up in 1..=POLE {
            let part = &sprites::FLAG[usize::from(up != POLE)];
            self.sprite(canvas, column * TILE, (ground - up) * TILE, part, false);
        }
    }

    fn paint_hero(&self, canvas: &mut Canvas) {
        let hero = self.hero;
        let pose = match () {
            () if !hero.alive => 4,
            () if !hero.on_ground => 3,
            () if hero.vx == 0 => 0,
            () => 1 + (hero.x.div_euclid(STRIDE) & 1) as usize,
        };
        // The sprite is two pixels wider than the body on each side.
        self.sprite(
            canvas,
            hero.middle() - TILE / 2,
            hero.y,
            &sprites::HERO[pose],
            hero.faces_left,
        );
    }
}
