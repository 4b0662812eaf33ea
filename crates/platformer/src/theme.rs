//! The looks a level can have.

/// A look: colours, tiles, background and enemies. It changes nothing in the play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Theme {
    /// Green hills under a blue sky.
    Meadow,
    /// Sand and pyramids.
    Desert,
    /// Snow and white peaks.
    Snow,
    /// A cave with crystals.
    Cave,
    /// Black rock, lava and volcanoes.
    Volcano,
    /// A city by night.
    City,
    /// Pink icing on chocolate.
    Candy,
    /// A forest in autumn, at dusk.
    Autumn,
}

/// What stands on the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenery {
    Hills,
    Pyramids,
    Peaks,
    Stalactites,
    Volcanoes,
    Skyline,
    Stripes,
    Pines,
}

impl Theme {
    /// How many themes there are.
    pub const COUNT: usize = 8;

    /// Every theme, at the position that [`Theme::index`] gives.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Meadow,
        Self::Desert,
        Self::Snow,
        Self::Cave,
        Self::Volcano,
        Self::City,
        Self::Candy,
        Self::Autumn,
    ];

    /// The theme's number, in `0..COUNT`.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// A short lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meadow => "meadow",
            Self::Desert => "desert",
            Self::Snow => "snow",
            Self::Cave => "cave",
            Self::Volcano => "volcano",
            Self::City => "city",
            Self::Candy => "candy",
            Self::Autumn => "autumn",
        }
    }

    /// The theme of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// The look that a level of this seed has unless another is asked for.
    #[must_use]
    pub const fn of_seed(seed: u64) -> Self {
        Self::ALL[(crate::rng::mix(seed ^ 0x0074_6865_6D65) % Self::COUNT as u64) as usize]
    }

    pub(crate) const fn scenery(self) -> Scenery {
        match self {
            Self::Meadow => Scenery::Hills,
            Self::Desert => Scenery::Pyramids,
            Self::Snow => Scenery::Peaks,
            Self::Cave => Scenery::Stalactites,
            Self::Volcano => Scenery::Volcanoes,
            Self::City => Scenery::Skyline,
            Self::Candy => Scenery::Stripes,
            Self::Autumn => Scenery::Pines,
        }
    }

    /// Which of the enemies' shapes lives here.
    pub(crate) const fn enemy(self) -> usize {
        match self {
            Self::Meadow | Self::Candy => 0,
            Self::Desert | Self::Volcano => 1,
            Self::Cave | Self::Autumn => 2,
            Self::Snow | Self::City => 3,
        }
    }
}
