//! An engine that plays a script instead of running programs. Its interpreter remembers a count, its workspace is a map.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use codemode_run::{
    Display, Ending, Engine, EngineError, Entry, Event, Exception, Files, Host, Isolation, Language, Outcome,
    Profile, Program, Session, SessionSpec, Stream, Unavailable, Usage, Value,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Plays programs line by line:
/// `print TEXT`, `part TEXT` (no line end), `bytes COUNT`, `stderr TEXT`, `value JSON`, `text TEXT`, `count`,
/// `display TYPE HEX`, `write PATH HEX`, `big PATH COUNT`, `exit N`, `raise TEXT`, `raise_as TYPE TEXT`,
/// `first COUNT LINE` (only for so many starts), `signal N`, `die`,
/// `wait` (until the test opens the gate), `sleep` (until it is killed).
#[derive(Debug, Clone)]
pub(crate) struct Script {
    gate: watch::Sender<bool>,
    log: watch::Sender<Vec<String>>,
    profile: Profile,
    workspaces: Arc<Mutex<HashMap<PathBuf, Memory>>>,
}

impl Script {
    pub(crate) fn new() -> Self {
        let profile = Profile { isolation: Isolation::Full, languages: Language::ALL.to_vec() };
        Self {
            gate: watch::Sender::new(false),
            log: watch::Sender::new(Vec::new()),
            profile,
            workspaces: Arc::default(),
        }
    }

    /// Lets every `wait` go on.
    pub(crate) fn open_gate(&self) {
        self.gate.send_replace(true);
    }

    /// Waits until this many lines like `sleeping` or `killed` were logged.
    pub(crate) async fn logged(&self, line: &str, count: usize) {
        let mut log = self.log.subscribe();
        log.wait_for(|log| log.iter().filter(|logged| *logged == line).count() >= count).await.unwrap();
    }

    /// How many programs were started.
    fn starts(&self) -> usize {
        self.log.borrow().iter().filter(|line| *line == "started").count()
    }

    fn memory(&self, workspace: &Path) -> Memory {
        self.workspaces.lock().unwrap().entry(workspace.to_owned()).or_default().clone()
    }

    fn note(&self, line: &str) {
        self.log.send_modify(|log| log.push(line.to_owned()));
    }
}

#[async_trait]
impl Engine for Script {
    fn name(&self) -> &'static str {
        "script"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn probe(&self, _language: Language) -> Result<(), Unavailable> {
        Ok(())
    }

    fn files(&self, workspace: &Path) -> Result<Box<dyn Files>, EngineError> {
        match self.workspaces.lock().unwrap().get(workspace) {
            Some(memory) => Ok(Box::new(memory.clone())),
            None => Err(EngineError::Path { message: "there is no such workspace".to_owned() }),
        }
    }

    async fn open(&self, spec: &SessionSpec) -> Result<Box<dyn Session>, EngineError> {
        // The runner opens a session again when its folder is gone.
        std::fs::create_dir_all(&spec.workspace).unwrap();
        Ok(Box::new(Player {
            alive: true,
            count: 0,
            files: self.memory(&spec.workspace),
            script: self.clone(),
        }))
    }

    async fn shutdown(&self) {}
}

struct Player {
    alive: bool,
    count: u32,
    files: Memory,
    script: Script,
}

