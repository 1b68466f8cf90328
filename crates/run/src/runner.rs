//! The pipeline: one request from its text to its report. Read [`Runner::run`]; the rest are its steps.

mod check;
mod choices;
mod clock;
mod options;
mod provide;
mod queue;
mod recall;
mod servers;
mod tools;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, Instant};

use codemode_source::{Language, Reading, SyntaxError};
use tokio_util::sync::CancellationToken;

use crate::artifacts::{self, Artifact, ENTRIES_MAX};
use crate::catalog::{Catalog, Tool};
use crate::engine::{Engine, EngineError, Entry, Isolation, Preload, Session, SessionSpec};
use crate::error::RunError;
use crate::host::{Stream, ToolCall, ToolError, ToolResult};
use crate::memory::Memory;
use crate::network::{self, NetworkMode};
use crate::outcome::{Ending, Exception, Outcome, Usage};
use crate::output::{Captured, Recorder};
use crate::packages::{Installed, Requirement};
use crate::program::{Limits, Program, RunRequest};
use crate::report::Report;
use crate::session::{Sessions, check_id};

pub use choices::Choices;
use clock::Clock;
pub use options::RunnerOptions;
use queue::Queue;
use tools::{Ledger, ToolHost};

/// Runs programs. One per server; every door (command line, MCP) goes through it.
#[derive(Debug)]
pub struct Runner {
    choices: RwLock<Arc<Choices>>,
    /// What was installed for every program to come.
    installed: Mutex<BTreeSet<Requirement>>,
    options: RunnerOptions,
    preload: OnceLock<Preload>,
    queue: Queue,
    sessions: Sessions,
}

impl Runner {
    /// A runner over these engines, in the order of preference.
    pub fn new(options: RunnerOptions) -> Self {
        let queue = Queue::new(options.limits.concurrent_runs, options.limits.queue);
        let sessions = Sessions::new(options.workspaces.clone(), options.workspace.clone(), &options.limits);
        let choices = RwLock::new(Arc::new(Choices::from(&options)));
        let (installed, preload) = (Mutex::default(), OnceLock::new());
        Self { choices, installed, options, preload, queue, sessions }
    }

    /// Runs one request. `Err` is our failure or the caller's argument; a program that fails is a report.
    pub async fn run(
        &self,
        run_id: &str,
        request: RunRequest,
        recorder: &Recorder,
        cancel: CancellationToken,
    ) -> Result<Report, RunError> {
        let started = Instant::now();
        let timeout = self.check_arguments(&request)?;
        let mut report = self.unfinished(run_id, &request);
        let ledger = Ledger::new(self.options.limits.tool_calls);
        let mut network = NetworkMode::Full;
        if !self.meet_servers(&request.code, recorder, &cancel).await {
            report.ending = Some(Ending::Cancel);
            return Ok(report);
        }
        match self.read(&request) {
            Err(ending) => report.ending = Some(ending),
            Ok((mut program, reading)) => {
                let engine = self.choose(&request).await?;
                network = engine.network();
                let Some(_place) = self.queue.enter(&cancel).await? else {
                    report.ending = Some(Ending::Cancel);
                    return Ok(report);
                };
                match self.provide(&*engine, &request, &reading, recorder, &cancel).await? {
                    Err(ending) => report.ending = Some(ending),
                    Ok(installed) => {
                        if let Some(Installed { distributions, layer }) = installed {
                            program.layers.push(layer);
                            report.packages_installed = distributions;
                        }
                        let clock = Clock::new(self.options.limits.wait);
                        let host = ToolHost {
                            cancel: cancel.clone(),
                            catalog: self.options.tools.catalog(),
                            clock: &clock,
                            language: request.language,
                            ledger: &ledger,
                            recorder,
                            shapes: &*self.options.shapes,
                            tools: &*self.options.tools,
                        };
                        let cancel = cancel.clone();
                        let attempt =
                            Attempt { cancel, clock: &clock, engine: &*engine, host, program, timeout };
                        fill(&mut report, &*engine, self.attempt(&request, attempt).await?);
                    }
                }
            }
        }
        report.stdout = recorder.captured(Stream::Stdout);
        report.stderr = recorder.captured(Stream::Stderr);
        report.displays = recorder.displays();
        report.tool_calls = ledger.records();
        report.duration = started.elapsed();
        report.hints.extend(hints(&report, network));
        report.hints.extend(self.recall(&request, &report).await);
        self.options.journal.note(&request, &report);
        self.options.memory.note(&request, &report);
        Ok(report)
    }

