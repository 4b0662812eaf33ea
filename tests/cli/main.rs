//! The program `genie`, end to end, on real input: what works, what is told, and what survives.

mod bad_input;
mod bench;
mod curate;
mod curate_rules;
mod disk;
mod evaluate;
mod gpu;
mod import;
mod pipeline;
mod python;
mod resume;
mod store;
mod support;
