//! The engines, through their seam.

mod corpus_javascript;
mod direct;
mod faults;
mod files;
mod frames;
mod javascript;
mod leaks;
mod python;
mod support;
