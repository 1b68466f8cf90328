//! An engine that plays a script instead of running programs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use codemode_run::{
    Ending, Engine, EngineError, Entry, Event, Files, Host, Isolation, Language, Limits, NoTools, Nothing,
    Observed, Outcome, Policy, Profile, Program, RunRequest, Runner, RunnerOptions, Runs, Session,
    SessionSpec, Stream, Unavailable, Usage,
};
use tokio_util::sync::CancellationToken;

/// Plays programs word by word: `print X`, `write PATH`, `exit N`, `sleep` (until it is taken back), `die`, `count`.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    pub(crate) missing: Option<Unavailable>,
    name: &'static str,
    pub(crate) profile: Profile,
}

impl Script {
    pub(crate) fn new(name: &'static str, isolation: Isolation) -> Self {
        let profile = Profile { isolation, languages: Language::ALL.to_vec() };
        Self { log: Arc::default(), missing: None, name, profile }
    }
}

#[async_trait]
impl Engine for Script {
    fn name(&self) -> &'static str {
        self.name
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn probe(&self, _language: Language) -> Result<(), Unavailable> {
        self.missing.clone().map_or(Ok(()), Err)
    }

    async fn open(&self, spec: &SessionSpec) -> Result<Box<dyn Session>, EngineError> {
        let place = spec.workspace.file_name().unwrap().to_string_lossy().into_owned();
        self.log.lock().unwrap().push(format!("open {place} persistent={}", spec.persistent));
        Ok(Box::new(Player { alive: true, count: 0, files: Memory::default(), log: Arc::clone(&self.log) }))
    }

    async fn shutdown(&self) {
        self.log.lock().unwrap().push("shutdown".to_owned());
    }
}

struct Player {
    alive: bool,
    count: u32,
    files: Memory,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Player {
    fn drop(&mut self) {
        self.log.lock().unwrap().push("close".to_owned());
    }
}

#[async_trait]
impl Session for Player {
    async fn run(
        &mut self,
        program: &Program,
        host: &dyn Host,
        cancel: CancellationToken,
    ) -> Result<Outcome, EngineError> {
        let mut ending = Ending::Finish;
        for line in program.code.lines() {
            match line.split_once(' ').unwrap_or((line, "")) {
                // What is real Python was written for the steps before the engine, and does nothing here.
                _ if program.language == Language::Python => {}
                ("print", text) => host.emit(Event::Output(Stream::Stdout, format!("{text}\n").as_bytes())),
                ("write", path) => self.files.write(path, b"new").await?,
                ("exit", code) => ending = Ending::Exit { code: code.parse().unwrap() },
                ("count", _) => {
                    self.count += 1;
                    host.emit(Event::Output(Stream::Stdout, format!("{}\n", self.count).as_bytes()));
                }
                ("sleep", _) => {
                    cancel.cancelled().await;
                    self.alive = false;
                    ending = Ending::Cancel;
                }
                ("die", _) => return Err(EngineError::failed("reach the interpreter", "it is on fire")),
                _ => panic!("no such word: {line}"),
            }
        }
        Ok(Outcome { ending, usage: Usage::default(), value: None })
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

#[derive(Debug, Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait]
impl Files for Memory {
    async fn list(&self, _entries_max: usize) -> Result<Vec<Entry>, EngineError> {
        let files = self.0.lock().unwrap();
        let entry = |(path, bytes): (&String, &Vec<u8>)| Entry {
            path: path.clone(),
            bytes: bytes.len() as u64,
            stamp: (0, 0),
        };
        Ok(files.iter().map(entry).collect())
    }

    async fn read(&self, path: &str, _bytes_max: u64) -> Result<Vec<u8>, EngineError> {
        Ok(self.0.lock().unwrap()[path].clone())
    }

    async fn write(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        self.0.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

/// Runs over these engines.
pub(crate) struct Bench {
    _folder: tempfile::TempDir,
    pub(crate) options: RunnerOptions,
}

impl Bench {
    pub(crate) fn new(engines: Vec<Arc<dyn Engine>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = RunnerOptions {
            engine: None,
            engines,
            journal: Arc::new(Nothing),
            limits: Limits::default(),
            memory: Arc::new(codemode_run::NoMemory),
            minimum: Isolation::Landlock,
            packages: codemode_run::packages::Packages::default(),
            policy: Policy::default(),
            shapes: Arc::<Observed>::default(),
            spool: folder.path().join("spool"),
            tools: Arc::<NoTools>::default(),
            workspace: None,
            workspaces: folder.path().join("workspaces"),
        };
        Self { _folder: folder, options }
    }

    pub(crate) fn runs(self) -> Runs {
        Runs::new(Arc::new(Runner::new(self.options)))
    }
}

/// A bash program, which nothing parses here.
pub(crate) fn request(code: &str) -> RunRequest {
    RunRequest::new(Language::Bash, code)
}
