//! Reading programs.

mod javascript;
mod python;
mod typescript;
