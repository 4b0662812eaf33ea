//! What the names of a world's actions say: where they lead.
//!
//! A world finds its actions by itself, and whoever exports it names them by what is seen to move:
//! `left`, `jump right`, `still`. Arrow keys, pads, pictograms and recorded plays are all mapped
//! through these names, here and nowhere else.

/// One of the four ways that arrow keys and pads know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Against the direction of reading Latin.
    Left,
    /// The other way.
    Right,
    /// Also a jump.
    Up,
    /// Also a fall, or ducking.
    Down,
}

/// A way on the screen, whatever the direction of its texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// 1 to the right, −1 to the left.
    pub x: i8,
    /// 1 up, −1 down.
    pub y: i8,
}

impl Way {
    /// All of `directions` at once; contrary ones cancel out.
    pub fn of(directions: impl IntoIterator<Item = Direction>) -> Self {
        let mut way = Self::default();
        for direction in directions {
            match direction {
                Direction::Left => way.x -= 1,
                Direction::Right => way.x += 1,
                Direction::Up => way.y += 1,
                Direction::Down => way.y -= 1,
            }
        }
        Self {
            x: way.x.signum(),
            y: way.y.signum(),
        }
    }
}

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It leads somewhere.
    Way(Way),
    /// Nothing is done.
    Still,
    /// The world has no use for it.
    Unused,
    /// Nothing that is known here.
    Other,
}

/// What one name says. Numbers tell actions of the same kind apart, and say nothing.
pub fn kind(name: &str) -> Kind {
    let name = name.to_lowercase();
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    if words == ["unused"] {
        return Kind::Unused;
    }
    let direction = |word: &&str| match *word {
        "left" => Some(Direction::Left),
        "right" => Some(Direction::Right),
        "up" | "jump" | "climb" => Some(Direction::Up),
        "down" | "fall" | "duck" | "crouch" => Some(Direction::Down),
        _ => None,
    };
    let way = Way::of(words.iter().filter_map(direction));
    let still = |word: &&str| {
        matches!(
            *word,
            "still" | "stay" | "stand" | "wait" | "idle" | "rest" | "nothing" | "none" | "noop"
        )
    };
    if way != Way::default() {
        Kind::Way(way)
    } else if words.iter().any(still) {
        Kind::Still
    } else {
        Kind::Other
    }
}

/// The actions of a world, by what their names say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves(Vec<Kind>);

impl Moves {
    /// Of a world's names.
    pub fn of(names: &[String]) -> Self {
        Self(names.iter().map(|name| kind(name)).collect())
    }

    /// How many actions there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the name of `action` says.
    pub fn kind(&self, action: usize) -> Kind {
        self.0.get(action).copied().unwrap_or(Kind::Other)
    }

    /// The action that does nothing, if one is known.
    pub fn still(&self) -> Option<usize> {
        self.0.iter().position(|kind| *kind == Kind::Still)
    }

    /// The action that leads most nearly that way, if any leads there at all. One that leads
    /// elsewhere too will do where nothing better is known; one that leads back will not.
    pub fn toward(&self, way: Way) -> Option<usize> {
        let candidates = self.0.iter().enumerate().filter_map(|(action, kind)| {
            let Kind::Way(to) = *kind else { return None };
            let (x, y) = (to.x * way.x, to.y * way.y);
            (x >= 0 && y >= 0 && x + y > 0).then(|| {
                let off = (to.x - way.x).abs() + (to.y - way.y).abs();
                // A jump is worth more than a step; unasked for, it is worth less.
                let jump = if way.y == 0 { to.y } else { -y };
                (off, jump, action)
            })
        });
        candidates.min().map(|(_, _, action)| action)
    }

