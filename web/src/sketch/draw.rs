//! What tools leave on a canvas.

use super::canvas::{Canvas, Point, Rgb};

/// Pixels of the straight line from one to another, both included (Bresenham's).
pub fn line(from: Point, to: Point) -> Vec<Point> {
    let (dx, dy) = ((to.x - from.x).abs(), -(to.y - from.y).abs());
    let (step_x, step_y) = ((to.x - from.x).signum(), (to.y - from.y).signum());
    let (mut at, mut error) = (from, dx + dy);
    let mut pixels = vec![from];
    while at != to {
        let twice = 2 * error;
        if twice >= dy {
            error += dy;
            at.x += step_x;
        }
        if twice <= dx {
            error += dx;
            at.y += step_y;
        }
        pixels.push(at);
    }
    pixels
}

/// Pixels of a rectangle from one corner to the opposite one: all of it, or its edge.
pub fn rectangle(a: Point, b: Point, filled: bool) -> Vec<Point> {
    let (left, right) = (a.x.min(b.x), a.x.max(b.x));
    let (top, bottom) = (a.y.min(b.y), a.y.max(b.y));
    let rows = (top..=bottom).flat_map(|y| (left..=right).map(move |x| Point { x, y }));
    let edge = |p: &Point| p.x == left || p.x == right || p.y == top || p.y == bottom;
    rows.filter(|p| filled || edge(p)).collect()
}

/// Pixels that a brush of so many pixels across touches around `centre`. Large ones are round.
pub fn dab(centre: Point, size: usize) -> impl Iterator<Item = Point> {
    let size = size as i32;
    let low = -(size - 1) / 2;
    // Twice the distance from the middle, so that it is whole for even sizes, too.
    let off = move |d: i32| 2 * (d - low) - (size - 1);
    let inside =
        move |dx: i32, dy: i32| size < 4 || off(dx) * off(dx) + off(dy) * off(dy) <= size * size;
    (low..low + size)
        .flat_map(move |dy| (low..low + size).map(move |dx| (dx, dy)))
        .filter(move |&(dx, dy)| inside(dx, dy))
        .map(move |(dx, dy)| Point {
            x: centre.x + dx,
            y: centre.y + dy,
        })
}

/// Pixels of `at`'s colour that hang together with it, edge to edge.
pub fn area(canvas: &Canvas, at: Point) -> Vec<Point> {
    let Some(colour) = canvas.at(at) else {
        return Vec::new();
    };
    let mut seen = vec![false; canvas.width() * canvas.height()];
    let (mut open, mut found) = (vec![at], Vec::new());
    while let Some(point) = open.pop() {
        if canvas.at(point) != Some(colour) {
            continue;
        }
        // Inside, as it has a colour.
        let seen = &mut seen[point.y as usize * canvas.width() + point.x as usize];
        if std::mem::replace(seen, true) {
            continue;
        }
        found.push(point);
        let Point { x, y } = point;
        let beside = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
        open.extend(beside.map(|(x, y)| Point { x, y }));
    }
    found
}

/// Lays a stamp over the canvas, its middle at `at`.
pub fn stamp(canvas: &mut Canvas, stamp: &Canvas, at: Point, flipped: bool) {
    let (width, height) = (stamp.width() as i32, stamp.height() as i32);
    for (place, &colour) in stamp.pixels().iter().enumerate() {
        let (x, y) = (place as i32 % width, place as i32 / width);
        let x = if flipped { width - 1 - x } else { x };
        let point = Point {
            x: at.x - width / 2 + x,
            y: at.y - height / 2 + y,
        };
        canvas.set(point, colour);
    }
}

/// Colours pixels.
pub fn paint(canvas: &mut Canvas, points: impl IntoIterator<Item = Point>, colour: Rgb) {
    for point in points {
        canvas.set(point, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    #[test]
    fn a_line_has_no_gap_and_both_its_ends() {
        for (from, to) in [
            (point(0, 0), point(7, 3)),
            (point(5, 5), point(5, 5)),
            (point(9, 1), point(-3, 8)),
            (point(2, 9), point(3, -9)),
        ] {
            let pixels = line(from, to);
            assert_eq!((pixels[0], *pixels.last().unwrap()), (from, to));
            for pair in pixels.windows(2) {
                let far = (pair[0].x - pair[1].x)
                    .abs()
                    .max((pair[0].y - pair[1].y).abs());
                assert_eq!(far, 1, "{from:?} to {to:?}");
            }
        }
        assert_eq!(line(point(0, 0), point(3, 0)).len(), 4);
    }

    #[test]
    fn rectangles_are_full_or_an_edge_from_any_corner() {
        for (a, b) in [(point(1, 1), point(4, 3)), (point(4, 1), point(1, 3))] {
            assert_eq!(rectangle(a, b, true).len(), 12);
            assert_eq!(rectangle(a, b, false).len(), 10);
        }
        assert_eq!(rectangle(point(2, 2), point(2, 2), false), [point(2, 2)]);
    }

    #[test]
    fn a_brush_is_as_wide_as_it_says_and_symmetric() {
        for size in 1..12 {
            let pixels: Vec<Point> = dab(point(0, 0), size).collect();
            let columns = pixels.iter().map(|p| p.x);
            let (low, high) = (columns.clone().min().unwrap(), columns.max().unwrap());
            assert_eq!((high - low + 1) as usize, size);
            let turned = |p: &Point| point(p.y, p.x);
            assert!(pixels.iter().all(|p| pixels.contains(&turned(p))), "{size}");
        }
        assert_eq!(dab(point(3, 4), 1).collect::<Vec<_>>(), [point(3, 4)]);
        assert_eq!(dab(point(0, 0), 5).count(), 21, "round");
    }

    #[test]
    fn an_area_ends_at_another_colour_and_at_the_edge() {
        let mut canvas = Canvas::plain(5, 5, [0; 3]);
        paint(&mut canvas, line(point(2, 0), point(2, 3)), [9; 3]);
        assert_eq!(
            area(&canvas, point(0, 0)).len(),
            21,
            "around the end of the wall"
        );
        paint(&mut canvas, [point(2, 4)], [9; 3]);
        assert_eq!(area(&canvas, point(0, 0)).len(), 10);
        assert_eq!(area(&canvas, point(2, 2)).len(), 5);
        assert_eq!(area(&canvas, point(-1, 2)), []);
    }

    #[test]
    fn stamps_are_cut_at_the_edge_and_can_be_flipped() {
        let mut small = Canvas::plain(2, 2, [1; 3]);
        small.set(point(0, 0), [7; 3]);
        let mut canvas = Canvas::plain(4, 4, [0; 3]);
        stamp(&mut canvas, &small, point(1, 1), false);
        assert_eq!(canvas.at(point(0, 0)), Some([7; 3]));
        stamp(&mut canvas, &small, point(1, 1), true);
        assert_eq!(canvas.at(point(1, 0)), Some([7; 3]));
        stamp(&mut canvas, &small, point(4, 4), false);
        assert_eq!(canvas.at(point(3, 3)), Some([7; 3]));
    }
}
