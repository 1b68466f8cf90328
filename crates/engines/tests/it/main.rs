//! The engines, through their seam.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod direct;
mod faults;
mod files;
mod frames;
mod leaks;
mod python;
mod support;
