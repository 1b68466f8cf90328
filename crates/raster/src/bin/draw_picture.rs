//! The helper alone, for the tests of this crate.

fn main() {
    std::process::exit(codemode_raster::helper_main(std::env::args_os().skip(1)).unwrap_or(125));
}
