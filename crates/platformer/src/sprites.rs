//! The pictures that look alike in every theme: the hero, the enemies' shapes, crate, coin and flag.
//!
//! Eight pixels wide and outlined, few colours, so that they stand out from any background, and so that a
//! small model can learn to draw them.

use crate::ink::{Sprite, sheet};

/// The hero, facing right: standing, two steps of walking, in the air, and dead.
pub(crate) const HERO: [Sprite<10>; 5] = sheet([
    "..oooo.. ..oooo.. ..oooo.. ..oooo.. ........",
    ".ouuGuo. .ouuGuo. .ouuGuo. .ouuGuo. ..oooo..",
    "ouuuuuuo ouuuuuuo ouuuuuuo ouuuuuuo .ouuGuo.",
    ".ossoso. .ossoso. .ossoso. .ossoso. ouuuuuuo",
    ".osssso. .osssso. .osssso. sosssso. .oosoos.",
    "ovvvvvvo ovvvvvvo ovvvvvvo ovvvvvvs .osssso.",
    "osvvvvso svvvvvso osvvvvvs .ovvvvo. ovvvvvvo",
    ".oppppo. .oppppo. .oppppo. .opppppo osvvvvso",
    ".oppppo. oppoopp. ..oppo.. opppoppo opppoppo",
    ".oo..oo. oo...oo. ..oooo.. oo...oo. ooo..ooo",
]);

/// Four shapes of enemies, each in two steps of walking, facing left.
pub(crate) const ENEMIES: [[Sprite<8>; 2]; 4] = [
    // A slime.
    sheet([
        "........ ........",
        "..oooo.. ........",
        ".ommmmo. ..oooo..",
        "omwmwmmo .ommmmo.",
        "omomommo omwmwmmo",
        "ommmmmmo omomommo",
        "oMMMMMMo oMMMMMMo",
        ".oooooo. oooooooo",
    ]),
    // A beetle.
    sheet([
        "........ ........",
        "...ooo.. ...ooo..",
        "..ommmo. ..ommmo.",
        ".ommMmmo .ommMmmo",
        "owommMmo owommMmo",
        "oommmmmo oommmmmo",
        ".oooooo. .oooooo.",
        "o..o..o. .o..o..o",
    ]),
    // A mushroom.
    sheet([
        "..oooo.. ..oooo..",
        ".omwmmo. .omwmmo.",
        "ommmmwmo ommmmwmo",
        "omwmmmmo omwmmmmo",
        ".oooooo. .oooooo.",
        ".owowwo. .owowwo.",
        ".owwwwo. .owwwwo.",
        "ooo.oo.. ..oo.ooo",
    ]),
    // A robot.
    sheet([
        "...o.... ...o....",
        ".oooooo. .oooooo.",
        "ommmmmmo ommmmmmo",
        "owowommo owowommo",
        "ommmmmmo ommmmmmo",
        ".oMMMMo. .oMMMMo.",
        ".oooooo. .oooooo.",
        "oo..oo.. ..oo..oo",
    ]),
];

/// What is left of an enemy that was stomped on.
pub(crate) const FLATTENED: Sprite<8> = sheet::<1, 8>([
    "........", "........", "........", "........", "........", "..oooo..", "oommmmoo", "oMMMMMMo",
])[0];

pub(crate) const CRATE: Sprite<8> = sheet::<1, 8>([
    "KKKKKKKc", "KkkkkkKc", "KkKkkKkc", "KkkKKkkc", "KkkKKkkc", "KkKkkKkc", "KKkkkkKc", "cccccccc",
])[0];

pub(crate) const COIN: Sprite<8> = sheet::<1, 8>([
    "........", "..DDDD..", ".DGGggD.", ".DGggDD.", ".DGggDD.", ".DgggDD.", "..DDDD..", "........",
])[0];

/// The flag's cloth and the pole under it.
pub(crate) const FLAG: [Sprite<8>; 2] = sheet([
    "..oGGo.. ...ll...",
    "...ffwwf ...ll...",
    "...ffwwf ...ll...",
    "...wwffw ...ll...",
    "...wwffw ...ll...",
    "...ffwwf ...ll...",
    "...ffwwf ...ll...",
    "...ll... ...ll...",
]);
