//! The configuration that makes a client use codemode: printed, or merged into the client's own file.

mod clients;
mod json;
mod merge;
mod toml;
mod yaml;

pub use clients::{Client, Places};
pub use merge::{SetupError, Written, block, merge, write};
