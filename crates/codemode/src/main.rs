//! The binary: a helper process when the arguments say so, else the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else: a helper must have one thread only.
    if let Some(code) = codemode_engines::helper_main(std::env::args_os().skip(1)) {
        return ExitCode::from(u8::try_from(code).unwrap_or(125));
    }
    codemode::cli::main()
}
