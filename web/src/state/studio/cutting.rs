//! The picture that is being cut: which part, and which frames if it moves.

use std::rc::Rc;

use super::{Act, Clip, Crop, Desk, Effect, Footage, Picture, State, Take};
use crate::crop::cut;

/// A picture of the visitor's and the part that is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Cutting {
    footage: Rc<Footage>,
    /// The picture that is looked at while cutting: the newest that is taken.
    picture: Rc<Picture>,
    /// Which part.
    pub crop: Crop,
    /// Which frames.
    pub take: Take,
    frame: (usize, usize),
    clip: Rc<Clip>,
}

impl Cutting {
    /// The middle of a picture, for frames of `frame` pixels.
    pub(super) fn new(footage: Rc<Footage>, frame: (usize, usize)) -> Self {
        let crop = Crop::new((footage.clip.width, footage.clip.height), frame);
        let mut new = Self {
            footage,
            picture: Rc::default(),
            crop,
            take: Take::default(),
            frame,
            clip: Rc::default(),
        };
        new.develop();
        new
    }

    /// All that was opened.
    pub fn footage(&self) -> &Rc<Footage> {
        &self.footage
    }

    /// The picture that is looked at while cutting.
    pub fn picture(&self) -> &Rc<Picture> {
        &self.picture
    }

    /// The part, as frames of the world's size.
    pub fn clip(&self) -> &Rc<Clip> {
        &self.clip
    }

    /// How many frames a way to take them gives, and how many seconds they last.
    pub fn extent(&self, take: Take, fps: usize) -> (usize, f64) {
        let frames = self.footage.taken(take).len();
        let seconds = match take {
            Take::End => (frames - 1) as f64 / fps.max(1) as f64,
            Take::Evenly => self.footage.seconds,
            Take::One => 0.0,
        };
        (frames, seconds)
    }

    /// Cuts the frames that are taken.
    fn develop(&mut self) {
        let taken = self.footage.taken(self.take);
        let (part, (width, height)) = (self.crop.part(), self.frame);
        let mut frames: Vec<Picture> = Vec::with_capacity(taken.len());
        let mut before = None;
        for &place in taken {
            let again = frames.last().filter(|_| before == Some(place)).cloned();
            let frame = again.unwrap_or_else(|| {
                let picture = self.footage.clip.picture(place).unwrap_or_default();
                cut(&picture, part, width, height)
            });
            frames.push(frame);
            before = Some(place);
        }
        let newest = taken.last().and_then(|&p| self.footage.clip.picture(p));
        let newest = newest.unwrap_or_default();
        if newest != *self.picture {
            self.picture = Rc::new(newest);
        }
        self.clip = Rc::new(Clip::of(frames));
    }
}

impl State {
    /// Changes the part.
    pub(super) fn cut(&mut self, act: &Act, effects: &mut Vec<Effect>) {
        let Some(cutting) = self.studio.cutting.as_mut() else {
            return;
        };
        let cutting = Rc::make_mut(cutting);
        let before = (cutting.crop, cutting.take);
        match *act {
            Act::Pan(x, y) => cutting.crop.pan(x, y),
            Act::Zoom(zoom) => cutting.crop.zoom_to(zoom),
            Act::Scale(by) => cutting.crop.zoom_to(by * cutting.crop.zoom()),
            Act::Whole(whole) => cutting.crop.set_whole(whole),
            Act::Take(take) => cutting.take = take,
            _ => {}
        }
        if (cutting.crop, cutting.take) != before {
            cutting.develop();
            self.look(effects);
        }
    }

    /// Opens a picture to be cut.
    pub(super) fn open_cutting(&mut self, footage: Footage, effects: &mut Vec<Effect>) {
        let Some(frame) = self.frame_size() else {
            return;
        };
        if let Some(sketch) = &mut self.studio.sketch {
            Rc::make_mut(sketch).up();
        }
        self.studio.cutting = Some(Rc::new(Cutting::new(Rc::new(footage), frame)));
        self.announce(self.texts().studio.opened);
        self.open_desk(Desk::Crop, effects);
    }
}
