//! The engines, through their seam.

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
