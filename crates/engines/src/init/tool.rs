//! The command `tool` of bash programs.
//!
//! A shell of a run that has upstream servers holds two descriptors: this binary, and one end of a socket pair. `tool` is
//! a function that starts the binary through the first with the second as its standard input. That process makes a
//! stream of its own, sends its end over the socket (`SCM_RIGHTS`, `unix(7)`), writes its words and prints the answer.
//! No path is needed, so it works in a jail and for what the program starts.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::io::FdFlags;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use serde_json::{Map, Value, json};

/// The argument that turns this binary into the command.
pub(super) const TOOL: &str = "__tool";

/// Far above the descriptors that programs name.
const DESCRIPTOR_MIN: i32 = 240;

/// Commands that one program may have open at once; more wait for their turn.
const OPEN_MAX: usize = 64;

/// Longest words and longest answer in bytes.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Plays the command: the code to exit with.
pub(super) fn command(words: &[OsString]) -> i32 {
    match ask(words) {
        Ok(Answer { ok: true, text }) => i32::from(say(&mut io::stdout(), &text).is_err()),
        Ok(Answer { ok: false, text }) => {
            let _ = say(&mut io::stderr(), &format!("tool: {text}"));
            1
        }
        Err(error) => {
            let _ = say(&mut io::stderr(), &format!("tool: cannot reach codemode: {error}"));
            1
        }
    }
}

fn say(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.write_all(b"\n")?;
    stream.flush()
}

struct Answer {
    ok: bool,
    text: String,
}

fn ask(words: &[OsString]) -> io::Result<Answer> {
    let (mut own, theirs) = UnixStream::pair()?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let descriptors = [theirs.as_fd()];
    ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    sendmsg(io::stdin(), &[IoSlice::new(b"t")], &mut ancillary, SendFlags::NOSIGNAL)?;
    drop(theirs);
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    own.write_all(json!(words).to_string().as_bytes())?;
    own.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    own.take(BYTES_MAX * 2).read_to_string(&mut answer)?;
    let ok = answer.strip_prefix('+').map(|text| Answer { ok: true, text: text.to_owned() });
    let failed = || answer.strip_prefix('-').map(|text| Answer { ok: false, text: text.to_owned() });
    ok.or_else(failed).ok_or_else(|| io::Error::other("no answer came"))
}

/// The helper's side: takes commands of a program and hands them to codemode.
pub(super) struct Counter {
    commands: OwnedFd,
    open: Vec<(u64, UnixStream)>,
    count: u64,
    /// What every shell inherits.
    for_shell: (OwnedFd, OwnedFd),
}

impl Counter {
    /// A counter for the shells that are started from now on.
    pub(super) fn new() -> io::Result<Self> {
        let (commands, socket) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let socket = rustix::io::fcntl_dupfd_cloexec(&socket, DESCRIPTOR_MIN)?;
        let binary = rustix::io::fcntl_dupfd_cloexec(File::open("/proc/self/exe")?, DESCRIPTOR_MIN)?;
        for descriptor in [&socket, &binary] {
            rustix::io::fcntl_setfd(descriptor, FdFlags::empty())?;
        }
        Ok(Self { commands, count: 0, open: Vec::new(), for_shell: (socket, binary) })
    }

    /// The line that defines the command in a shell. A function of the program's own that is called so stays.
    pub(super) fn definition(&self) -> String {
        let (socket, binary) = (self.for_shell.0.as_raw_fd(), self.for_shell.1.as_raw_fd());
        format!(
            "declare -F tool > /dev/null || {{ tool() {{ /proc/self/fd/{binary} {TOOL} \"$@\" <&{socket}; }}; export -f tool; }};"
        )
    }

    pub(super) fn commands(&self) -> &OwnedFd {
        &self.commands
    }

    /// Takes one command: the call to send. A command that cannot be read is answered here.
    pub(super) fn take(&mut self, nonce: &str) -> io::Result<Option<Value>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        recvmsg(&self.commands, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
        let stream = ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        let Some(stream) = stream else { return Ok(None) };
        let mut stream = UnixStream::from(stream);
        // Nothing that a program sends may hold the helper up.
        stream.set_read_timeout(Some(WORDS_WITHIN))?;
        let mut words = String::new();
        let read = (&stream).take(BYTES_MAX).read_to_string(&mut words);
        let words: Option<Vec<String>> = read.ok().and_then(|_| serde_json::from_str(&words).ok());
        let problem = match &words {
            None => Some("-the words cannot be read"),
            Some(_) if self.open.len() >= OPEN_MAX => Some("-too many commands at once"),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            let _ = stream.write_all(problem.as_bytes());
            return Ok(None);
        }
        self.count += 1;
        self.open.push((self.count, stream));
        let call = json!({"type": "call", "nonce": nonce, "id": self.count, "server": "@codemode", "tool": "words",
            "arguments": {"words": words}});
        Ok(Some(call))
    }

    /// Hands an answer of codemode to its command.
    pub(super) fn answer(&mut self, message: &Map<String, Value>) {
        let id = message.get("id").and_then(Value::as_u64);
        let Some(place) = self.open.iter().position(|(open, _)| Some(*open) == id) else { return };
        let (_, mut stream) = self.open.swap_remove(place);
        let text = match message.get("type").and_then(Value::as_str) {
            Some("reply") => format!("+{}", printed(message.get("value").unwrap_or(&Value::Null))),
            _ => format!("-{}", message.get("message").and_then(Value::as_str).unwrap_or("failed")),
        };
        // A command that does not read must not hold the helper up: its answer is written beside it.
        std::thread::spawn(move || {
            let _ = stream.set_write_timeout(Some(ANSWER_WITHIN));
            let _ = stream.write_all(text.as_bytes());
        });
    }
}

/// How long a command may take to say its words, and to take its answer.
const WORDS_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// A result on stdout: text as it is, everything else as JSON. Pictures and sounds are named, not printed.
fn printed(result: &Value) -> String {
    if let Some(value) = result.get("value") {
        return value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }
    let blocks = result.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
    let blocks: Vec<Value> = blocks.into_iter().map(named).collect();
    Value::Array(blocks).to_string()
}

fn named(mut block: Value) -> Value {
    if let Some(fields) = block.as_object_mut()
        && let Some(base64) = fields.remove("base64")
    {
        let bytes = base64.as_str().map_or(0, |text| text.len() / 4 * 3);
        fields.insert("bytes".to_owned(), bytes.into());
    }
    block
}
