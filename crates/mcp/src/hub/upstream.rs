//! One connection to one server: how it begins, what it lists, how it is called.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codemode_run::{ToolCall, ToolError, ToolResult};
use rmcp::RoleClient;
use rmcp::model::{
    CallToolRequestParams, ClientRequest, ListToolsRequest, PaginatedRequestParams, ProtocolVersion,
    ServerResult, SubscriptionFilter,
};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, RunningService, RxJsonRpcMessage, ServiceError,
    TxJsonRpcMessage, serve_client_with_lifecycle,
};
use rmcp::transport::Transport;
use rmcp::transport::auth::AuthClient;
use rmcp::transport::streamable_http_client::StreamableHttpError;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::answer::{convert, origin, shorten};
use super::authorization::TokenFile;
use super::clean::clean;
use super::http;
use super::listener::Listener;
use super::process::{Process, Start};
use super::redact::Redact;
use super::servers::{Endpoint, HttpKind, Setup};
use super::sse::Sse;
use super::stdio::Stdio;

/// Calls of one server that are open at once; more wait.
pub(super) const CALLS_MAX: usize = 64;

/// Tools of one server; what is beyond is left out, and said.
pub(super) const TOOLS_MAX: usize = 10_000;

/// Pages of one list of tools.
const PAGES_MAX: usize = 1_000;

/// Why a connection ended, in words that are fit to be shown.
#[derive(Debug, Default)]
pub(super) struct Why(Mutex<Option<String>>);

impl Why {
    /// The first reason stays.
    pub(super) fn set(&self, reason: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Which handshake a server understands, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Handshake {
    /// `initialize`; asking for more would only cost time.
    Initialize,
    /// Not known: the newer one is tried first.
    #[default]
    Unknown,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Fires when the transport is gone, with its process.
    ended: CancellationToken,
    /// Fires when the server is gone.
    pub(super) gone: CancellationToken,
    pub(super) handshake: Handshake,
    pub(super) why: Arc<Why>,
    open: Semaphore,
    redact: Redact,
    service: RunningService<RoleClient, Listener>,
}

/// What a connection is made with.
pub(super) struct Connect<'a> {
    pub(super) handshake: Handshake,
    pub(super) listener: &'a (dyn Fn() -> Listener + Sync),
    pub(super) server: &'a str,
    pub(super) setup: &'a Setup,
    /// Tokens of a remote server.
    pub(super) tokens: TokenFile,
}

impl Connect<'_> {
    /// Connects. The error is fit to be shown.
    pub(super) async fn open(&self) -> Result<Connection, String> {
        let redact = Redact::new(&self.setup.endpoint);
        let opened = match &self.setup.endpoint {
            Endpoint::Stdio { .. } => self.open_stdio(&redact).await,
            Endpoint::Http { url, headers, kind } => {
                self.open_http(url.reveal(), http::headers(headers)?, *kind).await
            }
        };
        let opened = opened.map_err(|reason| redact.apply(&clean(&reason)))?;
        Ok(Connection {
            ended: opened.ended,
            gone: opened.gone,
            handshake: opened.handshake,
            open: Semaphore::new(CALLS_MAX),
            redact,
            service: opened.service,
            why: opened.why,
        })
    }

    async fn open_stdio(&self, redact: &Redact) -> Result<Opened, String> {
        let first = self.start(redact, self.handshake).await;
        // Some servers end at a request that they do not know. They get the older handshake in a new process.
        match first {
            Err(Failed { closed: true, .. }) if self.handshake == Handshake::Unknown => {
                self.start(redact, Handshake::Initialize).await.map_err(|failed| failed.reason)
            }
            other => other.map_err(|failed| failed.reason),
        }
    }

    async fn start(&self, redact: &Redact, handshake: Handshake) -> Result<Opened, Failed> {
        let Endpoint::Stdio { arguments, command, environment, folder } = &self.setup.endpoint else {
            return Err(Failed { closed: false, reason: "it is no process".to_owned() });
        };
        let (folder, server) = (folder.as_deref(), self.server);
        let start = Start { arguments, command, environment, folder, server };
        let (process, pipes) =
            Process::start(start, redact).map_err(|reason| Failed { closed: false, reason })?;
        let why = Arc::new(Why::default());
        let transport = Stdio::new(process, pipes, Arc::clone(&why));
        self.begin(transport, why, handshake).await
    }

