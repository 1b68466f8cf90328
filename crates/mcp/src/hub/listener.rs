//! What a server may ask of us: nothing but a question to the person, when there is one.
#![expect(deprecated, reason = "older servers still ask for sampling, and are told no")]

use std::sync::Arc;

use rmcp::model::{
    ClientCapabilities, ClientConfig, CreateMessageRequestParams, CreateMessageResult, ElicitRequestParams,
    ElicitResult, ElicitationAction, ErrorCode, Implementation, ProtocolVersion,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use tokio::sync::Notify;

use super::clean::clean;
use super::person::{Person, Question, Reply};

/// Our side of one connection.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) person: Option<Arc<dyn Person>>,
    pub(super) server: String,
    /// Fires when the server says that its tools changed.
    pub(super) tools_changed: Arc<Notify>,
    pub(super) version: &'static str,
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        // No roots and no sampling: the folders and the model of the client are not ours to give.
        let capabilities = if self.person.is_some() {
            ClientCapabilities::builder().enable_elicitation().build()
        } else {
            ClientCapabilities::default()
        };
        let mut info = ClientConfig::new(capabilities, Implementation::new("codemode", self.version));
        info.protocol_version = ProtocolVersion::LATEST_WITH_INITIALIZE;
        info
    }

    async fn create_message(
        &self,
        _params: CreateMessageRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        tracing::info!(server = self.server, "asked for sampling, which is refused");
        let message = "sampling is refused: codemode does not lend a model to servers";
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, message, None))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let Some(person) = &self.person else { return Ok(ElicitResult::new(ElicitationAction::Decline)) };
        let server = self.server.clone();
        let question = match request {
            ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => Question {
                message: clean(&message),
                schema: serde_json::to_value(requested_schema).ok(),
                server,
                url: None,
            },
            ElicitRequestParams::UrlElicitationParams { message, url, .. } => {
                Question { message: clean(&message), schema: None, server, url: Some(url) }
            }
            _ => return Ok(ElicitResult::new(ElicitationAction::Decline)),
        };
        Ok(match person.answer(&question).await {
            Reply::Accept(content) => ElicitResult::new(ElicitationAction::Accept).with_content(content),
            Reply::Cancel => ElicitResult::new(ElicitationAction::Cancel),
            Reply::Decline => ElicitResult::new(ElicitationAction::Decline),
        })
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.tools_changed.notify_one();
    }
}
