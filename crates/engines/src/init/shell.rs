//! The bash guest. Bash speaks no frames, so the helper speaks them: it checks a program with `bash -n` and hands it to
//! the shell as a file, because only then `$0`, `BASH_SOURCE` and messages are those of a script.
//!
//! A session is a shell that reads one file after another. When a program leaves it (`exit`, `set -e`), the next program
//! gets a new shell with the variables, functions, options and folder that the old one had.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::FdFlags;
use rustix::process::WaitStatus;
use serde_json::{Map, Value, json};

use super::{Guest, Prepare, Woken, start, wait_for};

/// Serves the protocol until codemode says stop or the shell is killed.
pub(super) fn serve(
    command: Command,
    protocol: OwnedFd,
    prepare: Prepare<'_>,
) -> io::Result<Option<WaitStatus>> {
    let bash = command.get_program().to_owned();
    let mut protocol = File::from(protocol);
    send(&mut protocol, &json!({"type": "ready", "version": 1, "runtime": "bash"}))?;
    let mut session: Option<Session> = None;
    loop {
        if !wait_for_frame(&protocol, session.as_mut())? {
            return Ok(None);
        }
        let Some(run) = receive(&mut protocol)? else { return Ok(None) };
        if let Some(error) = refusal(&bash, &run, prepare)? {
            done(&mut protocol, &run, &error)?;
            continue;
        }
        if !run.is_session() {
            return run_once(&bash, &run, &mut protocol, prepare);
        }
        let session = match &mut session {
            Some(session) => session,
            none => none.insert(Session { folder: Folder::new(&run)?, shell: None }),
        };
        if let Some(status) = session.run(&bash, &run, &mut protocol, prepare)? {
            return Ok(status);
        }
    }
}

/// One `run` message.
struct Run(Map<String, Value>);

impl Run {
    fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn is_session(&self) -> bool {
        self.0.get("session") == Some(&Value::Bool(true))
    }

    fn variables(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.get("variables").and_then(Value::as_object).into_iter().flatten()
    }

    /// The program with `first` and its variables in front, on its first line, so that line numbers stay.
    fn script(&self, first: &str) -> String {
        let assignments: String =
            self.variables().map(|(name, value)| format!("{name}={}; ", quoted(value))).collect();
        format!("{first} {assignments}{}", self.text("code"))
    }
}

/// A folder of our own for the program's file. Not the workspace: what stands there is the user's.
struct Folder(PathBuf);

