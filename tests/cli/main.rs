//! The program `genie`, end to end, on real input: what works, what is told, and what survives.

mod bad_input;
mod curate;
mod disk;
mod gpu;
mod pipeline;
mod resume;
mod support;
