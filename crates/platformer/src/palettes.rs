//! The colours of every theme.

use crate::ink;
use crate::theme::Theme;

type Rgb = [u8; 3];

const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

/// The colours of the inks that are the same everywhere, from `FIRST_COMMON` on.
const COMMON: [u32; ink::COUNT - ink::FIRST_COMMON as usize] = [
    0x1A_1426, 0xF8_F8F0, // outline, white
    0xF0_B888, 0x28_A8E8, 0xE0_3858, 0xF8_F0D8, // skin, turban, vest, trousers
    0xF8_C020, 0xFF_F0A0, 0xA8_6010, // gold
    0xC0_8040, 0xE8_B068, 0x70_4420, // crate
    0xE8_3030, 0xC8_C8D0, // flag, pole
];

/// One row per theme, in the inks' order: sky x4, cloud | far, near | top | earth | brick | decor | enemy.
const THEMED: [[u32; ink::FIRST_COMMON as usize]; Theme::COUNT] = [
    // Meadow.
    [
        0x58_A8F0, 0x78_BCF4, 0x98_D0F8, 0xB8_E0F8, 0xF0_F8FF, //
        0x80_C8B8, 0x98_D8C0, 0x60_B490, 0x74_C49C, //
        0x50_B840, 0x88_E058, 0x30_8438, 0xA0_6838, 0xB8_8048, 0x78_4828, //
        0xD8_7848, 0xF0_A070, 0x90_4028, 0xF0_60A0, 0xFF_F080, 0xA0_58D0, 0x70_3898,
    ],
    // Desert.
    [
        0x70_C8E0, 0x98_D8E0, 0xC8_E4D8, 0xF0_E8C8, 0xFF_F8E8, //
        0xD8_B888, 0xE8_CC9C, 0xD8_AC70, 0xE4_BC84, //
        0xE8_B850, 0xF8_DC80, 0xB8_8030, 0xD0_9848, 0xDC_AC60, 0xA8_7030, //
        0xC8_A078, 0xE8_C8A0, 0x88_6040, 0x38_9048, 0x68_C060, 0xC8_3848, 0x88_2038,
    ],
    // Snow.
    [
        0x88_A8D8, 0xA0_BCE4, 0xB8_D0F0, 0xD0_E4F8, 0xFF_FFFF, //
        0x80_98C8, 0x98_B0D8, 0x90_B0D8, 0xE0_F0FF, //
        0xE8_F4FF, 0xFF_FFFF, 0xA8_C8E8, 0x68_80B0, 0x80_98C4, 0x48_5C90, //
        0x70_C0E8, 0xC0_F0FF, 0x38_80B8, 0x28_7860, 0xE0_F0FF, 0xD8_6840, 0x98_4030,
    ],
    // Cave.
    [
        0x18_1430, 0x20_1A3C, 0x28_2048, 0x30_2854, 0x50_4080, //
        0x38_3064, 0x44_3C74, 0x48_3C70, 0x58_4C84, //
        0x88_78A0, 0xB0_A0C0, 0x60_5080, 0x58_4C74, 0x70_6490, 0x3C_3054, //
        0x50_80A0, 0x80_B0C8, 0x30_5070, 0x30_D0C0, 0xB0_FFF0, 0x70_D040, 0x40_8030,
    ],
    // Volcano.
    [
        0x48_1428, 0x68_1C28, 0x90_2C24, 0xC0_4820, 0x90_3830, //
        0x38_1020, 0xFF_9028, 0x28_0C1C, 0x58_1C24, //
        0xF8_7018, 0xFF_D040, 0xB0_3010, 0x40_3440, 0x58_4854, 0x28_2030, //
        0x70_5058, 0x98_7078, 0x40_2830, 0xA0_9098, 0xF8_8028, 0xE8_A018, 0xA0_5010,
    ],
    // City.
    [
        0x10_1838, 0x18_2450, 0x28_3068, 0x48_3C80, 0xE8_E8C8, //
        0x30_3468, 0xD8_B858, 0x20_2450, 0x70_C8D8, //
        0x88_90A8, 0xB8_C0D0, 0x58_6080, 0x48_5070, 0x60_6888, 0x30_3858, //
        0xB0_5068, 0xD8_8090, 0x70_3050, 0x40_A860, 0xFF_E878, 0x50_B8C8, 0x30_7890,
    ],
    // Candy.
    [
        0xF8_B8D8, 0xFA_C8DC, 0xFC_D8E0, 0xFE_E8E8, 0xFF_FFFF, //
        0xE8_A0D0, 0xF4_BCE0, 0xB8_D8F0, 0xD4_ECFA, //
        0xF8_80B8, 0xFF_C0E0, 0xD0_5090, 0x88_5038, 0xA8_6C48, 0x68_3828, //
        0x70_D0C0, 0xC0_FFF0, 0x38_9890, 0xE0_3878, 0xFF_FFFF, 0x50_B048, 0x30_7838,
    ],
    // Autumn.
    [
        0x68_5890, 0xA0_7098, 0xD8_9090, 0xF8_B888, 0xF8_D0A8, //
        0xA8_6880, 0xB8_7888, 0x80_4C68, 0x90_5870, //
        0xE0_7828, 0xF8_B040, 0xA8_4820, 0x78_5048, 0x90_6858, 0x54_3438, //
        0x98_8878, 0xC0_B098, 0x60_5448, 0xC8_3828, 0xF8_C850, 0xC0_3048, 0x80_2038,
    ],
];

/// The colours of a theme, by ink.
pub(crate) const fn of(theme: Theme) -> &'static [Rgb; ink::COUNT] {
    &PALETTES[theme.index()]
}

/// The palette of each theme, by its index.
static PALETTES: [[Rgb; ink::COUNT]; Theme::COUNT] = {
    let mut palettes = [[[0; 3]; ink::COUNT]; Theme::COUNT];
    let mut theme = 0;
    while theme < Theme::COUNT {
        let mut i = 0;
        while i < ink::COUNT {
            let first = ink::FIRST_COMMON as usize;
            palettes[theme][i] = rgb(if i < first {
                THEMED[theme][i]
            } else {
                COMMON[i - first]
            });
            i += 1;
        }
        theme += 1;
    }
    palettes
};
