//! The sketch: what each act does to it, and what is said of it.

use std::rc::Rc;

use super::{Act, Ask, Canvas, Desk, Effect, Ground, Materials, Sketch, State, Tool, ask};
use crate::sketch::SIZES;

/// What a first sketch is drawn on until the world's own colours are known.
const GREY: [u8; 3] = [128; 3];

impl State {
    /// Opens the sketch, on a new ground if one is named.
    pub(super) fn open_sketch(&mut self, ground: Option<Ground>, effects: &mut Vec<Effect>) {
        let Some((width, height)) = self.frame_size() else {
            return;
        };
        let canvas = ground.and_then(|ground| self.ground(ground));
        if self.studio.sketch.is_none() {
            let sketch = Sketch::new(width, height, GREY);
            self.studio.sketch = Some(Rc::new(sketch));
            self.prepare_sketch();
        }
        if let Some(sketch) = &mut self.studio.sketch {
            let sketch = Rc::make_mut(sketch);
            sketch.up();
            sketch.fit(width, height);
            if let Some(canvas) = canvas {
                sketch.begin_on(canvas.fitted(width, height));
            }
        }
        self.studio.cutting = None;
        self.announce(self.texts().studio.sketch_title);
        self.ask_for_materials(effects);
        if self.studio.desk == Some(Desk::Sketch) {
            self.announce(self.texts().studio.begun);
            self.look(effects);
        } else {
            self.open_desk(Desk::Sketch, effects);
        }
    }

    /// Has the browser keep what has been drawn, once a press has ended.
    pub(super) fn keep_sketch(&mut self, effects: &mut Vec<Effect>) {
        let Some(sketch) = &self.studio.sketch else {
            return;
        };
        let kept = self.studio.kept.as_ref();
        let same = kept.is_some_and(|kept| Rc::ptr_eq(kept, sketch.canvas()));
        if !same && !sketch.is_drawing() && !sketch.is_untouched() {
            self.studio.kept = Some(sketch.canvas().clone());
            effects.push(Effect::KeepSketch {
                canvas: sketch.canvas().clone(),
                ground: sketch.ground().clone(),
            });
        }
    }

    fn ground(&self, ground: Ground) -> Option<Canvas> {
        match ground {
            Ground::Plain => {
                let (width, height) = self.frame_size()?;
                let materials = self.studio.materials.as_ref();
                let colour = materials.and_then(|m| m.palette.first());
                Some(Canvas::plain(width, height, *colour.unwrap_or(&GREY)))
            }
            Ground::Frame => Some(Canvas::of(&self.frame.as_ref()?.picture)),
            Ground::Gallery(place) => {
                let thumbnail = self.thumbnails.get(place)?.as_ref()?;
                Some(Canvas::of(thumbnail))
            }
            Ground::Part => {
                let clip = self.studio.cutting.as_ref()?.clip();
                let newest = clip.picture(clip.frames.checked_sub(1)?)?;
                Some(Canvas::of(&newest))
            }
        }
    }

    pub(super) fn ask_for_materials(&mut self, effects: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.studio.asked, true) {
            ask(Ask::Materials, effects);
        }
    }

    pub(super) fn take_materials(&mut self, materials: Materials, effects: &mut Vec<Effect>) {
        self.studio.materials = Some(Rc::new(materials));
        self.prepare_sketch();
        self.look(effects);
    }

    /// Gives a sketch on which nothing has been drawn the world's own colours.
    fn prepare_sketch(&mut self) {
        let Some(materials) = self.studio.materials.clone() else {
            return;
        };
        let Some(sketch) = self.studio.sketch.as_mut() else {
            return;
        };
        let sketch = Rc::make_mut(sketch);
        if sketch.stamp.is_none() {
            let first = materials.stamps.first();
            sketch.stamp = first.map(|stamp| Rc::new(Canvas::of(stamp)));
        }
        if sketch.is_untouched()
            && let Some(&ground) = materials.palette.first()
        {
            sketch.prime(ground, materials.palette.get(1).copied());
        }
    }

    /// Does to the sketch what a visitor does.
    pub(super) fn draw(&mut self, act: Act, effects: &mut Vec<Effect>) {
        let words = &self.texts().studio;
        let stamps = self.studio.materials.clone();
        let Some(sketch) = self.studio.sketch.as_mut() else {
            return;
        };
        let sketch = Rc::make_mut(sketch);
        let before = sketch.canvas().clone();
        let mut said = None;
        match act {
            Act::Tool(tool) => {
                sketch.cancel();
                sketch.tool = tool;
            }
            Act::Colour(colour) => {
                sketch.colour = colour;
                if matches!(sketch.tool, Tool::Eraser | Tool::Picker | Tool::Stamp) {
                    sketch.tool = Tool::Brush;
                }
            }
            Act::Size(size) if SIZES.contains(&size) => sketch.size = size,
            Act::Fill(filled) => sketch.filled = filled,
            Act::Mirror(mirror) => sketch.mirror = mirror,
            Act::Stamp(place) => {
                let stamp = stamps.as_ref().and_then(|m| m.stamps.get(place));
                if let Some(stamp) = stamp {
                    sketch.stamp = Some(Rc::new(Canvas::of(stamp)));
                    sketch.tool = Tool::Stamp;
                }
            }
            Act::Down(at, erase) => sketch.down(at, erase),
            Act::Drag(points) => points.into_iter().for_each(|point| sketch.drag(point)),
            Act::Up => sketch.up(),
            Act::Cancel => {
                if sketch.is_drawing() {
                    said = Some(words.cancelled.to_owned());
                }
                sketch.cancel();
            }
            Act::Go(x, y) => {
                sketch.go(x, y);
                let at = sketch.cursor();
                said = sketch.canvas().at(at).map(|colour| words.at(at, colour));
            }
            Act::Press => {
                let (drew, held) = (sketch.canvas().clone(), sketch.colour);
                sketch.press();
                said = if sketch.tool == Tool::Picker && sketch.colour != held {
                    Some(words.picked(sketch.colour))
                } else if sketch.is_drawing() && matches!(sketch.tool, Tool::Line | Tool::Rectangle)
                {
                    Some(words.begins.to_owned())
                } else {
                    (drew != *sketch.canvas() || !sketch.is_drawing()).then(|| words.drawn.into())
                };
            }
            Act::Release => sketch.release(),
            Act::Undo if sketch.can_undo() || sketch.is_drawing() => {
                sketch.undo();
                said = Some(words.undone.to_owned());
            }
            Act::Redo if sketch.can_redo() => {
                sketch.redo();
                said = Some(words.redone.to_owned());
            }
            _ => {}
        }
        let changed = before != *sketch.canvas();
        if let Some(said) = said {
            self.announce(&said);
        }
        if changed {
            self.look(effects);
        }
    }
}
