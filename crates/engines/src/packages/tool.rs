//! uv or pip: which one there is, how it is asked, and what its refusals mean.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use codemode_run::RunError;
use codemode_run::packages::{Progress, Requirement};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::PackageOptions;
use super::cache::Draft;

/// What installs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tool {
    /// The interpreter's own pip.
    Pip,
    /// uv, at this place.
    Uv(PathBuf),
}

/// uv on the PATH that these variables name, or else pip.
fn find(variables: &BTreeMap<String, String>) -> Tool {
    let path = variables.get("PATH").cloned().unwrap_or_default();
    let uv = env::split_paths(&path).map(|folder| folder.join("uv")).find(|file| file.is_file());
    uv.map_or(Tool::Pip, Tool::Uv)
}

/// Variables that an installer sees beside those that begin with [`FAMILIES`]: where it finds the user's settings, its
/// cache and the way to the index.
const VARIABLES: &[&str] = &[
    "ALL_PROXY",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "NO_PROXY",
    "PATH",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Beginnings of the variables that set pip and uv up.
const FAMILIES: &[&str] = &["PIP_", "UV_"];

/// The variables that say where packages come from: other sources, other layers.
pub(super) fn index_settings(variables: &BTreeMap<String, String>) -> Vec<String> {
    let says_where = |name: &str| {
        FAMILIES.iter().any(|family| name.starts_with(family))
            && ["INDEX", "FIND_LINKS"].iter().any(|word| name.contains(word))
    };
    let settings = variables.iter().filter(|(name, _)| says_where(name));
    settings.map(|(name, value)| format!("{name}={value}")).collect()
}

/// Installs wheels of these requirements into a draft.
pub(super) async fn install(
    options: &PackageOptions,
    python: &Path,
    draft: &Draft,
    requirements: &BTreeSet<Requirement>,
    progress: &Progress<'_>,
) -> Result<(), RunError> {
    let mut command = command(options, python, draft)?;
    command.arg("--").args(requirements.iter().map(ToString::to_string));
    let failed = |error: std::io::Error| RunError {
        code: "install_failed",
        hint: Some("install uv, or pip for this python3".to_owned()),
        message: "the installer of packages cannot be started".to_owned(),
        source: Some(error.into()),
    };
    let child = command.spawn().map_err(failed)?;
    let mut group = Group(child.id());
    let Ok(ended) = tokio::time::timeout(options.timeout, output(child, progress)).await else {
        let seconds = options.timeout.as_secs();
        let message = format!("installing {} took more than {seconds} s", named(requirements));
        return Err(RunError::new("install_timeout", message, "try again, or raise `packages.timeout`"));
    };
    // It ended by itself: its number may be somebody else's by now.
    group.0 = None;
    let (success, said) = ended.map_err(failed)?;
    if success { Ok(()) } else { Err(explain(requirements, said)) }
}

fn command(options: &PackageOptions, python: &Path, draft: &Draft) -> Result<Command, RunError> {
    let tool = find(&options.variables);
    let mut command = match &tool {
        Tool::Uv(program) => {
            let mut command = Command::new(program);
            command.args(["pip", "install", "--only-binary", ":all:", "--link-mode", "copy"]);
            command.arg("--python").arg(python);
            command
        }
        Tool::Pip => {
            let mut command = Command::new(python);
            command.args([
                "-I",
                "-m",
                "pip",
                "install",
                "--only-binary",
                ":all:",
                "--no-input",
                "--no-compile",
                "--progress-bar",
                "off",
            ]);
            command.arg("--disable-pip-version-check");
            command
        }
    };
    match (&options.newer_than, &tool) {
        (None, _) => {}
        (Some(cut_off), Tool::Uv(_)) => drop(command.arg("--exclude-newer").arg(date(cut_off))),
        (Some(_), Tool::Pip) => {
            let message = "`packages.newer_than` is set, and pip cannot hold it";
            return Err(RunError::new("no_installer", message, "install uv, or unset `packages.newer_than`"));
        }
    }
    command.arg("--target").arg(draft.layer()).current_dir(draft.work());
    let is_passed =
        |name: &str| VARIABLES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family));
    command.env_clear().envs(options.variables.iter().filter(|(name, _)| is_passed(name)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    Ok(command)
}

/// A date as it is; an age of days as uv writes it.
fn date(cut_off: &str) -> String {
    let days = cut_off.strip_suffix('d').filter(|days| days.parse::<u32>().is_ok());
    days.map_or_else(|| cut_off.to_owned(), |days| format!("{days} days"))
}

/// Ends every process of an installation when it is dropped before they ended.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

/// Bytes of an installer's complaint that are kept.
const SAID_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a line that is looked at while an installer works.
const LINE_BYTES_MAX: usize = 1024;

/// Whether an installer did its work, and the beginning of its complaint.
async fn output(mut child: Child, progress: &Progress<'_>) -> std::io::Result<(bool, String)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (_, said) = tokio::try_join!(heed(stdout, progress), heed(stderr, progress))?;
    Ok((child.wait().await?.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Reads a stream to its end and tells of each download in it: the beginning of what was read.
async fn heed(stream: Option<impl AsyncRead + Unpin>, progress: &Progress<'_>) -> std::io::Result<Vec<u8>> {
    let (mut said, mut line, mut chunk) = (Vec::new(), Vec::new(), vec![0; 8 * 1024]);
    let Some(mut stream) = stream else { return Ok(said) };
    loop {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            return Ok(said);
        }
        let room = SAID_BYTES_MAX.saturating_sub(said.len());
        said.extend_from_slice(&chunk[..count.min(room)]);
        for byte in &chunk[..count] {
            if *byte != b'\n' {
                line.extend((line.len() < LINE_BYTES_MAX).then_some(byte));
                continue;
            }
            if let Some(download) = download(&String::from_utf8_lossy(&line)) {
                progress(&download);
            }
            line.clear();
        }
    }
}

/// `Downloading numpy (16.1MiB)` by uv, or by pip with a file's name or its whole address, of which only the name is told.
fn download(line: &str) -> Option<String> {
    let (file, size) = line.trim().strip_prefix("Downloading ")?.split_once(" (")?;
    let (name, size) = (file.rsplit('/').next()?, size.split_once(')')?.0);
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (is_plain(name) && is_plain(size)).then(|| format!("downloading {name}, {size}"))
}

pub(super) fn named(requirements: &BTreeSet<Requirement>) -> String {
    requirements.iter().map(|requirement| format!("`{requirement}`")).collect::<Vec<_>>().join(", ")
}

/// How pip, uv and the file systems below them say that nothing more fits.
const DISK_FULL: &[&str] = &["No space left on device", "Disk quota exceeded"];

/// What a complaint means. Its own words name paths and addresses, so they go to the log.
fn explain(requirements: &BTreeSet<Requirement>, said: String) -> RunError {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    // Both tools name what they looked for in vain; of several requirements that one is shown.
    let about: BTreeSet<Requirement> =
        requirements.iter().filter(|requirement| said.contains(requirement.name())).cloned().collect();
    let names = named(if about.is_empty() { requirements } else { &about });
    let (code, message, hint) = if says(DISK_FULL) {
        (
            "install_failed",
            format!("{names} cannot be installed: the disk is full"),
            "make room where packages are kept and where temporary files go",
        )
    } else if says(&["no wheels", "has no usable wheels", "only-binary", "--no-build"]) {
        (
            "package_no_wheel",
            format!("{names}: no wheel fits this python3, and nothing is built from source"),
            "ask for another version, or do without it",
        )
    } else if says(&["not found in the package registry", "No matching distribution found", "was not found"])
    {
        (
            "package_not_found",
            format!("{names}: no such distribution or version"),
            "correct the name or the version",
        )
    } else if says(&["No solution found", "ResolutionImpossible", "conflict"]) {
        (
            "package_conflict",
            format!("{names}: no versions of these go together"),
            "ask for other versions, or for fewer packages at once",
        )
    } else {
        (
            "install_failed",
            format!("{names} cannot be installed"),
            "the log has what the installer said; the package index may be out of reach",
        )
    };
    RunError { source: Some(said.into()), ..RunError::new(code, message, hint) }
}