#[async_trait]
impl Session for Player {
    async fn run(
        &mut self,
        program: &Program,
        host: &dyn Host,
        cancel: CancellationToken,
    ) -> Result<Outcome, EngineError> {
        let usage = Usage {
            cpu: Some(std::time::Duration::from_millis(3)),
            memory_peak_bytes: Some(4096),
            ..Usage::default()
        };
        let mut outcome = Outcome { ending: Ending::Finish, usage, value: None };
        self.script.note("started");
        // The script of a Python program stands in its comments: what reads programs before they run has to like it.
        let mark = if program.language == Language::Python { "# " } else { "" };
        for line in program.code.lines() {
            let line = line.strip_prefix(mark).unwrap_or_default();
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let (word, rest) = match rest.split_once(' ') {
                Some((starts, rest)) if word == "first" => {
                    if self.script.starts() > starts.parse::<usize>().unwrap() {
                        continue;
                    }
                    rest.split_once(' ').unwrap_or((rest, ""))
                }
                _ => (word, rest),
            };
            if word == "wait" || word == "sleep" {
                self.script.note("sleeping");
                let mut gate = self.script.gate.subscribe();
                let opened = async { gate.wait_for(|open| *open && word == "wait").await.map(drop) };
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => {
                        self.alive = false;
                        self.script.note("killed");
                        outcome.ending = Ending::Cancel;
                        return Ok(outcome);
                    }
                    _ = opened => {}
                }
                continue;
            }
            self.play(word, rest, host, &mut outcome).await?;
        }
        Ok(outcome)
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

impl Player {
    async fn play(
        &mut self,
        word: &str,
        rest: &str,
        host: &dyn Host,
        outcome: &mut Outcome,
    ) -> Result<(), EngineError> {
        let print = |text: &str| host.emit(Event::Output(Stream::Stdout, text.as_bytes()));
        let (first, last) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "print" => print(&format!("{rest}\n")),
            "part" => print(rest),
            "bytes" => print(&"0123456789abcdef".repeat(rest.parse::<usize>().unwrap() / 16)),
            "stderr" => host.emit(Event::Output(Stream::Stderr, format!("{rest}\n").as_bytes())),
            "value" => {
                let json = serde_json::from_str(rest).unwrap();
                outcome.value = Some(Value::Json { json, cut: false });
            }
            "text" => outcome.value = Some(Value::Text { text: rest.to_owned(), cut: false }),
            "count" => {
                self.count += 1;
                print(&format!("{}\n", self.count));
            }
            "display" => host.emit(Event::Display(Display {
                bytes: unhex(last),
                mime_type: first.to_owned(),
                name: None,
            })),
            "write" => self.files.write(first, &unhex(last)).await?,
            "big" => self.files.write(first, &vec![b'.'; last.parse().unwrap()]).await?,
            "exit" => outcome.ending = Ending::Exit { code: rest.parse().unwrap() },
            "signal" => {
                let signal = rest.parse().unwrap();
                outcome.ending = Ending::Kill { cause: codemode_run::KillCause::Signal(signal) };
            }
            "raise_as" => {
                outcome.ending = Ending::Raise(Exception {
                    kind: first.to_owned(),
                    message: last.to_owned(),
                    module: None,
                    shown: false,
                    traceback: format!("{first}: {last}"),
                });
            }
            "raise" => {
                outcome.ending = Ending::Raise(Exception {
                    kind: "ValueError".to_owned(),
                    message: rest.to_owned(),
                    module: None,
                    shown: false,
                    traceback: format!("  File \"main.sh\", line 1\nValueError: {rest}"),
                });
            }
            "die" => return Err(EngineError::failed("reach the interpreter", "it is on fire")),
            "" => {}
            _ => panic!("no such word: {word}"),
        }
        Ok(())
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).unwrap().try_into().unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A string as hexadecimal digits, for the words `display` and `write`.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<Versions>>);

/// Contents by path, each with how often it was written before.
type Versions = BTreeMap<String, (u64, Vec<u8>)>;

#[async_trait]
impl Files for Memory {
    async fn list(&self, _entries_max: usize) -> Result<Vec<Entry>, EngineError> {
        let files = self.0.lock().unwrap();
        let entry = |(path, (version, bytes)): (&String, &(u64, Vec<u8>))| Entry {
            path: path.clone(),
            bytes: bytes.len() as u64,
            stamp: (0, *version),
        };
        Ok(files.iter().map(entry).collect())
    }

    async fn read(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, EngineError> {
        let files = self.0.lock().unwrap();
        let problem = |problem| EngineError::Path { message: format!("`{path}` {problem}") };
        let (_, bytes) = files.get(path).ok_or_else(|| problem("is not in the workspace"))?;
        if bytes.len() as u64 > bytes_max {
            return Err(problem("is too large"));
        }
        Ok(bytes.clone())
    }

    async fn write(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let mut files = self.0.lock().unwrap();
        let version = files.get(path).map_or(0, |(version, _)| version + 1);
        files.insert(path.to_owned(), (version, bytes.to_vec()));
        Ok(())
    }
}