    /// The limits of every run.
    pub fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// The engines, in the order of preference.
    pub fn engines(&self) -> &[Arc<dyn Engine>] {
        &self.options.engines
    }

    /// The engines that may be used, each with whether it runs Python here.
    pub async fn candidates(&self) -> Vec<(&dyn Engine, bool)> {
        let mut candidates = Vec::new();
        for engine in &self.options.engines {
            candidates.push((&**engine, self.consider(&**engine, Language::Python).await.is_ok()));
        }
        candidates
    }

    /// Gets interpreters of a language ready on the engine that would run it. It goes on in the background.
    pub fn prewarm(&self, language: Language) {
        let engine = self.options.engines.iter().find(|engine| self.judge(&***engine).is_ok());
        if let Some(engine) = engine {
            engine.prewarm(&self.spec(language, None));
        }
    }

    /// The upstream tools as they are now.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.options.tools.catalog()
    }

    /// The upstream tools that a client calls itself.
    pub fn direct_tools(&self) -> Vec<Tool> {
        self.options.tools.direct()
    }

    /// Calls an upstream tool for a client, without a program.
    pub async fn call_tool(
        &self,
        call: ToolCall,
        cancel: CancellationToken,
    ) -> Result<ToolResult, ToolError> {
        self.options.tools.call(call, cancel).await
    }

    /// Waits until the upstream tools are other than at an earlier generation; returns the new one.
    pub async fn tools_changed(&self, since: u64) -> u64 {
        self.options.tools.changed(since).await
    }

    /// Full stubs of the upstream tools that fit a query best.
    pub fn search_tools(&self, language: Language, query: &str, limit: usize) -> String {
        tools::search(&self.catalog(), language, query, limit, &*self.options.shapes)
    }

    /// Full stubs of every tool of a server; `None` when there is no such server.
    pub fn stubs_of(&self, language: Language, server: &str) -> Option<String> {
        let catalog = self.catalog();
        let tools = catalog.tools_of(server)?;
        Some(Catalog::stubs(language, &tools, &*self.options.shapes))
    }

    /// Reads a file of a session's workspace, or of the default one. Refused when it is longer than `bytes_max`.
    pub async fn read_file(
        &self,
        session_id: Option<&str>,
        path: &str,
        bytes_max: u64,
    ) -> Result<Vec<u8>, RunError> {
        if let Some(id) = session_id {
            check_id(id)?;
        }
        let workspace = self.sessions.workspace(session_id);
        let mut missing = EngineError::Path { message: "no engine of this server has files".to_owned() };
        for engine in self.options.engines.iter().filter(|engine| self.judge(&***engine).is_ok()) {
            match engine.files(&workspace) {
                Ok(files) => return Ok(files.read(path, bytes_max).await?),
                Err(error) => missing = error,
            }
        }
        Err(missing.into())
    }

    /// What was learned from failures.
    pub fn memory(&self) -> &dyn Memory {
        &*self.options.memory
    }

    /// The sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// A new run id: unique, and sorted by time.
    pub fn new_run_id(&self) -> String {
        ulid::Ulid::new().to_string()
    }

    /// The recorder of a new run.
    pub fn recorder(&self, run_id: &str) -> Recorder {
        Recorder::new(&self.options.spool, run_id, &self.options.limits)
    }

    /// Ends every session and warm guest, and waits until what was learned is kept.
    pub async fn shutdown(&self) {
        self.options.memory.settle().await;
        self.sessions.clear();
        for engine in &self.options.engines {
            engine.shutdown().await;
        }
    }

    /// The report of a run that has only started.
    pub fn unfinished(&self, run_id: &str, request: &RunRequest) -> Report {
        Report {
            attempts: 1,
            displays: Vec::new(),
            duration: Duration::ZERO,
            ending: None,
            engine: None,
            files: Vec::new(),
            hints: Vec::new(),
            isolation: None,
            language: request.language,
            packages_installed: Vec::new(),
            run_id: run_id.to_owned(),
            session_id: request.session_id.clone(),
            stderr: Captured::default(),
            stdout: Captured::default(),
            tool_calls: Vec::new(),
            usage: Usage::default(),
            value: None,
        }
    }

    fn check_arguments(&self, request: &RunRequest) -> Result<Duration, RunError> {
        if let Some(id) = &request.session_id {
            check_id(id)?;
        }
        self.check_packages(request)?;
        let choices = self.choices();
        let timeout = request.timeout.unwrap_or(choices.wall);
        let longest = choices.wall_max;
        if timeout.is_zero() || timeout > longest {
            let problem = format!(
                "{} s is out of range; expected more than 0 and at most {} s",
                timeout.as_secs_f64(),
                longest.as_secs()
            );
            return Err(RunError::invalid_argument("timeout", problem));
        }
        Ok(timeout)
    }

    /// Reads the program: its size, its syntax and what the policy says of it. Nothing has run when it is refused.
    fn read(&self, request: &RunRequest) -> Result<(Program, Reading), Ending> {
        let RunRequest { code, language, .. } = request;
        let filename = request.filename.clone().unwrap_or_else(|| language.default_filename().to_owned());
        let policy = &self.choices().policy;
        policy.review_size(*language, code).map_err(Ending::Refuse)?;
        let syntax = |error| syntax_error(&filename, error);
        let reading = codemode_source::read(*language, code).map_err(syntax)?;
        policy.review(&reading).map_err(Ending::Refuse)?;
        check::calls(&self.options.tools.catalog(), &reading, request, &filename).map_err(Ending::Raise)?;
        let script = codemode_source::prepare(*language, code).map_err(syntax)?;
        let program = Program {
            code: script.text,
            filename,
            language: *language,
            last: reading.last,
            layers: Vec::new(),
            text_encoding: request.text_encoding,
            value_chars_max: self.options.limits.output_chars,
            variables: request.variables.clone(),
        };
        Ok((program, reading))
    }

    /// The first engine that speaks the language, isolates enough and works here.
    async fn choose(&self, request: &RunRequest) -> Result<Arc<dyn Engine>, RunError> {
        let mut reasons = Vec::new();
        for engine in &self.options.engines {
            match self.consider(&**engine, request.language).await {
                Ok(()) => return Ok(Arc::clone(engine)),
                Err(reason) => reasons.extend(reason),
            }
        }
        Err(no_engine(request, &reasons))
    }

    async fn consider(&self, engine: &dyn Engine, language: Language) -> Result<(), Option<String>> {
        self.judge(engine)?;
        let name = engine.name();
        let probed = engine.probe(language).await;
        probed.map_err(|unavailable| Some(format!("{name}: {unavailable}; {}", unavailable.mend)))
    }

    /// Whether the settings let this engine be used: the reason why not, and none when another one was named.
    ///
    /// An engine without isolation has to be named; one that has some is held to `sandbox.minimum` in any case.
    fn judge(&self, engine: &dyn Engine) -> Result<(), Option<String>> {
        let name = engine.name();
        let choices = self.choices();
        let named = choices.engine.as_deref() == Some(name);
        if choices.engine.is_some() && !named {
            return Err(None);
        }
        let isolation = engine.profile().isolation;
        if isolation == Isolation::None {
            let reason = || Some(format!("{name} is not isolated and has to be asked for"));
            return if named { Ok(()) } else { Err(reason()) };
        }
        if isolation < choices.minimum {
            let (level, minimum) = (isolation.name(), choices.minimum.name());
            return Err(Some(format!(
                "{name} isolates at level {level} here, below `sandbox.minimum` {minimum}"
            )));
        }
        Ok(())
    }

    fn spec(&self, language: Language, session_id: Option<&str>) -> SessionSpec {
        SessionSpec {
            checkpoints: session_id.map(|id| self.sessions.checkpoints(id, language)),
            language,
            limits: self.options.limits.clone(),
            persistent: session_id.is_some(),
            preload: self.preload.get().cloned().unwrap_or_default(),
            workspace: self.sessions.workspace(session_id),
        }
    }

    async fn attempt(&self, request: &RunRequest, attempt: Attempt<'_>) -> Result<Done, RunError> {
        let spec = self.spec(request.language, request.session_id.as_deref());
        let Some(id) = &request.session_id else {
            let mut session = attempt.engine.open(&spec).await?;
            return attempt.drive(&mut *session, request).await;
        };
        let mut slot = self.sessions.take(id, request.language).await;
        let mut session = match slot.take() {
            Some(session) if session.is_alive() => session,
            _ => attempt.engine.open(&spec).await?,
        };
        // The slot stays empty while the program runs: a run that is killed or dropped leaves no half-changed session.
        let keeps = attempt.engine.keeps_sessions();
        let mut done = attempt.drive(&mut *session, request).await?;
        if session.is_alive() {
            *slot = Some(session);
        } else {
            done.session_end = Some(if keeps { SessionEnd::AsBefore } else { SessionEnd::Lost });
        }
        Ok(done)
    }
}

