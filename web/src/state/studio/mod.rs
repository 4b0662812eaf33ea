//! Where a prompt is made: a sketch that is drawn, or a picture of which a part is cut.
//!
//! One of the two is open at most; the world waits meanwhile. The sketch is kept when it is closed,
//! when the world stops, and when another is loaded.

mod cutting;
mod files;
mod reading;
mod sketching;

use std::rc::Rc;

pub use self::cutting::Cutting;
use self::reading::Reading;
use super::{Effect, Origin, Request, State};
use crate::crop::Crop;
use crate::footage::Take;
use crate::protocol::prompts::{Answer, Ask, Clip, Footage, Reason};
use crate::protocol::{Picture, Prompt, ToWorker};
use crate::sketch::{Canvas, Point, Rgb, Sketch, Tool};

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// The sketch.
    Sketch,
    /// A picture of the visitor's, to be cut.
    Crop,
}

/// What a sketch begins on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The world's commonest colour.
    Plain,
    /// The frame on the screen.
    Frame,
    /// A picture of the gallery.
    Gallery(usize),
    /// The part that has been cut.
    Part,
}

/// What a visitor does here.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Opens the sketch as it was left, or on a new ground.
    Sketch(Option<Ground>),
    /// Closes what is open, and plays nothing.
    Close,
    /// Plays what is open.
    Play,

    /// Takes a tool.
    Tool(Tool),
    /// Takes a colour.
    Colour(Rgb),
    /// Another width, pixels.
    Size(usize),
    /// Rectangles are filled, or not.
    Fill(bool),
    /// Draws on both sides, or not.
    Mirror(bool),
    /// Takes a piece of the world, by its place.
    Stamp(usize),
    /// Presses the tool at a pixel; with the eraser in any case, if so.
    Down(Point, bool),
    /// Goes on along these pixels.
    Drag(Vec<Point>),
    /// Lets go.
    Up,
    /// It was no press.
    Cancel,
    /// Moves the keyboard's cursor, pixels.
    Go(i32, i32),
    /// Presses at the cursor.
    Press,
    /// Lets the key go.
    Release,
    /// Takes a step back.
    Undo,
    /// Does it again.
    Redo,

    /// Moves the part, by shares of its size.
    Pan(f64, f64),
    /// Enlarges it so many times, as against the largest part.
    Zoom(f64),
    /// Enlarges it so many times, as against now.
    Scale(f64),
    /// All of the picture, or a part.
    Whole(bool),
    /// Takes other frames of an animation.
    Take(Take),

    /// A video of the visitor's, by the address that the browser gave it.
    Film(String),
    /// What became of it.
    Filmed(Result<Footage, Reason>),
}

/// What a world is drawn with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Materials {
    /// Its colours, the most used one first.
    pub palette: Vec<Rgb>,
    /// Its tiles and sprites.
    pub stamps: Vec<Rc<Picture>>,
}

/// All that belongs to making a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Studio {
    /// What is open.
    pub desk: Option<Desk>,
    /// The sketch, once there is one.
    pub sketch: Option<Rc<Sketch>>,
    /// The picture that is being cut.
    pub cutting: Option<Rc<Cutting>>,
    /// What this world is drawn with, once that is known.
    pub materials: Option<Rc<Materials>>,
    asked: bool,
    /// What is kept for the next visit.
    kept: Option<Rc<Canvas>>,
    reading: Reading,
    opening: files::Opening,
}

impl Studio {
    /// With the sketch of the visit before, if there is one.
    pub(super) fn new(sketch: Option<Rc<Sketch>>) -> Self {
        Self {
            kept: sketch.as_ref().map(|sketch| sketch.canvas().clone()),
            sketch,
            ..Self::default()
        }
    }

    /// What the world sees of what is open, as far as it has told.
    pub fn seen(&self) -> Option<&Rc<Picture>> {
        self.reading.seen()
    }

    /// Whether the world could not read what is open.
    pub fn is_unread(&self) -> bool {
        self.reading.has_failed()
    }

    /// Whether what is seen is older than what is open.
    pub fn is_reading(&self) -> bool {
        self.reading.is_under_way()
    }

    /// Whether a file is being opened.
    pub fn is_opening(&self) -> bool {
        self.opening.is_under_way()
    }

    /// Whether a video waits for a world.
    pub(super) fn keeps_film(&self) -> bool {
        self.opening.keeps_film()
    }
}

impl State {
    /// Does what a visitor does.
    pub(super) fn act(&mut self, act: Act, effects: &mut Vec<Effect>) {
        self.do_act(act, effects);
        self.keep_sketch(effects);
    }

