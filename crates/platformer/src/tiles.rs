//! The tiles of every theme, drawn as text: see `ink.rs` for the letters.

use crate::ink::{Sprite, sheet};
use crate::theme::Theme;

/// Side by side: ground with its top, two kinds of ground inside, brick, two kinds of scenery.
pub(crate) type TileArt = [Sprite<8>; 6];

pub(crate) const TOP: usize = 0;
pub(crate) const FILL: usize = 1;
pub(crate) const BRICK: usize = 3;
pub(crate) const DECOR: usize = 4;

/// The tiles of a theme.
pub(crate) const fn of(theme: Theme) -> &'static TileArt {
    &TILES[theme.index()]
}

/// The tiles of each theme, by its index.
static TILES: [TileArt; Theme::COUNT] = [
    // Meadow: grass on earth; tall grass, a flower.
    sheet([
        "TTTTTTTT eeeeeeee eeeeeeee RRRRRRRq ........ ........",
        "tTttTttT eeeeeeee eeedeeee Rrrrrrrq ........ ..xx....",
        "tttttttt eeeeEeee eeeeeeee Rrrrrrrq ........ .xXXx...",
        "tthttttt eeeeeeee eeeeeeEe qqqqqqqq ........ .xXXx...",
        "hthetthe edeeeeee eEeeeeee RRRqRRRR ...t..t. ..xx....",
        "ehehehed eeeeeeee eeeeeeee rrrqRrrr .t.T.tt. ...h.t..",
        "eeeeeeee eeeeedee eeeedeee rrrqRrrr .tTt.Tt. .t.hh...",
        "eeEeeeee eEeeeeee edeeeeee qqqqqqqq .tTttTt. ..hh....",
    ]),
    // Desert: ripples of sand; a cactus, a stone.
    sheet([
        "TTTTTTTT eeeeeeee eeeeeeee RRRRRRRR ...xX... ........",
        "tttTTttt eeEEEeee eeeeeeee Rrrrrrrq .x.xX... ........",
        "TTtttttt EEeeeEEE eedddeee Rrqqqrrq .x.xX.x. ........",
        "tttthhtt eeeeeeee ddeeeddd Rrqrrrrq .xxxX.x. ........",
        "hhtttthh eeeeeeee eeeeeeee Rrrrrqrq ...xXxx. ..RRR...",
        "eeeeeeee eeeddeee eeeEEeee Rrqqqqrq ...xX... .Rrrrq..",
        "eeeeeeee dddeeddd eEEeeEEe Rrrrrrrq ...xX... RrrrrrqR",
        "eddeeedd eeeeeeee eeeeeeee qqqqqqqq ...xX... qrrrrqqr",
    ]),
    // Snow: a white cap on blue rock; a fir, a snow heap.
    sheet([
        "TTTTTTTT eeeeeeee eeeeeeee RRRRRRRR ...XX... ........",
        "TTTTTTTT eeeEeeee eeeeeeee RRrrrrrr ...xX... ........",
        "tTTtTTTt eeEeeeee eeeeedee RrrRrrrq ..xxxx.. ........",
        "tttttttt eeeeeeee eeeedeee RrRrrrRq ..xXXx.. ........",
        "htthttth eeeeedee eeeeeeee RrrrrRrq .xxxxxx. ........",
        "ehhehthe eeeedeee eEeeeeee RrrrRrrq .XXxxXX. ..TTT...",
        "eeeehhee eeeeeeee Eeeeeeee rrrrrrqq xxxxxxxx .TTTtT..",
        "eeEeeeee edeeeeee eeeeeeee rqqqqqqq ...oo... TTtttttt",
    ]),
    // Cave: round stones; crystals, small stones.
    sheet([
        "TTTTTTTT eeEEEeed eEEeedee RRRRRRRR ...X.... ........",
        "TttttttT eEeeeeed EeeeedeE RrrrrrrR ...Xx... ........",
        "ttthtttt eeeeeedd eeeeedeE RrRRrrqq .X.Xx... ........",
        "htttthth deeeeddE deeeddee qqqqqqqq .Xx.x.X. ........",
        "ehhhehhe ddddddEe ddddeEee RRRRRRRR .XxXxxX. ........",
        "eEeedEee EEeeddee eeedEeee rrrRrrrr ..xXxXx. ..TT....",
        "eeeedeee eeeeedee eeeedeee rqqRrqqq ..xxxXx. .Tttt.T.",
        "deeddeee deeeddee deeeddde qqqqqqqq ...xxx.. .tthtTth",
    ]),
    // Volcano: glowing cracks in black rock; a dead shrub, a flame.
    sheet([
        "TTtTTTtT eeeeeeee eeeedeee RRRRRRRq ........ ........",
        "tttttttt eEeeeeee eeedeeee Rrrrrrrq ........ ...X....",
        "thttthht eeeeedee eeedeeeE Rrrqrrrq x..x...x ...X....",
        "hehthehh eeeedeee deedeeee Rrrqqrrq .x.x..x. ..XXX...",
        "eeehteee deedeeee edeeddee Rrqrqqrq ..xx.xx. ..XTX...",
        "eEeheeee eddeeeee eeeeeeed Rqrrrqrq ...xx... .XXTXX..",
        "eeeeedee eeeeeeEe eEeeeede Rrrrrrrq ...xx... .XTTTX..",
        "edeeeeee eeeeeeee eeeeedee qqqqqqqq ...xx... ..XTX...",
    ]),
    // City: paving on wall; a street lamp, a bush.
    sheet([
        "TTTTTTTT eeeedeee eeeedeee RRRRRRRR ..XXX... ........",
        "tttttttt eeeedeee EEEEdEEE Rrrrrrrq ..XXX... ........",
        "tthttttt EEEEdEEE eeeedeee RrRRRRrq ...l.... ........",
        "hhhhhhhh dddddddd dddddddd RrRrrqrq ...l.... ........",
        "eeeeeeee deeeeeee deeeeeee RrRrrqrq ...l.... ...xx...",
        "EEEEdEEE dEEEEEEE deeeeeee RrRqqqrq ...l.... .xxxxx..",
        "eeeedeee deeeeeee dEEEEEEE Rrrrrrrq ...l.... xxxxxxx.",
        "dddddddd dddddddd dddddddd qqqqqqqq ..lll... xxxxxxxx",
    ]),
    // Candy: icing that drips on chocolate; a lollipop, a sweet.
    sheet([
        "TTTTTTTT eeeeeeee eeeeeeee RRrrrRRR ..xxx... ........",
        "tTtttTtt eeEeeeee eeeeeeee RrrrRRRr .xXXxx.. ........",
        "tttttttt eEeeeeee eeeeedee rrrRRRrr .XxxXx.. ........",
        "ttthttth eeeeeeee eeeedeee rrRRRrrr .XxXXx.. ........",
        "httehtte eeeeedee eEeeeeee rRRRrrrR ..XXx... ........",
        "etheehhe eeeedeee Eeeeeeee RRRrrrRR ...w.... ..XX.x..",
        "ehheeeee edeeeeee eeeeeeee RRrrrRRq ...w.... x.xXXx..",
        "eeeeeeee eeeeeeee eeeedeee qqqqqqqq ...w.... .xXxx.x.",
    ]),
    // Autumn: fallen leaves on loam; a red shrub, a pumpkin.
    sheet([
        "tTTtTTtT eeeeeeee eeeeeeee RRRRRRRR ........ ........",
        "TtttTttt eeedeeee eeeeeEEe RrrrRrrq ..xxx... ........",
        "ttTtthtT eeeeeeee eeeeeeee RrrqRrrq .xXxxx.. ...h....",
        "htthttth eEEeeeee eddeeeee RqqqRqqq .xxxXxx. ..th....",
        "ehehehhe eeeeeede eeeeeeee RRRRRRRR xxXxxxx. .tTtTt..",
        "eeeheeee eeeeeeee eeeedeee rrRrrrqR xxxxxXxx tTtTtTh.",
        "eEEeeeee edeeeeee eEeeeeee rqRrrrqr .xxxxxx. tTtTtTh.",
        "eeeeedde eeeeeEEe eeeeeeee qqqqqqqq ...oo... .ththt..",
    ]),
];
