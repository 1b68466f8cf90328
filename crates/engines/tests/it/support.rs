//! A bench for engines: runs programs and hears what they say.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use codemode_engines::{EngineKind, EngineOptions};
use codemode_run::network::{Network, NetworkMode};
use codemode_run::{
    Display, Ending, Engine, Event, Host, Language, Limits, Outcome, Program, Session, SessionSpec, Stream,
    ToolCall, ToolError,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// What a program said.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) displays: Mutex<Vec<Display>>,
    stderr: Mutex<Vec<u8>>,
    stdout: Mutex<Vec<u8>>,
    /// Fires when stdout holds this text.
    waits_for: Mutex<Option<(String, CancellationToken)>>,
}

impl Heard {
    /// A token that fires when the program has printed `text`.
    pub(crate) fn when(&self, text: &str) -> CancellationToken {
        let token = CancellationToken::new();
        *self.waits_for.lock().unwrap() = Some((text.to_owned(), token.clone()));
        token
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.lock().unwrap()).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.lock().unwrap()).into_owned()
    }
}

#[async_trait]
impl Host for Heard {
    async fn call_tool(&self, call: ToolCall) -> Result<Value, ToolError> {
        Err(ToolError {
            code: "unknown_tool".to_owned(),
            data: Value::Null,
            message: format!("no server {}", call.server),
        })
    }

    fn emit(&self, event: Event<'_>) {
        match event {
            Event::Display(display) => self.displays.lock().unwrap().push(display),
            Event::Note(_) => {}
            Event::Output(Stream::Stderr, bytes) => self.stderr.lock().unwrap().extend_from_slice(bytes),
            Event::Output(Stream::Stdout, bytes) => self.stdout.lock().unwrap().extend_from_slice(bytes),
        }
        if let Some((text, token)) = &*self.waits_for.lock().unwrap()
            && self.stdout().contains(text.as_str())
        {
            token.cancel();
        }
    }
}

/// An engine with a workspace.
pub(crate) struct Bench {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) limits: Limits,
    pub(crate) workspace: TempDir,
}

impl Bench {
    /// The engine `jail` without warm interpreters.
    pub(crate) fn jail() -> Self {
        Self::of(EngineKind::Jail)
    }

    /// An engine without warm interpreters.
    pub(crate) fn of(kind: EngineKind) -> Self {
        Self::with(kind, 0, Limits::default())
    }

    pub(crate) fn with(kind: EngineKind, warm: usize, limits: Limits) -> Self {
        let options = options(warm, limits);
        Self::over(codemode_engines::open(kind, &options), options.limits)
    }

    pub(crate) fn over(engine: Arc<dyn Engine>, limits: Limits) -> Self {
        Self { engine, limits, workspace: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn spec(&self, language: Language, persistent: bool) -> SessionSpec {
        SessionSpec {
            checkpoints: None,
            language,
            limits: self.limits.clone(),
            persistent,
            preload: codemode_run::Preload::default(),
            workspace: self.workspace.path().to_owned(),
        }
    }

    pub(crate) async fn session(&self, language: Language) -> Box<dyn Session> {
        self.engine.open(&self.spec(language, true)).await.unwrap()
    }

    /// Runs a program in an interpreter of its own.
    pub(crate) async fn run(&self, language: Language, code: &str) -> (Outcome, Heard) {
        self.run_until(language, code, Heard::default(), CancellationToken::new()).await
    }

    /// The same, taken back when `cancel` fires.
    pub(crate) async fn run_until(
        &self,
        language: Language,
        code: &str,
        heard: Heard,
        cancel: CancellationToken,
    ) -> (Outcome, Heard) {
        let mut session = self.engine.open(&self.spec(language, false)).await.unwrap();
        let outcome = session.run(&program(language, code), &heard, cancel).await.unwrap();
        (outcome, heard)
    }

    /// The ending and the output of a Python program.
    pub(crate) async fn python(&self, code: &str) -> (Ending, String) {
        let (outcome, heard) = self.run(Language::Python, code).await;
        (outcome.ending, heard.stdout())
    }
}

/// What the engines of these tests are made of.
pub(crate) fn options(warm: usize, limits: Limits) -> EngineOptions {
    // Another user, as whom these tests can be run too, cannot reach the folder that they were built in.
    let helper = std::env::var_os("CODEMODE_TEST_HELPER").unwrap_or_else(|| crate::HELPER.into()).into();
    EngineOptions {
        helper,
        helper_arguments: Vec::new(),
        layers: std::path::PathBuf::new(),
        limits,
        mounts: Vec::new(),
        // What users get: the corpus and the contract hold with the proxy beside every jail.
        network: Network::of(NetworkMode::Public),
        proxy: codemode_engines::network::Bounds::default(),
        warm,
    }
}

/// A program with everything optional left out.
pub(crate) fn program(language: Language, code: &str) -> Program {
    Program {
        code: code.to_owned(),
        filename: language.default_filename().to_owned(),
        language,
        last: codemode_source::read(language, code).ok().and_then(|reading| reading.last),
        layers: Vec::new(),
        value_chars_max: 50_000,
        text_encoding: None,
        variables: serde_json::Map::new(),
    }
}

/// True when this machine has no such thing: the test says so and does nothing. What `CODEMODE_TEST_REQUIRE` lists has to
/// be there.
pub(crate) fn lacks(what: &str) -> bool {
    let found = match what {
        "namespaces" => Bench::jail().engine.profile().isolation >= codemode_run::Isolation::NoCgroup,
        "pip" => {
            let asked = std::process::Command::new("python3").args(["-I", "-m", "pip", "--version"]).output();
            asked.is_ok_and(|asked| asked.status.success())
        }
        program => std::process::Command::new(program).arg("--version").output().is_ok(),
    };
    let required = std::env::var("CODEMODE_TEST_REQUIRE").unwrap_or_default();
    assert!(found || !required.split(',').any(|name| name == what), "{what} is required and not there");
    if !found {
        println!("not exercised: there is no {what} here");
    }
    !found
}

/// A traceback without the lines that mark columns: newer CPythons draw more of them.
pub(crate) fn without_marks(traceback: &str) -> String {
    let lines: Vec<&str> = traceback
        .lines()
        .filter(|line| !line.contains('~') || line.contains(char::is_alphanumeric))
        .collect();
    lines.join("\n")
}
