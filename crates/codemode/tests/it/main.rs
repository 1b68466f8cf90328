//! Tests of the command line.

mod setup;
