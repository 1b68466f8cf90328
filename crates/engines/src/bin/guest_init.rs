//! The helper process alone. The product's binary plays this part itself.

fn main() -> std::process::ExitCode {
    let code = codemode_engines::helper_main(std::env::args_os().skip(1)).unwrap_or(125);
    std::process::ExitCode::from(u8::try_from(code).unwrap_or(125))
}