impl Folder {
    fn new(run: &Run) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("codemode-{}", run.text("nonce")));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn word(&self) -> String {
        quoted(&Value::from(self.0.to_string_lossy()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn shell(bash: &OsString, folder: &Path) -> Command {
    let mut command = Command::new(bash);
    command.args(["--norc", "--noprofile"]).current_dir(folder);
    command
}

/// Runs a program in a shell of its own, which speaks by its exit alone.
fn run_once(
    bash: &OsString,
    run: &Run,
    protocol: &mut File,
    prepare: Prepare<'_>,
) -> io::Result<Option<WaitStatus>> {
    let folder = Folder::new(run)?;
    // The shell starts beside the file and goes to the workspace, so that both `$0` and `dirname "$0"` are right.
    let workspace = quoted(&Value::from(run.text("workspace")));
    let first = format!("builtin cd -P -- {workspace} || exit 125; unset OLDPWD; declare -x OLDPWD;");
    fs::write(folder.path(run.text("filename")), run.script(&first))?;
    let mut command = shell(bash, &folder.0);
    command.args(["--", run.text("filename")]);
    match wait_for(&start(command, prepare)?, &[])? {
        Woken::Guest(status) => {
            if let Some(code) = status.exit_status() {
                done(protocol, run, &json!({"kind": "exit", "code": code}))?;
            }
            Ok(Some(status))
        }
        Woken::Other | Woken::Stop => Ok(None),
    }
}

/// What lives between the programs of a session.
struct Session {
    folder: Folder,
    shell: Option<Shell>,
}

/// A shell that waits for programs.
struct Shell {
    go: File,
    guest: Guest,
    status: File,
}

/// What the shell of a session does: it reads the file when it is told to, says the status, and writes down its state.
/// No descriptor of ours is open in what a program starts. Output of ours that a program's `set -x` asks for is dropped.
const LOOP: &str = r#"
__codemode_save() {
    { declare -p; declare -f; shopt -p; set +o; printf 'builtin cd -- %q\n: end\n' "$PWD"; } >| @folder@/state.new
} 2> /dev/null
[[ -e @folder@/state ]] && source @folder@/state 2> /dev/null
trap __codemode_save EXIT
while { IFS= read -r -d '' -u @go@; } 2> /dev/null; do
    { set -- "$PWD" "${OLDPWD-}" "${-//[^x]/}"; set +x; builtin cd -- @folder@; } 2> /dev/null
    source @file@ "$@" @go@<&- @status@>&-
    { REPLY=$?; __codemode_save; printf '%d\n' "$REPLY" >&@status@; } 2> /dev/null
done
"#;

impl Session {
    /// Runs one program. `Some` when the session is over: with the shell's status, or with none when codemode said stop.
    fn run(
        &mut self,
        bash: &OsString,
        run: &Run,
        protocol: &mut File,
        prepare: Prepare<'_>,
    ) -> io::Result<Option<Option<WaitStatus>>> {
        let first = "{ builtin cd -- \"$1\"; OLDPWD=$2; set +x ${3:+-x}; shift 3; } 2> /dev/null;";
        fs::write(self.folder.path(run.text("filename")), run.script(first))?;
        let shell = match &mut self.shell {
            Some(shell) => shell,
            none => none.insert(open(bash, run, &self.folder, prepare)?),
        };
        // A shell that is gone already shows in the wait.
        let _ = shell.go.write_all(b"\0");
        let code = match shell.wait()? {
            Said::Code(code) => code,
            Said::Exit(status) => {
                self.shell = None;
                let Some(code) = status.exit_status() else { return Ok(Some(Some(status))) };
                code
            }
            Said::Stop => return Ok(Some(None)),
        };
        self.keep_state();
        done(protocol, run, &json!({"kind": "exit", "code": code}))?;
        Ok(None)
    }

    /// Takes over the state that the shell wrote, if it is whole.
    fn keep_state(&self) {
        let new = self.folder.path("state.new");
        if fs::read(&new).is_ok_and(|state| state.ends_with(b"\n: end\n")) {
            let _ = fs::rename(new, self.folder.path("state"));
        }
    }
}

/// How a program of a session ended.
enum Said {
    /// The shell says its status.
    Code(i32),
    /// The shell ended with it.
    Exit(WaitStatus),
    /// codemode said stop.
    Stop,
}

impl Shell {
    fn wait(&mut self) -> io::Result<Said> {
        let mut watched = true;
        loop {
            let status = [self.status.as_fd()];
            match wait_for(&self.guest, if watched { &status } else { &[] })? {
                Woken::Guest(status) => return Ok(Said::Exit(status)),
                Woken::Other => match self.read_status() {
                    Some(code) => return Ok(Said::Code(code)),
                    // A shell that ends closes its pipe a moment before its exit shows.
                    None => watched = false,
                },
                Woken::Stop => return Ok(Said::Stop),
            }
        }
    }

    fn read_status(&mut self) -> Option<i32> {
        let mut status = [0; 16];
        let read = self.status.read(&mut status).ok()?;
        std::str::from_utf8(&status[..read]).ok()?.trim().parse().ok()
    }
}

fn open(bash: &OsString, run: &Run, folder: &Folder, prepare: Prepare<'_>) -> io::Result<Shell> {
    let (go_out, go_in) = rustix::pipe::pipe()?;
    let (status_out, status_in) = rustix::pipe::pipe()?;
    rustix::io::fcntl_setfd(&go_in, FdFlags::CLOEXEC)?;
    rustix::io::fcntl_setfd(&status_out, FdFlags::CLOEXEC)?;
    let filename = quoted(&Value::from(run.text("filename")));
    let script = LOOP
        .replace("@folder@", &folder.word())
        .replace("@file@", &filename)
        .replace("@go@", &go_out.as_raw_fd().to_string())
        .replace("@status@", &status_in.as_raw_fd().to_string());
    let mut command = shell(bash, Path::new(run.text("workspace")));
    command.args(["-c", &script, run.text("filename")]);
    Ok(Shell { go: File::from(go_in), guest: start(command, prepare)?, status: File::from(status_out) })
}

/// A JSON value as a bash word: text as it is, everything else as JSON.
fn quoted(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut word = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' => word.push_str("\\'"),
            '\\' => word.push_str("\\\\"),
            '\n' => word.push_str("\\n"),
            '\0' => {}
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

/// Why a program cannot be started at all.
fn refusal(bash: &OsString, run: &Run, prepare: Prepare<'_>) -> io::Result<Option<Value>> {
    if let Some((name, _)) = run.variables().find(|(name, _)| !is_name(name)) {
        let message = format!("`{}` is not a name that a bash variable can have", name.escape_debug());
        return Ok(Some(raised("NameError", &message, &format!("NameError: {message}"))));
    }
    let filename = run.text("filename");
    if filename.is_empty() || filename.contains('/') {
        return Ok(Some(raised(
            "NameError",
            "not a file name",
            &format!("NameError: `{filename}` is not a file name"),
        )));
    }
    syntax_error(bash, run.text("code"), filename, prepare)
}

fn is_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    plain && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Asks bash whether the program can be parsed.
fn syntax_error(
    bash: &OsString,
    code: &str,
    filename: &str,
    prepare: Prepare<'_>,
) -> io::Result<Option<Value>> {
    if code.contains('\0') {
        return Ok(Some(raised(
            "SyntaxError",
            "the program holds a NUL byte",
            "SyntaxError: the program holds a NUL byte",
        )));
    }
    let mut command = Command::new(bash);
    command
        // Messages name the program as bash is named.
        .arg0(filename)
        // A program may turn these patterns on, which a check that runs nothing cannot know.
        .args(["--norc", "--noprofile", "-O", "extglob", "-n", "-s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    prepare(&mut command);
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // Bash stops reading at the first error.
        let _ = stdin.write_all(code.as_bytes());
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = said.lines().next().unwrap_or("syntax error").to_owned();
    Ok(Some(raised("SyntaxError", &first, said.trim_end())))
}

fn raised(kind: &str, message: &str, traceback: &str) -> Value {
    let exception = json!({"type": kind, "message": message, "traceback": traceback, "module": null});
    json!({"kind": "raise", "exception": exception})
}

fn done(protocol: &mut File, run: &Run, ending: &Value) -> io::Result<()> {
    send(protocol, &json!({"type": "done", "nonce": run.text("nonce"), "ending": ending, "value": null}))
}

fn send(protocol: &mut File, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    protocol.write_all(&[&length.to_be_bytes(), body.as_bytes()].concat())
}

/// Reads a frame from codemode, which is to be trusted here; `None` at the end of the link.
fn receive(protocol: &mut File) -> io::Result<Option<Run>> {
    let mut length = [0; 4];
    if protocol.read_exact(&mut length).is_err() {
        return Ok(None);
    }
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    protocol.read_exact(&mut body)?;
    Ok(Some(Run(serde_json::from_slice(&body)?)))
}

/// Waits for a frame; false when codemode says stop. A shell that ends meanwhile is replaced for the next program.
fn wait_for_frame(protocol: &File, session: Option<&mut Session>) -> io::Result<bool> {
    if let Some(session) = session
        && let Some(shell) = &session.shell
    {
        match wait_for(&shell.guest, &[protocol.as_fd()])? {
            Woken::Guest(_) => session.shell = None,
            Woken::Other => return Ok(true),
            Woken::Stop => return Ok(false),
        }
    }
    let stdin = io::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(protocol, PollFlags::IN)];
    while let Err(error) = poll(&mut watched, None) {
        if error != rustix::io::Errno::INTR {
            return Err(error.into());
        }
    }
    Ok(watched[0].revents().is_empty())
}
