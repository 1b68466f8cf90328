//! What `codemode` is when it is started as a part of the embedded engine, for the tests of this crate alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = codemode_wasm::helper_main(std::env::args_os().skip(1)).unwrap_or(2);
    ExitCode::from(u8::try_from(code).unwrap_or(125))
}
