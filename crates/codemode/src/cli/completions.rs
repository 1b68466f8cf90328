//! `codemode completions`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: codemode completions bash > ~/.local/share/bash-completion/completions/codemode"
)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "codemode", &mut text);
    crate::terminal::out(&String::from_utf8_lossy(&text));
    ExitCode::SUCCESS
}
