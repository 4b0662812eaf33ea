//! The line being played, the frame of it that is looked at, and the lines that were left.

use model::session::Session;
use model::{Result, World};

/// A play and its branches. They share what they have in common.
pub struct Lines {
    /// Up to its newest frame.
    whole: Session,
    /// Up to an earlier one, while that is looked at.
    looked_at: Option<Session>,
    left: Vec<(u32, Session)>,
}

impl Lines {
    pub fn new(session: Session) -> Self {
        Self {
            whole: session,
            looked_at: None,
            left: Vec::new(),
        }
    }

    /// The session that ends with the frame on the screen.
    pub fn shown(&self) -> &Session {
        self.looked_at.as_ref().unwrap_or(&self.whole)
    }

    fn shown_mut(&mut self) -> &mut Session {
        self.looked_at.as_mut().unwrap_or(&mut self.whole)
    }

    /// Plays on from the frame on the screen; what lay ahead of it is gone.
    pub async fn step(&mut self, action: usize) -> Result<()> {
        self.shown_mut().step(action).await?;
        if let Some(branch) = self.looked_at.take() {
            self.whole = branch;
        }
        Ok(())
    }

    /// Looks at a frame of the line.
    pub async fn seek(&mut self, frame: usize) -> Result<()> {
        let back = self.whole.played().saturating_sub(frame);
        self.looked_at = if back == 0 {
            None
        } else {
            let mut earlier = self.whole.clone();
            earlier.rewind(back).await?;
            Some(earlier)
        };
        Ok(())
    }

    /// Keeps the whole line under a number.
    pub fn keep(&mut self, number: u32) {
        self.left.push((number, self.whole.clone()));
    }

    /// Goes on at the end of a line that was kept; whether there is one of that number.
    pub fn go_back_to(&mut self, number: u32) -> bool {
        let place = self.left.iter().position(|(n, _)| *n == number);
        if let Some(place) = place {
            self.whole = self.left.remove(place).1;
            self.looked_at = None;
        }
        place.is_some()
    }

    /// Keeps a line no longer.
    pub fn forget(&mut self, number: u32) {
        self.left.retain(|(n, _)| *n != number);
    }

    /// Sets something for all lines, such as how they are sampled.
    pub fn for_each<E>(
        &mut self,
        mut set: impl FnMut(&mut Session) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        set(&mut self.whole)?;
        self.looked_at.iter_mut().try_for_each(&mut set)?;
        self.left.iter_mut().try_for_each(|(_, line)| set(line))
    }

    /// Brings all lines to another device.
    pub async fn move_to(&mut self, world: &World) -> Result<()> {
        self.whole.move_to(world).await?;
        if let Some(earlier) = &mut self.looked_at {
            earlier.move_to(world).await?;
        }
        for (_, line) in &mut self.left {
            line.move_to(world).await?;
        }
        Ok(())
    }
}
