//! Reading programs.

mod python;
