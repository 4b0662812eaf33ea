//! Files of a play: a film, an animated picture, a sheet, the prompt, what was done.

use std::rc::Rc;

use super::{Effect, State};
use crate::protocol::{ExportKind, ToWorker};
use crate::share::actions_text;

/// What can happen to files of a play.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// One is wanted.
    Make(ExportKind),
    /// A list of what was done is wanted.
    Actions,
    /// Never mind.
    Stop,
    /// A film goes on: frames recorded, of so many.
    Filming(usize, usize),
    /// A film has been saved under this name, with so many bytes.
    Filmed(String, u64),
    /// A film could not be made.
    NoFilm(String),
}

/// One that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// What.
    pub kind: ExportKind,
    /// Frames so far.
    pub done: usize,
    /// Of so many; 0 if that isn't known yet.
    pub all: usize,
    /// Whether the worker has done its part, and the page records.
    pub filming: bool,
}

/// Files of a play.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    /// One that is being made.
    pub making: Option<Making>,
    /// The newest that has been saved: its name and its bytes.
    pub saved: Option<(String, u64)>,
}

/// A file for the visitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// Its kind, as the web names it.
    pub mime: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Frames to make a film of.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// The film's name, without its ending.
    pub name: String,
    /// Width and height of a frame, pixels.
    pub size: (usize, usize),
    /// Frames a second.
    pub fps: usize,
    /// RGBA bytes of all frames.
    pub frames: Vec<u8>,
}

impl State {
    pub(super) fn export(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Make(kind) if self.can_play() && self.export.making.is_none() => {
                self.export = Export {
                    making: Some(Making {
                        kind,
                        done: 0,
                        all: 0,
                        filming: false,
                    }),
                    saved: None,
                };
                self.announce(self.texts().sharing.making);
                effects.push(Effect::Post(ToWorker::Export(kind)));
            }
            Event::Actions => {
                let link = self.link().and_then(|wanted| wanted.link);
                let Some((link, world)) = link.zip(self.world.clone()) else {
                    return;
                };
                let text = actions_text(&link, &world.actions);
                let name = format!("{}.txt", self.file_name());
                self.save(name, "text/plain", text.into_bytes(), effects);
            }
            Event::Stop => {
                if let Some(making) = self.export.making.take() {
                    effects.push(if making.filming {
                        Effect::StopFilm
                    } else {
                        Effect::Post(ToWorker::StopExport)
                    });
                }
            }
            Event::Filming(done, all) => self.exporting(done, all),
            Event::Filmed(name, bytes) if self.export.making.is_some() => {
                self.export.making = None;
                self.has_saved(name, bytes);
            }
            Event::NoFilm(why) if self.export.making.take().is_some() => {
                let title = self.texts().sharing.failed_export;
                self.complain(title, &why, self.dismissal(), false);
            }
            _ => {}
        }
    }

    pub(super) fn exporting(&mut self, done: usize, all: usize) {
        if let Some(making) = &mut self.export.making {
            (making.done, making.all) = (done, all);
        }
    }

    /// The worker has made what it was asked for.
    pub(super) fn exported(
        &mut self,
        kind: ExportKind,
        size: (usize, usize),
        frames: usize,
        bytes: Vec<u8>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(making) = self.export.making.as_mut().filter(|m| m.kind == kind) else {
            return;
        };
        let (ending, mime) = match kind {
            ExportKind::Gif => (".gif", "image/gif"),
            ExportKind::Sheet => (".sheet.png", "image/png"),
            ExportKind::Prompt => (".prompt.png", "image/png"),
            ExportKind::Film => {
                (making.filming, making.done, making.all) = (true, 0, frames);
                effects.push(Effect::Film(Rc::new(Clip {
                    name: self.file_name(),
                    size,
                    fps: self.target_fps(),
                    frames: bytes,
                })));
                return;
            }
        };
        self.export.making = None;
        let name = format!("{}{ending}", self.file_name());
        self.save(name, mime, bytes, effects);
    }

    /// A world or a worker is gone, and what was being made of it.
    pub(super) fn drop_export(&mut self, effects: &mut Vec<Effect>) {
        if self.export.making.take().is_some_and(|m| m.filming) {
            effects.push(Effect::StopFilm);
        }
        self.export.saved = None;
    }

    fn save(
        &mut self,
        name: String,
        mime: &'static str,
        bytes: Vec<u8>,
        effects: &mut Vec<Effect>,
    ) {
        self.has_saved(name.clone(), bytes.len() as u64);
        effects.push(Effect::Save(Rc::new(Saved { name, mime, bytes })));
    }

    fn has_saved(&mut self, name: String, bytes: u64) {
        self.announce(&self.texts().sharing.saved(self.texts(), &name, bytes));
        self.export.saved = Some((name, bytes));
    }

    /// A name for files of the play, which any file system takes.
    fn file_name(&self) -> String {
        let name = self.world.as_ref().map_or("", |w| w.name.as_str());
        let plain = name.chars().map(|c| match c {
            c if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') => c,
            _ => '-',
        });
        let plain: String = plain.take(40).collect();
        format!("pocket-genie-{plain}-{}", self.timeline.at())
    }
}
