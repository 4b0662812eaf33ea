//! `cargo xtask play`: the page, built and served with a shipped world.

use std::thread;
use std::time::Instant;

use anyhow::Result;

use crate::check;
use crate::server;
use crate::setup::{self, Home};
use crate::step::{text, timed};

#[derive(clap::Args)]
pub struct Arguments {
    /// Stops after the first successful load: in headless Chromium if it is installed, else by
    /// fetching every file of the page. For scripts
    #[arg(long)]
    check: bool,
    /// The port to serve on; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let home = Home::find()?;
    timed("tools for the page", || setup::page_tools(&home))?;
    timed("the page", || setup::build_page(&home))?;
    if arguments.check {
        // Whoever checks doesn't care which port, and 8080 may well be in use.
        timed("the first load", || check::page(&home.dist()))?;
        println!("the page works; {} in all", text(start.elapsed()));
        return Ok(());
    }
    let address = server::start(home.dist(), arguments.port, Box::new(|_| None))?;
    println!(
        "\nPocket Genie is at http://localhost:{}/  (Ctrl+C ends it)",
        address.port()
    );
    loop {
        thread::park();
    }
}