    async fn open_http(&self, url: &str, headers: http::Headers, kind: HttpKind) -> Result<Opened, String> {
        let client = http::client()?;
        let why = Arc::new(Why::default());
        let has_header = headers.contains_key(&reqwest::header::AUTHORIZATION);
        if !has_header && let Some(manager) = self.tokens.manager(url).await? {
            let client = AuthClient::new(client, manager);
            let transport = http::streamable(client, url, headers);
            return self.begin(transport, why, self.handshake).await.map_err(|failed| failed.reason);
        }
        if kind != HttpKind::Sse {
            let transport = http::streamable(client.clone(), url, headers.clone());
            match self.begin(transport, Arc::clone(&why), self.handshake).await {
                Err(failed) if kind == HttpKind::Streamable => return Err(failed.reason),
                // The older protocol answers a POST with an error; if it is no such server either, the first reason counts.
                Err(failed) => {
                    let why = Arc::new(Why::default());
                    let sse = Sse::connect(client, url, headers, Arc::clone(&why))
                        .await
                        .map_err(|_| failed.reason)?;
                    return self.begin(sse, why, Handshake::Initialize).await.map_err(|failed| failed.reason);
                }
                Ok(opened) => return Ok(opened),
            }
        }
        let sse = Sse::connect(client, url, headers, Arc::clone(&why)).await?;
        self.begin(sse, why, Handshake::Initialize).await.map_err(|failed| failed.reason)
    }

    async fn begin<T>(&self, transport: T, why: Arc<Why>, handshake: Handshake) -> Result<Opened, Failed>
    where
        T: Transport<RoleClient> + 'static,
    {
        let (ended, gone) = (CancellationToken::new(), CancellationToken::new());
        let transport = Watched { ended: ended.clone(), gone: gone.clone(), inner: Some(transport) };
        let mode = match handshake {
            Handshake::Initialize => ClientLifecycleMode::Initialize,
            Handshake::Unknown => ClientLifecycleMode::Auto {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
                legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
            },
        };
        match serve_client_with_lifecycle((self.listener)(), transport, mode).await {
            Ok(service) => {
                let modern = service.peer_info().is_some_and(|info| !info.protocol_version.has_initialize());
                let handshake = if modern { Handshake::Unknown } else { Handshake::Initialize };
                Ok(Opened { ended, gone, handshake, service, why })
            }
            Err(error) => {
                let closed = matches!(error, ClientInitializeError::ConnectionClosed(_));
                Err(Failed { closed, reason: why.get().unwrap_or_else(|| begin_problem(&error)) })
            }
        }
    }
}

struct Opened {
    ended: CancellationToken,
    gone: CancellationToken,
    handshake: Handshake,
    service: RunningService<RoleClient, Listener>,
    why: Arc<Why>,
}

struct Failed {
    /// True when the server hung up.
    closed: bool,
    reason: String,
}

/// What went wrong at the beginning, without what could hold an address.
fn begin_problem(error: &ClientInitializeError) -> String {
    if error.is_authorization_required() {
        return "it wants authorization: sign in with `codemode tools login`, or set an `Authorization` header in its \
                configuration"
            .to_owned();
    }
    match error {
        ClientInitializeError::JsonRpcError(error) => {
            format!("it refused to begin: {}", shorten(&error.message))
        }
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => begin_problem(fallback),
        ClientInitializeError::TransportError { error, .. } => {
            let mut cause: &dyn std::error::Error = error.error.as_ref();
            loop {
                // The library's error hides the client's, and its text holds the address.
                let http = cause.downcast_ref::<StreamableHttpError<reqwest::Error>>();
                if let Some(StreamableHttpError::Client(request)) = http {
                    return super::sse::failed(request);
                }
                match cause.source() {
                    Some(deeper) => cause = deeper,
                    None => return shorten(&format!("the connection failed: {cause}")),
                }
            }
        }
        ClientInitializeError::ConnectionClosed(_) => "it closed the connection".to_owned(),
        ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
            "it speaks no protocol version that codemode knows".to_owned()
        }
        _ => "it did not answer as an MCP server does".to_owned(),
    }
}

/// A transport that tells when it ended.
struct Watched<T> {
    ended: CancellationToken,
    gone: CancellationToken,
    /// There until the drop.
    inner: Option<T>,
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Watched<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let sent = self.inner.as_mut().map(|inner| inner.send(item));
        async move {
            match sent {
                Some(sent) => sent.await,
                None => Ok(()),
            }
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        let message = self.inner.as_mut()?.receive().await;
        if message.is_none() {
            self.gone.cancel();
        }
        message
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.gone.cancel();
        match &mut self.inner {
            Some(inner) => inner.close().await,
            None => Ok(()),
        }
    }
}

impl<T> Drop for Watched<T> {
    fn drop(&mut self) {
        self.gone.cancel();
        self.inner = None;
        self.ended.cancel();
    }
}

/// The tools of a server as it told them, and what was left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Listed {
    pub(super) tools: Vec<Value>,
    pub(super) warnings: Vec<String>,
}

