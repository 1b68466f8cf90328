//! The fault loop: the n-th frame of a guest is cut or garbled, or the guest dies at it, for n = 1, 2, ... until no
//! fault fires. Every time the run ends clearly and its guest is killed.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use codemode_engines::guest::{Exit, FrameReader, GuestSpec, Guests, Launch, Link, Process};
use codemode_run::{
    Ending, Engine, EngineError, Isolation, KillCause, Language, Limits, Outcome, Profile, SessionSpec,
    Unavailable, Usage,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::support::{Heard, program};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// Half of the frame comes, then the link ends.
    Cut,
    /// The guest dies instead of sending the frame.
    Die,
    /// The frame's bytes are noise.
    Garble,
    /// The frame says that it is longer than any may be.
    TooLong,
    /// The frame is JSON, but no message.
    Unknown,
}

#[derive(Debug)]
struct Scripted {
    fault: Fault,
    killed: Arc<AtomicBool>,
    limits: Limits,
    nth: usize,
    profile: Profile,
    reached: Arc<AtomicBool>,
}

impl Scripted {
    fn new(fault: Fault, nth: usize) -> Self {
        let profile = Profile { isolation: Isolation::None, languages: vec![Language::Python] };
        Self {
            fault,
            killed: Arc::default(),
            limits: Limits::default(),
            nth,
            profile,
            reached: Arc::default(),
        }
    }
}

#[async_trait]
impl Launch for Scripted {
    fn layers_inside(&self) -> PathBuf {
        PathBuf::new()
    }

    fn name(&self) -> &'static str {
        "scripted"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn probe(&self, _language: Language) -> Result<(), Unavailable> {
        Ok(())
    }

    async fn launch(&self, _spec: &GuestSpec) -> Result<Link, EngineError> {
        let (ours, theirs) = tokio::io::duplex(256);
        let (exit, exited) = watch::channel(None);
        let guest = Guest {
            exit,
            fault: self.fault,
            link: theirs,
            nth: self.nth,
            reached: Arc::clone(&self.reached),
            sent: 0,
        };
        tokio::spawn(guest.serve());
        let (reader, writer) = tokio::io::split(ours);
        Ok(Link {
            process: Box::new(Scripts { exited, killed: Arc::clone(&self.killed) }),
            reader: FrameReader::new(Box::new(reader)),
            stderr: None,
            stdout: None,
            writer: Box::new(writer),
        })
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }
}

struct Scripts {
    exited: watch::Receiver<Option<i32>>,
    killed: Arc<AtomicBool>,
}

#[async_trait]
impl Process for Scripts {
    async fn kill(&mut self) {
        self.killed.store(true, Ordering::SeqCst);
    }

    async fn wait(&mut self) -> Exit {
        match self.exited.wait_for(Option::is_some).await {
            Ok(code) => Exit::Code(code.unwrap_or_default()),
            Err(_) => Exit::Lost,
        }
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }
}

impl Drop for Scripts {
    fn drop(&mut self) {
        self.killed.store(true, Ordering::SeqCst);
    }
}

/// A guest that prints, shows something, calls a tool, waits for the reply and is done.
struct Guest {
    exit: watch::Sender<Option<i32>>,
    fault: Fault,
    link: DuplexStream,
    nth: usize,
    reached: Arc<AtomicBool>,
    sent: usize,
}

impl Guest {
    async fn serve(mut self) {
        let lived = self.play().await.is_some();
        self.exit.send_replace(Some(if lived { 0 } else { 9 }));
    }

    async fn play(&mut self) -> Option<()> {
        self.send(json!({"type": "ready", "version": 1, "runtime": "script"})).await?;
        let run = self.receive().await?;
        let nonce = run["nonce"].clone();
        self.send(
            json!({"type": "output", "nonce": "of an earlier run", "stream": "stdout", "text": "late\n"}),
        )
        .await?;
        self.send(json!({"type": "output", "nonce": nonce, "stream": "stdout", "text": "hello\n"})).await?;
        self.send(json!({"type": "display", "nonce": nonce, "mime_type": "text/plain", "text": "shown"}))
            .await?;
        self.send(
            json!({"type": "call", "nonce": nonce, "id": 1, "server": "s", "tool": "t", "arguments": {}}),
        )
        .await?;
        let reply = self.receive().await?;
        assert_eq!(
            reply,
            json!({"type": "fail", "code": "unknown_tool", "data": null, "id": 1, "message": "no server s"})
        );
        self.send(
            json!({"type": "done", "nonce": nonce, "ending": {"kind": "finish"}, "value": {"json": null}}),
        )
        .await
    }

