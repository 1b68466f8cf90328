//! The engines, through their seam.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bash;
mod corpus;
mod corpus_javascript;
mod direct;
mod faults;
mod files;
mod frames;
mod hostile;
mod javascript;
mod leaks;
mod predecessors;
mod python;
mod support;
mod tools;
mod values;
