//! The engines, through their seam.

mod direct;
mod faults;
mod files;
mod frames;
mod leaks;
mod network;
mod python;
mod support;
