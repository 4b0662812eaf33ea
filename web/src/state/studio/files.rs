//! Files of the visitor's on their way to be cut.

use std::rc::Rc;

use super::{Ask, Effect, Footage, Origin, Prompt, Reason, Request, State, ask};

/// What is being opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Opening {
    /// The newest picture's file, until the worker has answered: it may die of it.
    file: Option<Rc<Vec<u8>>>,
    /// Files that the worker has not answered for.
    pictures: u32,
    /// The newest video that the page is looking through.
    films: u32,
    /// A video that came while there was no world.
    kept: Option<Rc<str>>,
}

impl Opening {
    pub fn is_under_way(&self) -> bool {
        self.pictures + self.films > 0
    }

    pub fn keeps_film(&self) -> bool {
        self.kept.is_some()
    }

    /// The worker answers no more; the file that it had.
    pub fn lose(&mut self) -> Option<Rc<Vec<u8>>> {
        self.pictures = 0;
        self.file.take()
    }
}

impl State {
    /// Whether a picture can be opened: there is a world, and no other on its way.
    fn can_open(&self) -> bool {
        let leaving = matches!(self.queued.as_deref(), Some(Request::Load(_)));
        self.is_open() && !leaving
    }

    /// Has a picture opened, or keeps it for the world to come.
    pub(in crate::state) fn open_picture(&mut self, bytes: Vec<u8>, effects: &mut Vec<Effect>) {
        if self.can_open() {
            self.studio.opening.pictures += 1;
            self.studio.opening.file = Some(Rc::new(bytes.clone()));
            self.announce(self.texts().studio.opening);
            ask(Ask::Open(bytes), effects);
        } else {
            let start = Request::Start(Prompt::Picture(bytes), Origin::Picture);
            self.bring(start, effects);
        }
    }

    /// Has a video looked through, or keeps it for the world to come.
    pub(super) fn open_film(&mut self, url: String, effects: &mut Vec<Effect>) {
        self.studio.opening.kept = Some(url.into());
        if self.can_open() {
            self.announce(self.texts().studio.opening);
            self.send_film(effects);
        } else {
            self.announce(self.texts().kept);
        }
    }

    pub(super) fn send_film(&mut self, effects: &mut Vec<Effect>) {
        let Some(world) = self.world.clone() else {
            return;
        };
        if let Some(url) = self.studio.opening.kept.take() {
            self.studio.opening.films += 1;
            effects.push(Effect::LookThrough {
                url: url.to_string(),
                window: world.window,
                fps: world.fps,
            });
        }
    }

    pub(super) fn filmed(&mut self, found: Result<Footage, Reason>, effects: &mut Vec<Effect>) {
        let films = &mut self.studio.opening.films;
        *films = films.saturating_sub(1);
        self.look_into(found, effects);
    }

    pub(super) fn opened(&mut self, found: Result<Footage, Reason>, effects: &mut Vec<Effect>) {
        let opening = &mut self.studio.opening;
        opening.pictures = opening.pictures.saturating_sub(1);
        if opening.pictures == 0 {
            opening.file = None;
        }
        self.look_into(found, effects);
    }

    fn look_into(&mut self, found: Result<Footage, Reason>, effects: &mut Vec<Effect>) {
        match found {
            // The newest file is the one that is wanted.
            Ok(_) if self.studio.opening.is_under_way() => {}
            Ok(footage) => self.open_cutting(footage, effects),
            Err(reason) => {
                let texts = self.texts();
                let why = texts.studio.reason(reason);
                self.complain(texts.bad_file, why, self.dismissal(), false);
            }
        }
    }
}