impl Connection {
    /// Asks for every tool. One that is not readable is left to the reader of the list; it costs no other.
    pub(super) async fn list(&self) -> Result<Listed, String> {
        let info = self.service.peer_info();
        if info.is_some_and(|info| info.capabilities.tools.is_none()) {
            return Ok(Listed::default());
        }
        let mut listed = Listed::default();
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let page = PaginatedRequestParams::default().with_cursor(cursor.take());
            let request = ListToolsRequest { params: Some(page), ..ListToolsRequest::default() };
            let answer = self.service.send_request(ClientRequest::ListToolsRequest(request)).await;
            let (tools, next) = page_of(answer.map_err(|error| self.list_problem(&error))?)?;
            listed.tools.extend(tools);
            if listed.tools.len() > TOOLS_MAX {
                listed.tools.truncate(TOOLS_MAX);
                listed.warnings.push(format!("it has more than {TOOLS_MAX} tools; the rest is left out"));
                return Ok(listed);
            }
            match next {
                None => return Ok(listed),
                next => cursor = next,
            }
        }
        listed
            .warnings
            .push(format!("its list of tools has more than {PAGES_MAX} pages; the rest is left out"));
        Ok(listed)
    }

    fn list_problem(&self, error: &ServiceError) -> String {
        let problem = match error {
            ServiceError::McpError(error) => error.message.to_string(),
            ServiceError::TransportClosed => {
                self.why.get().unwrap_or_else(|| "it closed the connection".to_owned())
            }
            other => other.to_string(),
        };
        self.redact.apply(&clean(&shorten(&format!("it did not list its tools: {problem}"))))
    }

    /// Calls one tool under its own name. Dropping the future tells the server to stop.
    pub(super) async fn call(
        &self,
        name: &str,
        call: ToolCall,
        within: Duration,
    ) -> Result<ToolResult, ToolError> {
        let ToolCall { arguments, server, tool } = call;
        let error = |code: &str, message: String| ToolError {
            code: code.to_owned(),
            data: origin(&server, &tool),
            message: self.redact.apply(&clean(&message)),
        };
        let called = async {
            let _permit = self.open.acquire().await;
            let params = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
            self.service.call_tool(params).await
        };
        let Ok(answer) = tokio::time::timeout(within, called).await else {
            let seconds = within.as_secs_f64();
            return Err(error("timeout", format!("`{server}.{tool}` did not answer within {seconds} s")));
        };
        match answer {
            Ok(result) => self.redact.answer(convert(result, &server, &tool)),
            Err(ServiceError::McpError(refused)) => Err(error("protocol_error", shorten(&refused.message))),
            Err(ServiceError::TransportClosed | ServiceError::TransportSend(_)) => {
                let why = self.why.get().unwrap_or_else(|| "the connection was closed".to_owned());
                Err(error("server_gone", format!("server `{server}` ended during the call: {why}")))
            }
            Err(ServiceError::Cancelled { .. }) => {
                Err(error("cancelled", format!("server `{server}` took the call back")))
            }
            Err(other) => Err(error(
                "protocol_error",
                format!("`{server}.{tool}` answered in a way that is no result: {other}"),
            )),
        }
    }

    /// Listens for changes of the tools where the protocol wants to be asked for them. Ends when the server does.
    pub(super) async fn follow_changes(&self) {
        let info = self.service.peer_info();
        let told = info.as_ref().is_some_and(|info| {
            !info.protocol_version.has_initialize()
                && info.capabilities.tools.as_ref().is_some_and(|tools| tools.list_changed == Some(true))
        });
        if !told {
            return self.gone.cancelled().await;
        }
        let filter = SubscriptionFilter::builder().tools_list_changed().build();
        if let Ok(mut changes) = self.service.listen(filter).await {
            while let Ok(Some(_)) = changes.next().await {
                self.service.service().tools_changed.notify_one();
            }
        }
        self.gone.cancelled().await;
    }

    /// Ends the connection; a process is ended with its whole tree.
    pub(super) fn close(&self) {
        self.service.cancellation_token().cancel();
    }

    /// Waits until the transport is gone too.
    pub(super) async fn closed(&self) {
        self.ended.cancelled().await;
    }
}

/// The tools of one page as they came, and where the next one begins.
fn page_of(answer: ServerResult) -> Result<(Vec<Value>, Option<String>), String> {
    match answer {
        ServerResult::ListToolsResult(page) => {
            let tools = page.tools.iter().filter_map(|tool| serde_json::to_value(tool).ok());
            Ok((tools.collect(), page.next_cursor))
        }
        // One malformed tool makes the whole page one that the library does not know.
        other => {
            let mut page = serde_json::to_value(other).unwrap_or_default();
            let next = page.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
            match page.get_mut("tools").map(Value::take) {
                // Through the same type where that works, so that a tool's definition is the same in either case.
                Some(Value::Array(tools)) => Ok((tools.into_iter().map(normal).collect(), next)),
                _ => Err("its answer to tools/list is no list of tools".to_owned()),
            }
        }
    }
}

fn normal(tool: Value) -> Value {
    let parsed = serde_json::from_value::<rmcp::model::Tool>(tool.clone());
    parsed.ok().and_then(|parsed| serde_json::to_value(parsed).ok()).unwrap_or(tool)
}
