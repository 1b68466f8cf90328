//! The binary, from outside, and the settings.
