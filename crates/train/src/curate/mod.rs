//! Learned curation.

pub mod layers;
pub mod resnet;
