//! Ctrl-C: finish the step, save, and leave. A second one leaves at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// Becomes true on Ctrl-C.
#[derive(Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Starts to listen.
    pub fn listen() -> Result<Self> {
        let stop = Self(Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&stop.0);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        })
        .context("can't listen for Ctrl-C")?;
        Ok(stop)
    }

    pub fn wanted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
