//! The engines, through their seam.

mod direct;
mod faults;
mod files;
mod frames;
mod jail;
mod leaks;
mod python;
mod support;
