//! The engines, through their seam.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "what a test did not expect has to fail it")]

mod bash;
mod corpus;
mod direct;
mod faults;
mod files;
mod frames;
mod hostile;
mod leaks;
mod predecessors;
mod python;
mod support;
mod values;
