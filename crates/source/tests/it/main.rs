//! Reading programs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod javascript;
mod python;
mod typescript;
