//! The connections to the user's other MCP servers.
//!
//! Nothing is connected until it is needed, a server that fails is named with its reason and stops no other, and the
//! tools that were known last time are known at once. Secrets of servers stay in here.

mod answer;
mod authorization;
mod cache;
mod clean;
mod http;
mod listener;
mod listing;
mod person;
mod process;
mod redact;
mod rules;
pub mod servers;
mod sse;
mod stdio;
mod supervisor;
mod trust;
mod upstream;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use codemode_run::{Catalog, ServerState, ServerTools, Tool, ToolCall, ToolError, ToolResult, Tools};
use futures::future::join_all;
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use authorization::LoginError;
pub use person::{Answer, Approval, Person, Question, Reply};
pub use rules::{Permission, Rules};
use servers::{Endpoint, Mode, ServerConfig};
use supervisor::{Common, Supervisor};
pub use trust::Held;

/// How long the end of all servers may take before they are killed.
const END: Duration = Duration::from_secs(6);

/// What a hub is made with.
#[derive(Debug)]
pub struct HubOptions {
    /// Folder of the lists of tools and of the file of accepted tools.
    pub data: PathBuf,
    /// The person behind the client; without one, what needs an approval is refused.
    pub person: Option<Arc<dyn Person>>,
    /// The configured servers.
    pub servers: Vec<ServerConfig>,
    /// The version that codemode calls itself.
    pub version: &'static str,
}

/// Every upstream server. Dropping it ends them.
#[derive(Debug)]
pub struct Hub {
    common: Arc<Common>,
    configs: Vec<ServerConfig>,
    /// Tools that a person approved for as long as this process lives.
    approved: Mutex<BTreeSet<(String, String)>>,
    snapshot: Mutex<Option<(u64, Arc<Catalog>)>>,
    supervisors: OnceLock<Vec<Arc<Supervisor>>>,
}

/// How one server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerReport {
    /// Tools that are held back.
    pub held: Vec<Held>,
    /// The server.
    pub name: String,
    /// How it is doing.
    pub state: ServerState,
    /// How many tools can be called.
    pub tools: usize,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What was accepted could not be.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The file of accepted tools cannot be used.
    #[error("failed to write the file of accepted tools")]
    File(#[from] std::io::Error),
    /// No such server, or nothing is known of its tools.
    #[error("no tools of a server `{0}` are known")]
    Server(String),
    /// The server has no such tool.
    #[error("server `{server}` has no tool `{tool}`")]
    Tool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
}

impl Hub {
    /// A hub that has done nothing yet: no file is read and no server is started.
    pub fn new(options: HubOptions) -> Self {
        let HubOptions { data, person, servers, version } = options;
        let common = Common {
            cache: cache::Cache::new(data.join("upstreams")),
            changed: Notify::new(),
            generation: watch::Sender::new(0),
            person,
            pins: trust::Pins::new(data.join("tools.lock.json")),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            tokens: data.join("oauth"),
            version,
        };
        Self {
            approved: Mutex::default(),
            common: Arc::new(common),
            configs: servers,
            snapshot: Mutex::default(),
            supervisors: OnceLock::new(),
        }
    }

    /// The servers; the first use reads what was known of them last time.
    fn supervisors(&self) -> &[Arc<Supervisor>] {
        self.supervisors.get_or_init(|| {
            let servers = self.configs.iter().cloned();
            servers.map(|config| Arc::new(Supervisor::new(config, Arc::clone(&self.common)))).collect()
        })
    }

    /// Connects in the background the servers of which nothing, or nothing new, is known.
    pub fn begin(&self) {
        let wanted = self.supervisors().iter().filter(|supervisor| supervisor.wants_list());
        wanted.for_each(Supervisor::begin);
    }

    /// Connects every server and waits until each is ready or failed.
    pub async fn connect(&self) {
        self.connect_those(|_| true).await;
    }

    async fn connect_those(&self, wanted: impl Fn(&str) -> bool) {
        let usable = self.supervisors().iter().filter(|supervisor| supervisor.setup.is_ok());
        let wanted = usable.filter(|supervisor| wanted(&supervisor.name));
        join_all(wanted.map(|supervisor| async {
            supervisor.begin();
            supervisor.settled().await;
        }))
        .await;
    }

    /// How every server is doing, in the order of the configuration.
    pub fn report(&self) -> Vec<ServerReport> {
        let report = |supervisor: &Arc<Supervisor>| {
            let listing = supervisor.listing().unwrap_or_default();
            ServerReport {
                held: listing.held.clone(),
                name: supervisor.name.clone(),
                state: supervisor.state(),
                tools: listing.tools.len(),
                warnings: listing.warnings.clone(),
            }
        };
        self.supervisors().iter().map(report).collect()
    }