    async fn send(&mut self, message: Value) -> Option<()> {
        self.sent += 1;
        let body = message.to_string().into_bytes();
        let whole = framed(&body);
        if self.sent != self.nth {
            return self.link.write_all(&whole).await.ok();
        }
        self.reached.store(true, Ordering::SeqCst);
        let bytes = match self.fault {
            Fault::Cut => whole[..whole.len() / 2].to_vec(),
            Fault::Die => Vec::new(),
            Fault::Garble => framed(&body.iter().map(|byte| byte ^ 0xA5).collect::<Vec<u8>>()),
            Fault::TooLong => u32::MAX.to_be_bytes().to_vec(),
            Fault::Unknown => framed(br#"{"type": "sudo"}"#),
        };
        let _ = self.link.write_all(&bytes).await;
        if matches!(self.fault, Fault::Cut | Fault::Die) {
            let _ = self.link.shutdown().await;
            return None;
        }
        // A guest that only lies goes on living: it is we who have to end it.
        std::future::pending().await
    }

    async fn receive(&mut self) -> Option<Value> {
        let length = self.link.read_u32().await.ok()?;
        let mut body = vec![0; length as usize];
        self.link.read_exact(&mut body).await.ok()?;
        serde_json::from_slice(&body).ok()
    }
}

fn framed(body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

/// Runs against a guest with this fault. `None` when it could not be started, which is an error of ours.
async fn run(scripted: Scripted) -> (Option<Outcome>, Heard) {
    let heard = Heard::default();
    let workspace = tempfile::tempdir().unwrap();
    let engine = Guests::new(scripted, 0);
    let spec = SessionSpec {
        checkpoints: None,
        language: Language::Python,
        limits: Limits::default(),
        persistent: false,
        preload: codemode_run::Preload::default(),
        workspace: workspace.path().to_owned(),
    };
    let Ok(mut session) = engine.open(&spec).await else { return (None, heard) };
    let outcome =
        session.run(&program(Language::Python, "..."), &heard, CancellationToken::new()).await.unwrap();
    assert!(!session.is_alive());
    (Some(outcome), heard)
}

async fn endings(fault: Fault) -> Vec<Option<Ending>> {
    let mut endings = Vec::new();
    for nth in 1.. {
        let scripted = Scripted::new(fault, nth);
        let (killed, reached) = (Arc::clone(&scripted.killed), Arc::clone(&scripted.reached));
        let (outcome, heard) = run(scripted).await;
        assert!(killed.load(Ordering::SeqCst), "{fault:?} at frame {nth} left its guest");
        if !reached.load(Ordering::SeqCst) {
            assert_eq!(outcome.map(|outcome| outcome.ending), Some(Ending::Finish));
            assert_eq!(heard.stdout(), "hello\n");
            return endings;
        }
        endings.push(outcome.map(|outcome| outcome.ending));
    }
    unreachable!()
}

const BROKEN: Option<Ending> = Some(Ending::Kill { cause: KillCause::Protocol });

#[tokio::test]
async fn a_cut_frame_ends_the_run_wherever_it_is() {
    assert_eq!(endings(Fault::Cut).await, [None, BROKEN, BROKEN, BROKEN, BROKEN, BROKEN]);
}

#[tokio::test]
async fn a_garbled_frame_ends_the_run_wherever_it_is() {
    for fault in [Fault::Garble, Fault::TooLong, Fault::Unknown] {
        assert_eq!(endings(fault).await, [None, BROKEN, BROKEN, BROKEN, BROKEN, BROKEN], "{fault:?}");
    }
}

#[tokio::test]
async fn a_guest_that_dies_at_a_frame_ends_by_its_exit() {
    let died = Some(Ending::Exit { code: 9 });
    assert_eq!(
        endings(Fault::Die).await,
        [None, died.clone(), died.clone(), died.clone(), died.clone(), died]
    );
}
