//! The engines, through their seam.

mod direct;
mod support;
