//! A sketch: what has been drawn, the tool in the hand, and the way back.

use std::collections::VecDeque;
use std::rc::Rc;

use super::canvas::{Canvas, Point, Rgb};
use super::draw;

/// Widths of the brush, pixels.
pub const SIZES: [usize; 5] = [1, 2, 3, 5, 8];
/// Steps that can be taken back.
const STEPS: usize = 100;

/// What a press on the canvas does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Draws freely.
    Brush,
    /// Brings the ground back.
    Eraser,
    /// Colours all that hangs together.
    Fill,
    /// Draws a straight line.
    Line,
    /// Draws a rectangle.
    Rectangle,
    /// Lays down a piece of the world.
    Stamp,
    /// Takes the colour of a pixel.
    Picker,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Brush,
        Self::Eraser,
        Self::Fill,
        Self::Line,
        Self::Rectangle,
        Self::Stamp,
        Self::Picker,
    ];

    /// The name used in the page's controls.
    pub fn id(self) -> &'static str {
        match self {
            Self::Brush => "brush",
            Self::Eraser => "eraser",
            Self::Fill => "fill",
            Self::Line => "line",
            Self::Rectangle => "rectangle",
            Self::Stamp => "stamp",
            Self::Picker => "picker",
        }
    }

    /// Whether it goes from where it was pressed to where it is let go.
    fn spans(self) -> bool {
        matches!(self, Self::Line | Self::Rectangle)
    }
}

/// What can be gone back to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    canvas: Rc<Canvas>,
    ground: Rc<Canvas>,
}

/// A press that has not been let go yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stroke {
    tool: Tool,
    from: Point,
    last: Point,
    before: Rc<Canvas>,
}

/// A sketch and the tools beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    canvas: Rc<Canvas>,
    /// What the eraser brings back.
    ground: Rc<Canvas>,
    past: VecDeque<Step>,
    future: Vec<Step>,
    stroke: Option<Stroke>,
    /// Whether it is one of this visit.
    fresh: bool,
    /// The pixel that the keyboard acts on.
    cursor: Point,
    /// The tool in the hand.
    pub tool: Tool,
    /// What it draws with.
    pub colour: Rgb,
    /// How wide, pixels.
    pub size: usize,
    /// Whether rectangles are filled.
    pub filled: bool,
    /// Whether the right half is drawn along with the left one, mirrored.
    pub mirror: bool,
    /// What the stamp lays down.
    pub stamp: Option<Rc<Canvas>>,
}

impl Sketch {
    /// A plain one.
    pub fn new(width: usize, height: usize, ground: Rgb) -> Self {
        let canvas = Rc::new(Canvas::plain(width, height, ground));
        Self {
            ground: canvas.clone(),
            cursor: Point {
                x: width as i32 / 2,
                y: height as i32 / 2,
            },
            canvas,
            past: VecDeque::new(),
            future: Vec::new(),
            stroke: None,
            fresh: true,
            tool: Tool::Brush,
            colour: if is_dark(ground) { [255; 3] } else { [0; 3] },
            size: 1,
            filled: true,
            mirror: false,
            stamp: None,
        }
    }

    /// One of the visit before. None unless both are of one size.
    pub fn kept(canvas: Canvas, ground: Canvas) -> Option<Self> {
        let (width, height) = (canvas.width(), canvas.height());
        let same = (ground.width(), ground.height()) == (width, height) && width * height > 0;
        same.then(|| Self {
            canvas: Rc::new(canvas),
            ground: Rc::new(ground),
            fresh: false,
            ..Self::new(width, height, [255; 3])
        })
    }

    /// Gives a sketch on which nothing has been drawn another ground and, if there is one, a colour.
    pub fn prime(&mut self, ground: Rgb, colour: Option<Rgb>) {
        let plain = Canvas::plain(self.canvas.width(), self.canvas.height(), ground);
        self.canvas = Rc::new(plain);
        self.ground = self.canvas.clone();
        self.colour = colour.unwrap_or(if is_dark(ground) { [255; 3] } else { [0; 3] });
    }

    /// What has been drawn.
    pub fn canvas(&self) -> &Rc<Canvas> {
        &self.canvas
    }

    /// What the eraser brings back.
    pub fn ground(&self) -> &Rc<Canvas> {
        &self.ground
    }

    /// The pixel that the keyboard acts on.
    pub fn cursor(&self) -> Point {
        self.cursor
    }

    /// Whether nothing has been drawn.
    pub fn is_untouched(&self) -> bool {
        self.fresh && self.past.is_empty() && self.future.is_empty() && self.stroke.is_none()
    }

