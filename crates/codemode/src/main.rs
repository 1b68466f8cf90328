//! The binary: a helper process when the arguments say so, else the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else: a helper must have one thread only.
    let arguments = || std::env::args_os().skip(1);
    let helper =
        codemode_raster::helper_main(arguments()).or_else(|| codemode_engines::helper_main(arguments()));
    #[cfg(feature = "wasm")]
    let helper = helper.or_else(|| codemode_wasm::helper_main(arguments()));
    if let Some(code) = helper {
        return ExitCode::from(u8::try_from(code).unwrap_or(125));
    }
    codemode::cli::main()
}
