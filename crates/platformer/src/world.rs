//! The game itself: one level after another, a frame at a time.

use crate::action::Action;
use crate::camera::Camera;
use crate::canvas::Canvas;
use crate::enemies::{Contact, Enemy};
use crate::generator;
use crate::level::{Level, TILE, Tile};
use crate::palettes;
use crate::physics::{HERO_HEIGHT, HERO_WIDTH, Hero};
use crate::render::Scene;
use crate::rng::{Rng, mix};
use crate::state::{Sight, State};
use crate::theme::Theme;
use crate::{FRAME_BYTES, Frame};

/// What a step led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The level goes on.
    Playing,
    /// The hero fell into a pit or walked into an enemy; this frame, the level's last, shows it dead.
    Died,
    /// The hero reached the flag; this frame is the level's last.
    Finished,
    /// The level had ended before this step, whose action was not used: this frame is the next level's first.
    Restarted,
}

impl Outcome {
    /// Whether the level ended with this step. The frame after it is no continuation of this one.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Died | Self::Finished)
    }
}

/// A platformer that never ends: after the flag or a death comes the next level.
#[derive(Clone, Debug)]
pub struct Platformer {
    /// Draws the seeds of the levels to come.
    seeds: Rng,
    seed: u64,
    /// A look for every level, or none: then each level's seed chooses.
    fixed_theme: Option<Theme>,
    theme: Theme,
    level: Level,
    hero: Hero,
    enemies: Vec<Enemy>,
    camera: Camera,
    coins: u32,
    frame: u32,
    ended: bool,
}

impl Platformer {
    /// The first level is that of `seed`; the levels after it, and all looks, follow from it too.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::build(seed, None)
    }

    /// As [`Platformer::new`], with one look for all levels.
    #[must_use]
    pub fn with_theme(seed: u64, theme: Theme) -> Self {
        Self::build(seed, Some(theme))
    }

    fn build(seed: u64, fixed_theme: Option<Theme>) -> Self {
        let level = generator::generate(seed);
        let (x, feet) = level.start;
        let hero = Hero::standing(x, feet);
        Self {
            seeds: Rng::new(mix(seed)),
            seed,
            fixed_theme,
            theme: fixed_theme.unwrap_or(Theme::of_seed(seed)),
            enemies: level.patrols.iter().map(Enemy::new).collect(),
            camera: Camera::on(&hero, &level),
            hero,
            level,
            coins: 0,
            frame: 0,
            ended: false,
        }
    }

    /// Goes on to the next level at once, whether or not this one has ended.
    pub fn next_level(&mut self) {
        let mut seeds = self.seeds.clone();
        let next = Self::build(seeds.next_u64(), self.fixed_theme);
        *self = Self { seeds, ..next };
    }

    /// Plays one frame. After a step that ended the level, the next one begins a new level instead.
    pub fn step(&mut self, action: Action) -> Outcome {
        if self.ended {
            self.next_level();
            return Outcome::Restarted;
        }
        self.frame += 1;
        let feet_before = self.hero.feet();
        self.hero.advance(action, &self.level);
        self.collect();
        let killed = self.meet_enemies(feet_before);
        if killed || self.hero.is_lost(&self.level) {
            self.hero.alive = false;
        }
        self.camera = Camera::on(&self.hero, &self.level);
        let outcome = match () {
            () if !self.hero.alive => Outcome::Died,
            () if self.hero.middle() >= self.goal_x() => Outcome::Finished,
            () => Outcome::Playing,
        };
        self.ended = outcome.is_end();
        outcome
    }

    fn collect(&mut self) {
        let (left, right) = (
            self.hero.x.div_euclid(TILE),
            (self.hero.x + HERO_WIDTH - 1).div_euclid(TILE),
        );
        let (top, bottom) = (
            self.hero.y.div_euclid(TILE),
            (self.hero.y + HERO_HEIGHT - 1).div_euclid(TILE),
        );
        for column in left..=right {
            for row in top..=bottom {
                if self.level.tile(column, row) == Tile::Coin {
                    self.level.set(column, row, Tile::Empty);
                    self.coins += 1;
                }
            }
        }
    }

    fn meet_enemies(&mut self, feet_before: i32) -> bool {
        let mut killed = false;
        let mut stomped = false;
        for enemy in &mut self.enemies {
            enemy.advance();
            match enemy.meet(&self.hero, feet_before) {
                Contact::Clear => {}
                Contact::Stomped => stomped = true,
                Contact::Killed => killed = true,
            }
        }
        if stomped {
            self.hero.bounce();
        }
        killed
    }

    /// The frame as it is now.
    #[must_use]
    pub fn render(&self) -> Frame {
        let mut frame = Box::new([0; FRAME_BYTES]);
        self.render_into(&mut frame[..]);
        frame
    }

    /// Writes the frame as it is now.
    ///
    /// # Panics
    /// If `out` is not [`FRAME_BYTES`] long.
    pub fn render_into(&self, out: &mut [u8]) {
        self.paint().write(palettes::of(self.theme), out);
    }

    fn paint(&self) -> Canvas {
        Scene {
            theme: self.theme,
            level: &self.level,
            hero: &self.hero,
            enemies: &self.enemies,
            camera: &self.camera,
        }
        .paint()
    }

    /// The truth behind the frame, for evaluation and for policies.
    #[must_use]
    pub fn state(&self) -> State {
        let hero = &self.hero;
        State {
            x: hero.x,
            y: hero.y,
            vx: hero.vx,
            vy: hero.vy,
            on_ground: hero.on_ground,
            blocked: hero.blocked,
            faces_left: hero.faces_left,
            alive: hero.alive,
            camera_x: self.camera.x,
            camera_y: self.camera.y,
            coins: self.coins,
            frame: self.frame,
            left: Sight::of(hero, &self.level, &self.enemies, -1),
            right: Sight::of(hero, &self.level, &self.enemies, 1),
        }
    }

    /// Seed of the level being played.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Look of the level being played.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.theme
    }

    /// Pixel column of the flag's pole: the level is finished when the middle of the hero gets there.
    #[must_use]
    pub const fn goal_x(&self) -> i32 {
        self.level.flag * TILE + TILE / 2
    }

    /// Whether a pixel of the level is inside something solid.
    #[must_use]
    pub fn is_solid(&self, x: i32, y: i32) -> bool {
        self.level.solid_at(x, y)
    }
}