    /// Tools that several servers have under one name. Programs name the server, so none hides another; a person should
    /// know nevertheless.
    pub fn shadowed(&self) -> BTreeMap<String, Vec<String>> {
        let mut servers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for supervisor in self.supervisors() {
            for tool in &supervisor.listing().unwrap_or_default().tools {
                servers.entry(tool.name.clone()).or_default().push(supervisor.name.clone());
            }
        }
        servers.retain(|_, servers| servers.len() > 1);
        servers
    }

    fn offered(&self, wanted: impl Fn(Mode) -> bool) -> Vec<ServerTools> {
        let servers = self.supervisors().iter();
        let servers =
            servers.filter(|supervisor| supervisor.setup.as_ref().map_or(true, |setup| wanted(setup.mode)));
        let tools = servers.map(|supervisor| ServerTools {
            name: supervisor.name.clone(),
            state: supervisor.state(),
            tools: supervisor.listing().map(|listing| listing.tools.clone()).unwrap_or_default(),
        });
        tools.collect()
    }

    /// Accepts the definitions that a server's tools have now: one tool's, or all. Returns the tools that had changed.
    pub fn accept(&self, server: &str, tool: Option<&str>) -> Result<Vec<String>, AcceptError> {
        let found = self.supervisors().iter().find(|supervisor| supervisor.name == server);
        let known = found.and_then(|supervisor| Some((supervisor, supervisor.listing()?)));
        let (supervisor, listing) = known.ok_or_else(|| AcceptError::Server(server.to_owned()))?;
        let mut definitions = listing::definitions(&listing.raw);
        if let Some(tool) = tool {
            definitions.retain(|definition| definition["name"] == tool);
            if definitions.is_empty() {
                return Err(AcceptError::Tool { server: server.to_owned(), tool: tool.to_owned() });
            }
        }
        let accepted = self.common.pins.accept(server, &definitions)?;
        supervisor.judge_again();
        Ok(accepted)
    }

    /// Signs the person in at a remote server: `open` shows the page. Connections that are made afterwards have the tokens.
    pub async fn login(&self, server: &str, open: impl FnOnce(&str)) -> Result<(), LoginError> {
        let (supervisor, url) = self.remote(server)?;
        authorization::login(server, url, supervisor.tokens(), open).await?;
        supervisor.forgive();
        Ok(())
    }

    /// Forgets the tokens of a remote server: whether there were any.
    pub fn logout(&self, server: &str) -> Result<bool, LoginError> {
        let (supervisor, _) = self.remote(server)?;
        let failed = |error: std::io::Error| LoginError::Way {
            reason: error.kind().to_string(),
            server: server.to_owned(),
        };
        supervisor.tokens().remove().map_err(failed)
    }

    fn remote(&self, server: &str) -> Result<(&Supervisor, &str), LoginError> {
        let found = self.supervisors().iter().find(|supervisor| supervisor.name == server);
        match found.map(|supervisor| (supervisor, supervisor.setup.as_ref().map(|setup| &setup.endpoint))) {
            Some((supervisor, Ok(Endpoint::Http { url, .. }))) => Ok((supervisor, url.reveal())),
            _ => Err(LoginError::Server(server.to_owned())),
        }
    }

    /// Ends every server. What does not end by itself is killed.
    pub async fn close(&self) {
        self.common.stop.cancel();
        self.common.tasks.close();
        if tokio::time::timeout(END, self.common.tasks.wait()).await.is_err() {
            tracing::warn!("an upstream server did not end in time");
        }
    }

    async fn approved(&self, supervisor: &Supervisor, call: &ToolCall) -> Result<(), ToolError> {
        let rules = supervisor.setup.as_ref().map(|setup| &setup.rules);
        if rules.is_ok_and(|rules| rules.permission(&call.tool) != Permission::Ask) {
            return Ok(());
        }
        let tool = (call.server.clone(), call.tool.clone());
        if self.approvals().contains(&tool) {
            return Ok(());
        }
        let approval = Approval {
            arguments: call.arguments.clone(),
            server: call.server.clone(),
            tool: call.tool.clone(),
        };
        let answer = match &self.common.person {
            Some(person) => person.approve(&approval).await,
            None => Answer::Impossible,
        };
        match answer {
            Answer::Always => {
                self.approvals().insert(tool);
                Ok(())
            }
            Answer::Impossible => {
                let message = format!(
                    "a person has to approve calls of `{}.{}`, and this client has no way to ask one",
                    call.server, call.tool
                );
                Err(error("approval_impossible", call, message))
            }
            Answer::Once => Ok(()),
            Answer::Refuse => {
                let message = format!("the person refused this call of `{}.{}`", call.server, call.tool);
                Err(error("approval_refused", call, message))
            }
        }
    }

