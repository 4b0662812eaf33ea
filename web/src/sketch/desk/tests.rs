//! Strokes, tools, steps.

use super::*;

const SKY: Rgb = [100, 150, 250];
const RED: Rgb = [200, 0, 0];

fn point(x: i32, y: i32) -> Point {
    Point { x, y }
}

fn sketch() -> Sketch {
    let mut sketch = Sketch::new(16, 16, SKY);
    sketch.colour = RED;
    sketch
}

fn red(sketch: &Sketch) -> Vec<(i32, i32)> {
    let pixels = sketch.canvas().pixels().iter().enumerate();
    let red = pixels.filter(|(_, colour)| **colour == RED);
    red.map(|(place, _)| (place as i32 % 16, place as i32 / 16))
        .collect()
}

#[test]
fn a_stroke_is_one_step_without_gaps() {
    let mut sketch = sketch();
    sketch.down(point(1, 1), false);
    sketch.drag(point(5, 1));
    sketch.drag(point(5, 4));
    assert!(sketch.is_drawing());
    sketch.up();
    assert_eq!(red(&sketch).len(), 8);
    sketch.undo();
    assert_eq!(red(&sketch), []);
    assert!(!sketch.can_undo() && sketch.can_redo());
    sketch.redo();
    assert_eq!(red(&sketch).len(), 8);
    assert!(!sketch.can_redo());
}

#[test]
fn a_step_that_changes_nothing_is_none() {
    let mut sketch = sketch();
    sketch.colour = SKY;
    sketch.down(point(3, 3), false);
    sketch.up();
    sketch.begin_on(Canvas::plain(16, 16, SKY));
    assert!(!sketch.can_undo() && sketch.is_untouched());
    sketch.undo();
    sketch.redo();
}

#[test]
fn drawing_after_undoing_forgets_what_was_undone() {
    let mut sketch = sketch();
    for x in 0..3 {
        sketch.down(point(x, 0), false);
        sketch.up();
    }
    sketch.undo();
    sketch.undo();
    sketch.down(point(9, 9), false);
    sketch.up();
    sketch.redo();
    assert_eq!(red(&sketch), [(0, 0), (9, 9)]);
}

#[test]
fn steps_are_bounded() {
    let mut sketch = sketch();
    for step in 0..STEPS as i32 + 20 {
        sketch.down(point(step % 16, step / 16), false);
        sketch.up();
    }
    for _ in 0..2 * STEPS {
        sketch.undo();
    }
    assert_eq!(red(&sketch).len(), 20);
}

#[test]
fn lines_and_rectangles_follow_until_they_are_let_go() {
    let mut sketch = sketch();
    sketch.tool = Tool::Line;
    sketch.down(point(0, 0), false);
    sketch.drag(point(9, 9));
    sketch.drag(point(3, 0));
    assert_eq!(red(&sketch), [(0, 0), (1, 0), (2, 0), (3, 0)]);
    sketch.cancel();
    assert_eq!(red(&sketch), []);
    sketch.tool = Tool::Rectangle;
    sketch.size = 8;
    sketch.down(point(4, 4), false);
    sketch.drag(point(6, 5));
    sketch.up();
    assert_eq!(red(&sketch).len(), 6, "filled, whatever the brush");
    sketch.undo();
    sketch.filled = false;
    sketch.size = 1;
    sketch.down(point(4, 4), false);
    sketch.drag(point(6, 6));
    sketch.up();
    assert_eq!(red(&sketch).len(), 8);
}

#[test]
fn the_eraser_brings_the_ground_back() {
    let mut ground = Canvas::plain(16, 16, SKY);
    ground.set(point(2, 2), [1, 2, 3]);
    let mut sketch = sketch();
    sketch.begin_on(ground.clone());
    sketch.down(point(2, 2), false);
    sketch.up();
    assert_eq!(red(&sketch), [(2, 2)]);
    sketch.down(point(2, 2), true);
    sketch.up();
    assert_eq!(**sketch.canvas(), ground);
    for _ in 0..3 {
        sketch.undo();
    }
    sketch.tool = Tool::Eraser;
    sketch.down(point(2, 2), false);
    sketch.up();
    assert!(!sketch.can_undo(), "undoing took the ground back, too");
}