/// How one start of a program went.
struct Done {
    files: Vec<Artifact>,
    outcome: Outcome,
    session_end: Option<SessionEnd>,
}

/// What became of the session of a program that took its interpreter along.
enum SessionEnd {
    /// The next run finds what the run before this one left.
    AsBefore,
    /// The next run begins anew.
    Lost,
}

/// One start of a program.
struct Attempt<'a> {
    cancel: CancellationToken,
    clock: &'a Clock,
    engine: &'a dyn Engine,
    host: ToolHost<'a>,
    program: Program,
    timeout: Duration,
}

impl Attempt<'_> {
    async fn drive(self, session: &mut dyn Session, request: &RunRequest) -> Result<Done, RunError> {
        for (path, bytes) in &request.files {
            session.files().write(path, bytes).await?;
        }
        let before = session.files().list(ENTRIES_MAX).await?;
        let outcome = self.within_timeout(session).await?;
        let files = self.changed_files(session, &before).await?;
        Ok(Done { files, outcome, session_end: None })
    }

    async fn changed_files(
        &self,
        session: &dyn Session,
        before: &[Entry],
    ) -> Result<Vec<Artifact>, RunError> {
        let after = session.files().list(ENTRIES_MAX).await?;
        Ok(artifacts::changed(before, &after))
    }

    /// Runs the program and takes it back when its time is over.
    async fn within_timeout(&self, session: &mut dyn Session) -> Result<Outcome, RunError> {
        let stop = self.cancel.child_token();
        let run = session.run(&self.program, &self.host, stop.clone());
        tokio::pin!(run);
        tokio::select! {
            biased;
            outcome = &mut run => Ok(outcome?),
            () = self.clock.run_out(self.timeout) => {
                stop.cancel();
                let mut outcome = run.await?;
                if outcome.ending == Ending::Cancel && !self.cancel.is_cancelled() {
                    outcome.ending = Ending::Timeout { after: self.timeout };
                }
                Ok(outcome)
            }
        }
    }
}

