//! The bash guest. Bash speaks no frames, so the helper speaks them: it checks a program with `bash -n`, hands it to the
//! shell over a pipe and reads its status from another.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::{Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::FdFlags;
use rustix::process::WaitStatus;
use serde_json::{Map, Value, json};

use super::{Guest, Prepare, Woken, start, wait_for};

/// A shell that runs one program or, in a session, one after another.
struct Shell {
    code: File,
    guest: Guest,
    status: File,
}

/// Serves the protocol until codemode says stop or the shell ends.
pub(super) fn serve(command: Command, protocol: OwnedFd, prepare: Prepare<'_>) -> io::Result<Option<WaitStatus>> {
    let bash = command.get_program().to_owned();
    let mut protocol = File::from(protocol);
    send(&mut protocol, &json!({"type": "ready", "version": 1, "runtime": "bash"}))?;
    let mut shell: Option<Shell> = None;
    loop {
        if shell.is_none() && !wait_for_frame(&protocol)? {
            return Ok(None);
        }
        if let Some(shell) = &shell {
            match wait_for(&shell.guest, &[protocol.as_fd()])? {
                Woken::Guest(status) => return Ok(Some(status)),
                Woken::Stop => return Ok(None),
                Woken::Other => {}
            }
        }
        let Some(run) = receive(&mut protocol)? else { return Ok(None) };
        if let Some(error) = syntax_error(&bash, run.text("code"), run.text("filename"), prepare)? {
            done(&mut protocol, &run, &error)?;
            continue;
        }
        let shell = match &mut shell {
            Some(shell) => shell,
            none => none.insert(open(&bash, &run, prepare)?),
        };
        if let Some(status) = shell.run(&run, &mut protocol)? {
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

    /// The program with its variables in front, on its first line, so that line numbers stay.
    fn script(&self) -> String {
        let none = Map::new();
        let variables = self.0.get("variables").and_then(Value::as_object).unwrap_or(&none);
        let assignments: String = variables.iter().map(|(name, value)| format!("{name}={}; ", quoted(value))).collect();
        assignments + self.text("code")
    }
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

impl Shell {
    /// Runs one program. `Some` when the shell is over: with its status, or with none when codemode said stop.
    fn run(&mut self, run: &Run, protocol: &mut File) -> io::Result<Option<Option<WaitStatus>>> {
        // A shell that is gone already shows in the wait.
        let _ = self.code.write_all(run.script().as_bytes()).and_then(|()| self.code.write_all(b"\0"));
        // A shell for one program closes its end of the status pipe at once and speaks by its exit alone.
        let status = [self.status.as_fd()];
        let watched = if run.is_session() { &status[..] } else { &[] };
        loop {
            match wait_for(&self.guest, watched)? {
                Woken::Guest(status) => {
                    if let Some(code) = status.exit_status() {
                        done(protocol, run, &json!({"kind": "exit", "code": code}))?;
                    }
                    return Ok(Some(Some(status)));
                }
                Woken::Stop => return Ok(Some(None)),
                Woken::Other => {
                    let mut status = [0; 16];
                    let read = (&self.status).read(&mut status)?;
                    let code = std::str::from_utf8(&status[..read]).ok().and_then(|text| text.trim().parse::<u8>().ok());
                    done(protocol, run, &json!({"kind": "exit", "code": code.unwrap_or(1)}))?;
                    return Ok(None);
                }
            }
        }
    }
}

fn open(bash: &OsString, run: &Run, prepare: Prepare<'_>) -> io::Result<Shell> {
    let (code_out, code_in) = rustix::pipe::pipe()?;
    let (status_out, status_in) = rustix::pipe::pipe()?;
    rustix::io::fcntl_setfd(&code_in, FdFlags::CLOEXEC)?;
    rustix::io::fcntl_setfd(&status_out, FdFlags::CLOEXEC)?;
    let (code, status) = (code_out.as_raw_fd(), status_in.as_raw_fd());
    // Only the shell itself holds the two descriptors: what it starts gets neither.
    let script = if run.is_session() {
        format!("while IFS= read -r -d '' -u {code} REPLY; do eval \"$REPLY\" {code}<&- {status}>&-; printf '%d\\n' $? >&{status}; done")
    } else {
        format!("IFS= read -r -d '' -u {code} REPLY; exec {code}<&- {status}>&-; eval \"$REPLY\"")
    };
    let mut command = Command::new(bash);
    command.args(["--norc", "--noprofile", "-c", &script, run.text("filename")]).current_dir(run.text("workspace"));
    Ok(Shell { code: File::from(code_in), guest: start(command, prepare)?, status: File::from(status_out) })
}

/// Asks bash whether the program can be parsed.
fn syntax_error(bash: &OsString, code: &str, filename: &str, prepare: Prepare<'_>) -> io::Result<Option<Value>> {
    if code.contains('\0') {
        return Ok(Some(raised("the program holds a NUL byte", "SyntaxError: the program holds a NUL byte")));
    }
    let mut command = Command::new(bash);
    command.args(["--norc", "--noprofile", "-n", "-s"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
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
    let said = String::from_utf8_lossy(&output.stderr).replace("bash: line", &format!("{filename}: line"));
    let first = said.lines().next().unwrap_or("syntax error").to_owned();
    Ok(Some(raised(&first, said.trim_end())))
}

fn raised(message: &str, traceback: &str) -> Value {
    let exception = json!({"type": "SyntaxError", "message": message, "traceback": traceback, "module": null});
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

/// Waits for a frame before there is a shell; false when codemode says stop.
fn wait_for_frame(protocol: &File) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(protocol, PollFlags::IN)];
    while let Err(error) = poll(&mut watched, None) {
        if error != rustix::io::Errno::INTR {
            return Err(error.into());
        }
    }
    Ok(watched[0].revents().is_empty())
}
