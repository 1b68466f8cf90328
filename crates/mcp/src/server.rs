//! One request from its arguments to its result. All state is shared: in protocol version 2026-07-28 a handler may serve
//! one request only.

mod answer;
mod arguments;
mod changes;
mod configure;
mod direct;
mod execute_code;
mod follow;
mod learnings;
mod pip_install;
mod resources;
mod rounds;
mod run_python;
mod run_with_retry;
mod search_tools;
mod wait_run;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use codemode_raster::Rasteriser;
use codemode_run::Runs;
use futures::future::BoxFuture;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SetLevelRequestMethod, Tool,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use tokio_util::sync::CancellationToken;

pub use configure::Configure;
use follow::Listener;

use crate::client_person::ClientPerson;
use crate::present::TEXT_CHARS_MAX;
use crate::tools::{ToolName, definition};

/// What a server offers and says.
#[derive(Clone)]
pub struct ServerOptions {
    /// Budget in tokens for the upstream tools that the description of `execute_code` names.
    pub catalog_tokens: usize,
    /// Text of `codemode://context`.
    pub context: Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>,
    /// Who is asked in the client's forms; told of every session.
    pub person: Arc<ClientPerson>,
    /// Draws pictures that clients do not show; without one they are given as they are.
    pub rasteriser: Option<Rasteriser>,
    /// The settings, for `codemode://config` and the tool `configure`.
    pub settings: Arc<dyn Configure>,
    /// Whether results carry `structuredContent` too; some clients then drop the other blocks.
    pub structured_output: bool,
    /// Tools that are offered.
    pub tools: Vec<ToolName>,
    /// The version that the server calls itself.
    pub version: &'static str,
    /// A run that goes on longer answers with what there is.
    pub yield_after: Duration,
}

impl std::fmt::Debug for ServerOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerOptions").field("tools", &self.tools).finish_non_exhaustive()
    }
}

/// The handler of every request.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// Whether the client of this session asked for log messages at the level of output, before 2026-07-28.
    logs: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Fires when the client closed its end: from then on nothing but answers can be sent.
    hung_up: CancellationToken,
    options: ServerOptions,
    rounds: rounds::Rounds,
    runs: Runs,
}

const INSTRUCTIONS: &str = "codemode runs programs that you write. Prefer one program that does the whole job over many small \
calls: loop, filter and combine in code and print only what you need. execute_code runs Python, JavaScript, TypeScript and bash; \
give a session_id to keep state. A run that takes long answers with its run_id: call wait_run for the rest. Read \
codemode://context for what this machine offers.";

impl Server {
    pub(crate) fn new(options: ServerOptions, runs: Runs, hung_up: CancellationToken) -> Self {
        Self {
            logs: Arc::default(),
            shared: Arc::new(Shared { hung_up, options, rounds: rounds::Rounds::default(), runs }),
        }
    }

    fn definitions(&self) -> Result<Vec<Tool>, ErrorData> {
        let Shared { options, runs, .. } = &*self.shared;
        // Our own bound on a result: both streams, the value and the lines around them; then the texts that it shows.
        let result_chars_max = runs.runner().limits().output_chars * 3 + TEXT_CHARS_MAX;
        let catalog = runs.runner().catalog();
        let catalog = if catalog.servers().is_empty() {
            String::new()
        } else {
            catalog.summary(options.catalog_tokens)
        };
        let define =
            |tool: &ToolName| definition(*tool, result_chars_max, options.structured_output, &catalog);
        let offered = self.tools();
        let own: Result<Vec<Tool>, _> = offered.iter().map(define).collect();
        let mut tools = own.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        tools.extend(
            direct::tools(&self.shared).into_iter().map(|(name, tool)| direct::definition(name, tool)),
        );
        Ok(tools)
    }