    /// The arrow keys that lead to `action` alone or together, for its label.
    pub fn keys(&self, action: usize) -> &'static str {
        let ways = [
            (-1, 0, "←"),
            (1, 0, "→"),
            (0, 1, "↑"),
            (0, -1, "↓"),
            (-1, 1, "↖"),
            (1, 1, "↗"),
            (-1, -1, "↙"),
            (1, -1, "↘"),
        ];
        let leads = |x, y| self.toward(Way { x, y }) == Some(action);
        ways.iter()
            .find(|(x, y, _)| leads(*x, *y))
            .map_or("", |(_, _, arrows)| arrows)
    }

    /// A recorded play, such as `right 12, jump right 8, still 3`: each a name's words and for how
    /// many frames. What this world can't do is left out.
    pub fn script(&self, text: &str) -> Vec<usize> {
        let mut actions = Vec::new();
        for part in text.split(',') {
            let (words, frames) = match part.trim().rsplit_once(' ') {
                Some((words, number)) => match number.parse::<usize>() {
                    Ok(frames) => (words, frames),
                    Err(_) => (part, 1),
                },
                None => (part, 1),
            };
            let action = match kind(words) {
                Kind::Way(way) => self.toward(way),
                Kind::Still => self.still(),
                Kind::Unused | Kind::Other => None,
            };
            actions.extend(action.into_iter().cycle().take(frames.min(1000)));
        }
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(names: &[&str]) -> Moves {
        Moves(names.iter().map(|name| kind(name)).collect())
    }

    fn way(x: i8, y: i8) -> Way {
        Way { x, y }
    }

    #[test]
    fn names_say_where_they_lead() {
        for (name, said) in [
            ("left", Kind::Way(way(-1, 0))),
            ("Jump Right 2", Kind::Way(way(1, 1))),
            ("down right 1", Kind::Way(way(1, -1))),
            ("fall", Kind::Way(way(0, -1))),
            ("still 1", Kind::Still),
            ("stand still", Kind::Still),
            ("unused", Kind::Unused),
            ("unused 12", Kind::Unused),
            ("unused left", Kind::Way(way(-1, 0))),
            ("not unused", Kind::Other),
            ("upper", Kind::Other),
            ("7", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(kind(name), said, "{name}");
        }
    }

    #[test]
    fn arrows_find_the_action_that_leads_there() {
        let coinrun = moves(&[
            "up",
            "left",
            "up right",
            "still",
            "down right 1",
            "down right 2",
        ]);
        assert_eq!(coinrun.toward(way(0, 1)), Some(0));
        assert_eq!(coinrun.toward(way(-1, 0)), Some(1));
        assert_eq!(coinrun.toward(way(1, 1)), Some(2));
        assert_eq!(coinrun.toward(way(1, 0)), Some(4), "to go is not to jump");
        assert_eq!(
            coinrun.toward(way(-1, 1)),
            Some(0),
            "a jump is worth more than a step"
        );
        assert_eq!(coinrun.toward(way(0, 0)), None);
        assert_eq!(coinrun.still(), Some(3));

        let plain = moves(&["left", "right", "jump"]);
        assert_eq!(plain.toward(way(1, 1)), Some(2));
        assert_eq!(plain.toward(way(0, -1)), None);
        assert_eq!(moves(&["0", "1"]).toward(way(1, 0)), None);
    }

    #[test]
    fn an_action_is_labelled_with_its_keys() {
        let moves = moves(&["left", "up right", "still"]);
        assert_eq!(moves.keys(0), "←");
        assert_eq!(moves.keys(1), "→");
        assert_eq!(moves.keys(2), "");
    }

    #[test]
    fn a_script_leaves_out_what_a_world_can_not_do() {
        let moves = moves(&["left", "right", "still"]);
        assert_eq!(moves.script("right 2, duck 3, left, still 1"), [1, 1, 0, 2]);
        assert_eq!(moves.script(""), [0; 0]);
        assert_eq!(moves.script(" , 3,duck x"), [0; 0]);
        assert_eq!(moves.script("left 99999999").len(), 1000);
    }
}