    fn approvals(&self) -> std::sync::MutexGuard<'_, BTreeSet<(String, String)>> {
        self.approved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn supervisor(&self, call: &ToolCall) -> Result<&Arc<Supervisor>, ToolError> {
        let all = self.supervisors();
        let Some(supervisor) = all.iter().find(|supervisor| supervisor.name == call.server) else {
            let names: Vec<&str> = all.iter().map(|supervisor| supervisor.name.as_str()).collect();
            let message =
                format!("no server is named `{}`; the servers are: {}", call.server, names.join(", "));
            return Err(error("unknown_server", call, message));
        };
        match &supervisor.setup {
            Ok(_) => Ok(supervisor),
            Err(reason) => {
                Err(error("server_disabled", call, format!("server `{}` is not used: {reason}", call.server)))
            }
        }
    }

    async fn call_now(&self, call: ToolCall) -> Result<ToolResult, ToolError> {
        let supervisor = self.supervisor(&call)?;
        if supervisor.listing().is_none() {
            supervisor.connection().await?;
        }
        let own = self.own_name(supervisor, &call)?;
        self.approved(supervisor, &call).await?;
        let within = supervisor.setup.as_ref().map_or(servers::CALL, |setup| setup.call);
        supervisor.connection().await?.call(&own, call, within).await
    }

    /// The server's own name of a tool, when it can be called.
    fn own_name(&self, supervisor: &Supervisor, call: &ToolCall) -> Result<String, ToolError> {
        let mut listing = supervisor.listing().unwrap_or_default();
        if listing.held(&call.tool).is_some() {
            supervisor.judge_again();
            listing = supervisor.listing().unwrap_or_default();
        }
        if let Some(own) = listing.own_name(&call.tool) {
            return Ok(own.to_owned());
        }
        if listing.held(&call.tool).is_some() {
            let message = format!(
                "the definition of `{0}.{1}` is not the one that was accepted; look at it and accept it with `codemode \
                 tools accept {0}.{1}`",
                call.server, call.tool
            );
            return Err(error("tool_changed", call, message));
        }
        let names: Vec<&str> = listing.tools.iter().map(|tool| tool.name.as_str()).take(NAMES_TOLD).collect();
        let message =
            format!("server `{}` has no tool `{}`; it has: {}", call.server, call.tool, names.join(", "));
        Err(error("unknown_tool", call, message))
    }
}

/// Names of tools that an error tells.
const NAMES_TOLD: usize = 50;

fn error(code: &str, call: &ToolCall, message: String) -> ToolError {
    ToolError { code: code.to_owned(), data: json!({"server": call.server, "tool": call.tool}), message }
}

#[async_trait]
impl Tools for Hub {
    fn catalog(&self) -> Arc<Catalog> {
        // Read before the tools are, so that a change in between makes a new snapshot.
        let generation = *self.common.generation.borrow();
        let mut snapshot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        match &*snapshot {
            Some((made, catalog)) if *made == generation => Arc::clone(catalog),
            _ => {
                let catalog = Arc::new(Catalog::new(self.offered(|mode| mode != Mode::Direct)));
                *snapshot = Some((generation, Arc::clone(&catalog)));
                catalog
            }
        }
    }

    fn direct(&self) -> Vec<Tool> {
        self.offered(|mode| mode != Mode::Code).into_iter().flat_map(|server| server.tools).collect()
    }

    async fn changed(&self, since: u64) -> u64 {
        let mut generation = self.common.generation.subscribe();
        generation.wait_for(|now| *now > since).await.map_or(since, |now| *now)
    }

    async fn settle(&self, servers: &[&str]) {
        self.connect_those(|name| servers.contains(&name)).await;
    }

    async fn call(&self, call: ToolCall, cancel: CancellationToken) -> Result<ToolResult, ToolError> {
        let cancelled =
            error("cancelled", &call, format!("the call of `{}.{}` was cancelled", call.server, call.tool));
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled),
            result = self.call_now(call) => result,
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.common.stop.cancel();
    }
}