fn fill(report: &mut Report, engine: &dyn Engine, done: Done) {
    let Done { files, outcome, session_end } = done;
    report.ending = Some(outcome.ending);
    report.engine = Some(engine.name());
    report.files = files;
    if let (Some(end), Some(id)) = (session_end, &report.session_id) {
        report.hints.push(match end {
            SessionEnd::AsBefore => format!("session `{id}` is as it was before this run"),
            SessionEnd::Lost => {
                format!("session `{id}` was reset: its variables are gone, its files are still there")
            }
        });
    }
    report.isolation = Some(engine.profile().isolation);
    report.usage = outcome.usage;
    report.value = outcome.value;
}

fn syntax_error(filename: &str, error: SyntaxError) -> Ending {
    let indent = " ".repeat((error.column.max(1) - 1) as usize);
    let traceback = format!(
        "  File \"{filename}\", line {}\n    {}\n    {indent}^\nSyntaxError: {}",
        error.line, error.text, error.message
    );
    Ending::Raise(Exception {
        kind: "SyntaxError".to_owned(),
        message: error.message,
        module: None,
        shown: false,
        traceback,
    })
}

fn no_engine(request: &RunRequest, reasons: &[String]) -> RunError {
    let language = request.language;
    let why = if reasons.is_empty() { "none is in this build".to_owned() } else { reasons.join("; ") };
    RunError::new(
        "no_engine",
        format!("no engine can run {language} here: {why}"),
        "`codemode doctor` says what works; `--engine direct` (or `engine = \"direct\"` in the settings) runs programs without isolation",
    )
}

fn hints(report: &Report, network: NetworkMode) -> Vec<String> {
    let mut hints = Vec::new();
    match &report.ending {
        Some(Ending::Timeout { after }) => hints.push(format!(
            "the program was stopped after {} s; pass a larger `timeout` or do less in one run",
            after.as_secs_f64()
        )),
        Some(Ending::Raise(Exception { module: Some(module), .. })) => {
            hints.push(match report.language {
                Language::Python => {
                    format!(
                        "`{module}` is not installed; pass packages=[...] with the distribution that has it"
                    )
                }
                _ => format!(
                    "`{module}` is not installed; do without it, or give its file in `files` and import that"
                ),
            });
        }
        Some(Ending::Raise(Exception { kind, message, .. })) => {
            hints.extend(network::hint(kind, message, network));
        }
        Some(Ending::Exit { code }) if *code != 0 => {
            hints.extend(network::hint("", &report.stderr.text, network));
        }
        _ => {}
    }
    if report.stdout.truncated {
        hints.push(format!("the whole output is at codemode://runs/{}/stdout", report.run_id));
    }
    hints
}