    /// The tools that are offered now. `lean` has a search only when there is something to search in.
    fn tools(&self) -> Vec<ToolName> {
        let Shared { options, runs, .. } = &*self.shared;
        let mut tools = options.tools.clone();
        if tools == ToolName::LEAN && !runs.runner().catalog().servers().is_empty() {
            tools.insert(1, ToolName::SearchTools);
        }
        tools
    }

    fn offered(&self, name: &str) -> Result<ToolName, ErrorData> {
        let offered = self.tools();
        let found = ToolName::from_name(name).filter(|tool| offered.contains(tool));
        found.ok_or_else(|| {
            let names: Vec<&str> = offered.iter().map(|tool| tool.name()).collect();
            ErrorData::invalid_params(
                format!("unknown tool `{name}`; the tools are {}", names.join(", ")),
                None,
            )
        })
    }

    /// Does what a call of a tool asks for.
    async fn work(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        if let Some((_, tool)) =
            direct::tools(&self.shared).into_iter().find(|(name, _)| *name == request.name)
        {
            return Ok(direct::call(&self.shared, tool, arguments, context.ct.clone()).await);
        }
        let listener = Listener::new(&context, &self.shared.hung_up, self.logs.load(Ordering::Relaxed));
        let result = match self.offered(&request.name)? {
            ToolName::Configure => {
                configure::call(&self.shared, arguments, answer::style(&self.shared, &context)).await
            }
            ToolName::ExecuteCode => {
                let request = execute_code::request(arguments);
                execute_code::call(&self.shared, request, &context, listener).await
            }
            ToolName::PipInstall => pip_install::call(&self.shared, arguments, &context, listener).await,
            ToolName::RunPython | ToolName::RunPythonStream => {
                let request = run_python::request(arguments);
                execute_code::call(&self.shared, request, &context, listener).await
            }
            ToolName::RunWithRetry => run_with_retry::call(&self.shared, arguments, &context, listener).await,
            ToolName::GetSystemContext => {
                let text = (self.shared.options.context)().await;
                CallToolResult::success(vec![rmcp::model::ContentBlock::text(text)])
            }
            tool @ (ToolName::AddLearning | ToolName::GetLearnings | ToolName::RecordSemanticFailure) => {
                let style = answer::style(&self.shared, &context);
                learnings::call(&self.shared, tool, arguments, style).await
            }
            ToolName::SearchTools => {
                search_tools::call(&self.shared, arguments, answer::style(&self.shared, &context))
            }
            ToolName::WaitRun => wait_run::call(&self.shared, arguments, &context, listener).await,
        };
        Ok(result)
    }
}

/// Whether a request is of a version in which servers ask nothing of clients by themselves.
fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    version.is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

impl ServerHandler for Server {
    #[expect(deprecated, reason = "clients of every version up to 2026-07-28 may ask for log messages")]
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_resources()
            .build();
        let implementation = Implementation::new("codemode", self.shared.options.version);
        ServerConfig::new(capabilities).with_server_info(implementation).with_instructions(INSTRUCTIONS)
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.shared.options.person.meet(context.peer.clone());
        tokio::spawn(changes::tell(self.clone(), context.peer));
    }

    #[expect(deprecated, reason = "clients of every version up to 2026-07-28 may ask for log messages")]
    async fn set_level(
        &self,
        request: rmcp::model::SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if is_modern(&context) {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        self.logs.store(follow::is_heard_at(request.level), Ordering::Relaxed);
        Ok(())
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.definitions()?))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let person = &self.shared.options.person;
        if !is_modern(&context) {
            // The first request may be handled before the client's word that it is ready.
            person.meet(context.peer.clone());
        } else if person.desk().note(context.client_capabilities().as_ref()) {
            return self.call_in_rounds(request, context).await;
        }
        self.work(request, context).await.map(Into::into)
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        resources::list().map(ListResourcesResult::with_all_items)
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        resources::templates().map(ListResourceTemplatesResult::with_all_items)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&self.shared, &request.uri).await.map(Into::into)
    }
}