    fn do_act(&mut self, act: Act, effects: &mut Vec<Effect>) {
        match act {
            Act::Sketch(ground) if self.is_open() => self.open_sketch(ground, effects),
            Act::Close => self.close_studio(),
            Act::Play => self.play_prompt(effects),
            Act::Film(url) => self.open_film(url, effects),
            Act::Filmed(found) => self.filmed(found, effects),
            Act::Pan(..) | Act::Zoom(_) | Act::Scale(_) | Act::Whole(_) | Act::Take(_) => {
                self.cut(&act, effects)
            }
            act if self.studio.desk == Some(Desk::Sketch) => self.draw(act, effects),
            _ => {}
        }
    }

    /// Takes the worker's answer.
    pub(super) fn help(&mut self, answer: Answer, effects: &mut Vec<Effect>) {
        match answer {
            Answer::Opened(footage) => self.opened(Ok(footage), effects),
            Answer::Unopened(reason) => self.opened(Err(reason), effects),
            Answer::Read { number, picture } => self.seen(number, picture, effects),
            Answer::Materials { palette, stamps } => {
                let stamps = (0..stamps.frames).filter_map(|n| stamps.picture(n).map(Rc::new));
                let materials = Materials {
                    palette,
                    stamps: stamps.collect(),
                };
                self.take_materials(materials, effects);
            }
        }
    }

    pub(super) fn open_desk(&mut self, desk: Desk, effects: &mut Vec<Effect>) {
        self.input.lift_all();
        self.studio.desk = Some(desk);
        self.studio.reading.forget();
        self.look(effects);
    }

    fn close_studio(&mut self) {
        if let Some(sketch) = &mut self.studio.sketch {
            Rc::make_mut(sketch).up();
        }
        self.studio.desk = None;
        self.studio.cutting = None;
        self.studio.reading.forget();
    }

    /// What is open, as the prompt that it would be.
    fn open_clip(&self) -> Option<Clip> {
        match self.studio.desk? {
            Desk::Sketch => {
                let sketch = self.studio.sketch.as_ref()?;
                Some(Clip::of([sketch.canvas().picture()]))
            }
            Desk::Crop => Some((**self.studio.cutting.as_ref()?.clip()).clone()),
        }
    }

    fn play_prompt(&mut self, effects: &mut Vec<Effect>) {
        let Some(clip) = self.open_clip() else { return };
        let origin = match self.studio.desk {
            Some(Desk::Sketch) => Origin::Sketch,
            _ => Origin::Picture,
        };
        self.close_studio();
        self.bring(Request::Start(Prompt::Frames(clip), origin), effects);
    }

    /// Another world is there: what is open takes its size.
    pub(super) fn meet_world(&mut self, effects: &mut Vec<Effect>) {
        self.studio.materials = None;
        self.studio.asked = false;
        self.studio.reading.forget();
        if let Some((width, height)) = self.frame_size() {
            if let Some(sketch) = &mut self.studio.sketch {
                Rc::make_mut(sketch).fit(width, height);
            }
            if let Some(cutting) = &mut self.studio.cutting {
                let footage = cutting.footage().clone();
                *cutting = Rc::new(Cutting::new(footage, (width, height)));
            }
        }
        if self.studio.desk == Some(Desk::Sketch) {
            self.ask_for_materials(effects);
        }
        self.look(effects);
        self.send_film(effects);
    }

    /// The worker is dead: what it was told about is gone, what the visitor made is not.
    pub(super) fn leave_studio(&mut self) {
        // Not the sketch: that one stays where it is.
        let cut = (self.studio.desk == Some(Desk::Crop))
            .then(|| self.open_clip())
            .flatten();
        self.close_studio();
        self.studio.asked = self.studio.materials.is_some();
        self.studio.reading.lose();
        let file = self.studio.opening.lose();
        let kept = cut
            .map(Prompt::Frames)
            .or_else(|| file.map(|bytes| Prompt::Picture(bytes.to_vec())));
        if let (Some(prompt), None) = (kept, &self.kept) {
            self.kept = Some(Rc::new(Request::Start(prompt, Origin::Picture)));
        }
    }

    /// Width and height of the world's frames, pixels.
    fn frame_size(&self) -> Option<(usize, usize)> {
        self.world.as_ref().map(|w| (w.width, w.height))
    }
}

fn ask(ask: Ask, effects: &mut Vec<Effect>) {
    effects.push(Effect::Post(ToWorker::Studio(ask)));
}
