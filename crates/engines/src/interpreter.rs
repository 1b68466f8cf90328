//! Finds the interpreters of this machine and knows how each becomes a guest.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use codemode_run::{Language, Unavailable};
use tokio::process::Command;

const PYTHON_GUEST: &str = concat!(
    include_str!("../guest/network.py"),
    include_str!("../guest/tools.py"),
    include_str!("../guest/display.py"),
    include_str!("../guest/runner.py"),
    include_str!("../guest/process.py")
);
/// The Python guest for an interpreter that is embedded in a process of ours: `guest/embedded.py` says how it is led.
pub const EMBEDDED_PYTHON_GUEST: &str = concat!(
    include_str!("../guest/tools.py"),
    include_str!("../guest/display.py"),
    include_str!("../guest/runner.py"),
    include_str!("../guest/embedded_network.py"),
    include_str!("../guest/embedded_sockets.py"),
    include_str!("../guest/embedded_tls.py"),
    include_str!("../guest/embedded_weave.py"),
    include_str!("../guest/embedded_threads.py"),
    include_str!("../guest/embedded_servers.py"),
    include_str!("../guest/embedded_pipes.py"),
    include_str!("../guest/embedded_processes.py"),
    include_str!("../guest/embedded_shell.py"),
    include_str!("../guest/embedded_children.py"),
    include_str!("../guest/embedded_numbers.py"),
    include_str!("../guest/embedded.py")
);
/// The JavaScript guest for QuickJS, embedded likewise: `guest/embedded.js` says how it is led.
pub const EMBEDDED_JAVASCRIPT_GUEST: &str = concat!(
    include_str!("../guest/embedded_begin.js"),
    include_str!("../guest/tools.mjs"),
    include_str!("../guest/values.mjs"),
    include_str!("../guest/program.mjs"),
    include_str!("../guest/embedded_node.js"),
    include_str!("../guest/embedded_files.js"),
    include_str!("../guest/embedded_streams.js"),
    include_str!("../guest/embedded_locale.js"),
    include_str!("../guest/embedded_fetch.js"),
    include_str!("../guest/embedded.js"),
);
const NODE_GUEST: &str = concat!(
    include_str!("../guest/tools.mjs"),
    include_str!("../guest/values.mjs"),
    include_str!("../guest/program.mjs"),
    include_str!("../guest/runner.mjs")
);

/// The command that turns an interpreter into a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestCommand {
    /// Arguments behind the program; the number of the protocol's descriptor follows them.
    pub arguments: Vec<OsString>,
    /// The interpreter.
    pub program: PathBuf,
    /// Memory that the interpreter reserves for itself without using it, in bytes; a limit on data has to leave room.
    pub reserved_bytes: u64,
    /// Bash speaks no frames: the helper process speaks them for it.
    pub shell: bool,
}

/// Newer versions of V8 reserve this much for compiled code, as writable memory, before a program starts.
const NODE_RESERVES: u64 = 512 * 1024 * 1024;

/// The guest of a language, or what is missing.
pub fn guest_command(language: Language) -> Result<GuestCommand, Unavailable> {
    let (program, arguments): (_, Vec<&str>) = match language {
        Language::Bash => ("bash", Vec::new()),
        Language::JavaScript | Language::TypeScript => {
            ("node", vec!["--no-warnings", "--input-type=module", "-e", NODE_GUEST, "--"])
        }
        // -I: neither the environment, the user's site folder nor the current folder may change what is imported.
        Language::Python => ("python3", vec!["-I", "-X", "utf8", "-c", PYTHON_GUEST]),
    };
    Ok(GuestCommand {
        arguments: arguments.into_iter().map(OsString::from).collect(),
        program: find(program)?,
        reserved_bytes: if program == "node" { NODE_RESERVES } else { 0 },
        shell: language == Language::Bash,
    })
}

/// What the interpreter of a language says of itself, such as `Python 3.11.7`; `None` when it is not there.
pub async fn version(language: Language) -> Option<String> {
    let program = guest_command(language).ok()?.program;
    let said = Command::new(program).arg("--version").stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(VERSION_WITHIN, said).await.ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// How long an interpreter may take to say its version.
const VERSION_WITHIN: Duration = Duration::from_secs(5);

fn find(program: &str) -> Result<PathBuf, Unavailable> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file));
    found.ok_or_else(|| Unavailable {
        missing: format!("no `{program}` on the PATH"),
        mend: format!("install {program}, or put its folder on the PATH of codemode"),
    })
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