    /// Whether a press has not been let go.
    pub fn is_drawing(&self) -> bool {
        self.stroke.is_some()
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// A press at `at`, with the tool in the hand; with `erase`, with the eraser, as the other end of
    /// a pen is.
    pub fn down(&mut self, at: Point, erase: bool) {
        self.up();
        let tool = if erase { Tool::Eraser } else { self.tool };
        self.stroke = Some(Stroke {
            tool,
            from: at,
            last: at,
            before: self.canvas.clone(),
        });
        match tool {
            Tool::Brush | Tool::Eraser | Tool::Line | Tool::Rectangle => self.drag(at),
            Tool::Fill => {
                let mut points = draw::area(&self.canvas, at);
                if self.mirror {
                    points.extend(draw::area(&self.canvas, self.mirrored(at)));
                }
                let colour = self.colour;
                draw::paint(Rc::make_mut(&mut self.canvas), points, colour);
            }
            Tool::Stamp => self.lay(at),
            Tool::Picker => self.colour = self.canvas.at(at).unwrap_or(self.colour),
        }
    }

    /// The press goes on to `to`.
    pub fn drag(&mut self, to: Point) {
        let Some(stroke) = self.stroke.as_mut() else {
            return;
        };
        let last = std::mem::replace(&mut stroke.last, to);
        let (tool, from) = (stroke.tool, stroke.from);
        match tool {
            Tool::Brush | Tool::Eraser => self.draw(draw::line(last, to), tool),
            Tool::Line | Tool::Rectangle => {
                self.canvas = stroke.before.clone();
                let points = if tool == Tool::Line {
                    draw::line(from, to)
                } else {
                    draw::rectangle(from, to, self.filled)
                };
                self.draw(points, tool);
            }
            Tool::Picker => self.colour = self.canvas.at(to).unwrap_or(self.colour),
            Tool::Fill | Tool::Stamp => {}
        }
    }

    /// The press is let go: what it drew is a step that can be taken back.
    pub fn up(&mut self) {
        if let Some(stroke) = self.stroke.take()
            && stroke.before != self.canvas
        {
            let ground = self.ground.clone();
            self.remember(Step {
                canvas: stroke.before,
                ground,
            });
        }
    }

    /// The press was none: nothing was drawn.
    pub fn cancel(&mut self) {
        if let Some(stroke) = self.stroke.take() {
            self.canvas = stroke.before;
        }
    }

    /// Moves the keyboard's pixel; what is pressed there goes along.
    pub fn go(&mut self, x: i32, y: i32) {
        let Point { x: at_x, y: at_y } = self.cursor;
        self.cursor = self.canvas.inside(Point {
            x: at_x + x,
            y: at_y + y,
        });
        self.drag(self.cursor);
    }

    /// A press with the keyboard. Lines and rectangles begin with one and end with the next.
    pub fn press(&mut self) {
        let spans = self.stroke.as_ref().is_some_and(|s| s.tool.spans());
        if spans {
            self.up();
        } else {
            self.down(self.cursor, false);
        }
    }

    /// The keyboard's key is let go.
    pub fn release(&mut self) {
        if self.stroke.as_ref().is_some_and(|s| !s.tool.spans()) {
            self.up();
        }
    }

    /// Takes the newest step back; of a press that has not been let go, that one.
    pub fn undo(&mut self) {
        if self.is_drawing() {
            self.cancel();
        } else if let Some(step) = self.past.pop_back() {
            let undone = self.exchange(step);
            self.future.push(undone);
        }
    }

    /// Does it again.
    pub fn redo(&mut self) {
        self.cancel();
        if let Some(step) = self.future.pop() {
            let before = self.exchange(step);
            self.past.push_back(before);
        }
    }

    /// Begins anew on `ground`, which the eraser brings back from now on. This, too, is a step.
    pub fn begin_on(&mut self, ground: Canvas) {
        self.up();
        let ground = Rc::new(ground);
        let before = self.exchange(Step {
            canvas: ground.clone(),
            ground,
        });
        if before.canvas != self.canvas || before.ground != self.ground {
            self.remember(before);
        }
    }

    /// Takes the size of another world; the steps before are of another size, and gone.
    pub fn fit(&mut self, width: usize, height: usize) {
        if (self.canvas.width(), self.canvas.height()) == (width, height) {
            return;
        }
        self.up();
        self.canvas = Rc::new(self.canvas.fitted(width, height));
        self.ground = Rc::new(self.ground.fitted(width, height));
        self.past.clear();
        self.future.clear();
        self.cursor = self.canvas.inside(self.cursor);
    }

    fn exchange(&mut self, step: Step) -> Step {
        Step {
            canvas: std::mem::replace(&mut self.canvas, step.canvas),
            ground: std::mem::replace(&mut self.ground, step.ground),
        }
    }

    fn remember(&mut self, step: Step) {
        if self.past.len() == STEPS {
            self.past.pop_front();
        }
        self.past.push_back(step);
        self.future.clear();
    }

    fn mirrored(&self, at: Point) -> Point {
        Point {
            x: self.canvas.width() as i32 - 1 - at.x,
            ..at
        }
    }

    /// Draws with the brush along `points`.
    fn draw(&mut self, points: Vec<Point>, tool: Tool) {
        // What is filled has no width of its own.
        let wide = !(tool == Tool::Rectangle && self.filled);
        let size = if wide { self.size } else { 1 };
        let mut touched: Vec<Point> = points
            .into_iter()
            .flat_map(|point| draw::dab(point, size))
            .collect();
        if self.mirror {
            let other: Vec<Point> = touched.iter().map(|&p| self.mirrored(p)).collect();
            touched.extend(other);
        }
        let canvas = Rc::make_mut(&mut self.canvas);
        if tool == Tool::Eraser {
            for point in touched {
                if let Some(colour) = self.ground.at(point) {
                    canvas.set(point, colour);
                }
            }
        } else {
            draw::paint(canvas, touched, self.colour);
        }
    }

    fn lay(&mut self, at: Point) {
        let Some(stamp) = self.stamp.clone() else {
            return;
        };
        // The middle of an even number of pixels lies between two of them.
        let even = stamp.width().is_multiple_of(2);
        let mut other = self.mirrored(at);
        other.x += i32::from(even);
        let canvas = Rc::make_mut(&mut self.canvas);
        draw::stamp(canvas, &stamp, at, false);
        if self.mirror {
            draw::stamp(canvas, &stamp, other, true);
        }
    }
}

/// Whether black would hardly be seen on it.
fn is_dark([r, g, b]: Rgb) -> bool {
    u32::from(r) * 2 + u32::from(g) * 4 + u32::from(b) < 7 * 100
}

#[cfg(test)]
mod tests;