#[test]
fn fill_picker_and_stamp() {
    let mut sketch = sketch();
    sketch.tool = Tool::Fill;
    sketch.down(point(0, 0), false);
    sketch.drag(point(5, 5));
    sketch.up();
    assert_eq!(red(&sketch).len(), 256);
    sketch.undo();
    sketch.tool = Tool::Picker;
    sketch.down(point(0, 0), false);
    sketch.up();
    assert_eq!(sketch.colour, SKY);
    assert!(!sketch.can_undo());
    sketch.tool = Tool::Stamp;
    sketch.down(point(4, 4), false);
    sketch.up();
    assert!(!sketch.can_undo(), "there is no stamp yet");
    sketch.stamp = Some(Rc::new(Canvas::plain(8, 8, RED)));
    sketch.down(point(4, 4), false);
    sketch.up();
    assert_eq!(red(&sketch).len(), 64);
}

#[test]
fn what_is_mirrored_is_symmetric() {
    for tool in [Tool::Brush, Tool::Line, Tool::Rectangle, Tool::Stamp] {
        let mut sketch = sketch();
        let mut stamp = Canvas::plain(4, 4, RED);
        stamp.set(point(0, 0), SKY);
        sketch.stamp = Some(Rc::new(stamp));
        sketch.mirror = true;
        sketch.size = 2;
        sketch.tool = tool;
        sketch.down(point(2, 3), false);
        sketch.drag(point(5, 4));
        sketch.up();
        let red = red(&sketch);
        assert!(!red.is_empty());
        for (x, y) in &red {
            assert!(red.contains(&(15 - x, *y)), "{tool:?}: {red:?}");
        }
    }
    let mut sketch = sketch();
    sketch.tool = Tool::Line;
    sketch.down(point(7, 0), false);
    sketch.drag(point(7, 15));
    sketch.up();
    sketch.mirror = true;
    sketch.tool = Tool::Fill;
    sketch.down(point(0, 0), false);
    sketch.up();
    assert_eq!(red(&sketch).len(), 256, "both sides of the wall");
}

#[test]
fn keys_draw_where_the_cursor_goes() {
    let mut sketch = sketch();
    assert_eq!(sketch.cursor(), point(8, 8));
    sketch.press();
    sketch.go(1, 0);
    sketch.go(1, 0);
    sketch.release();
    sketch.go(0, 1);
    assert_eq!(red(&sketch), [(8, 8), (9, 8), (10, 8)]);
    sketch.tool = Tool::Line;
    sketch.press();
    sketch.release();
    sketch.go(0, 3);
    assert!(sketch.is_drawing(), "until it is pressed again");
    sketch.press();
    sketch.release();
    assert!(!sketch.is_drawing());
    assert_eq!(red(&sketch).len(), 7);
    sketch.go(-99, 99);
    assert_eq!(sketch.cursor(), point(0, 15));
}

#[test]
fn one_of_the_visit_before_goes_on() {
    let ground = Canvas::plain(16, 16, SKY);
    let mut canvas = ground.clone();
    canvas.set(point(3, 3), RED);
    let mut sketch = Sketch::kept(canvas.clone(), ground.clone()).unwrap();
    assert!(!sketch.is_untouched() && !sketch.can_undo());
    sketch.down(point(3, 3), true);
    sketch.up();
    assert_eq!(**sketch.canvas(), ground);
    assert_eq!(Sketch::kept(canvas, Canvas::plain(8, 8, SKY)), None);
}

#[test]
fn another_size_keeps_the_drawing() {
    let mut sketch = sketch();
    sketch.tool = Tool::Fill;
    sketch.down(point(0, 0), false);
    sketch.fit(32, 8);
    assert_eq!(**sketch.canvas(), Canvas::plain(32, 8, RED));
    assert!(!sketch.can_undo());
    assert_eq!(sketch.cursor(), point(8, 7));
    sketch.fit(32, 8);
}
