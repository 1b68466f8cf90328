//! The person behind the client that codemode serves, asked by the client's own form.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::RoleServer;
use rmcp::model::{ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema};
use rmcp::service::{ElicitationMode, Peer};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::hub::{Answer, Approval, Person, Question, Reply};

/// How long a person may think. The program waits meanwhile, and its own limit of waiting may end sooner.
const THINK_MAX: Duration = Duration::from_secs(600);

/// Characters of a call's arguments that a person is shown.
const ARGUMENTS_CHARS_MAX: usize = 2000;

/// Asks whoever sits at the client of the session that is going on. Without a session, or when the client has no forms,
/// nobody can be asked.
#[derive(Debug, Default)]
pub struct ClientPerson {
    /// What clients of 2026-07-28 are asked in answers to their requests.
    desk: Desk,
    /// Pages that a person was asked to open, for their ids.
    asked: AtomicU64,
    client: RwLock<Option<Peer<RoleServer>>>,
}

impl ClientPerson {
    /// From now on this client is asked.
    pub(crate) fn meet(&self, client: Peer<RoleServer>) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client);
    }

    /// From now on nobody is asked.
    pub(crate) fn leave(&self) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The client, when it can ask its person in this way.
    fn client(&self, mode: ElicitationMode) -> Option<Peer<RoleServer>> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        client.supported_elicitation_modes().contains(&mode).then_some(client)
    }

    /// Questions for a client that is asked in answers.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    async fn ask(&self, mode: ElicitationMode, question: ElicitRequestParams) -> Option<ElicitResult> {
        let Some(client) = self.client(mode) else { return self.desk.ask(mode, question, THINK_MAX).await };
        match tokio::time::timeout(THINK_MAX, client.create_elicitation(question)).await {
            Ok(Ok(result)) => Some(result),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the client could not ask its person");
                None
            }
            Err(_) => Some(ElicitResult::new(ElicitationAction::Cancel)),
        }
    }
}

#[async_trait]
impl Person for ClientPerson {
    async fn approve(&self, approval: &Approval) -> Answer {
        let Some(requested_schema) = choice() else { return Answer::Impossible };
        let message = format!(
            "A program wants to call {}.{} with {}",
            approval.server,
            approval.tool,
            clipped(&Value::Object(approval.arguments.clone()).to_string())
        );
        let question = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
        match self.ask(ElicitationMode::Form, question).await {
            None => Answer::Impossible,
            Some(result) if result.action == ElicitationAction::Accept => {
                match result.content.as_ref().and_then(|content| content["answer"].as_str()) {
                    Some("always") => Answer::Always,
                    Some("once") => Answer::Once,
                    _ => Answer::Refuse,
                }
            }
            Some(_) => Answer::Refuse,
        }
    }

    async fn answer(&self, question: &Question) -> Reply {
        let message = format!("The server {} asks: {}", question.server, question.message);
        let schema = question.schema.clone().and_then(|schema| serde_json::from_value(schema).ok());
        let (mode, question) = match (schema, &question.url) {
            (Some(requested_schema), _) => {
                let form =
                    ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
                (ElicitationMode::Form, form)
            }
            (None, Some(url)) => {
                let elicitation_id = format!("codemode-{}", self.asked.fetch_add(1, Ordering::Relaxed));
                let page = ElicitRequestParams::UrlElicitationParams {
                    meta: None,
                    message,
                    url: url.clone(),
                    elicitation_id,
                };
                (ElicitationMode::Url, page)
            }
            (None, None) => return Reply::Decline,
        };
        match self.ask(mode, question).await {
            Some(result) => match result.action {
                ElicitationAction::Accept => Reply::Accept(result.content.unwrap_or_else(|| json!({}))),
                ElicitationAction::Cancel => Reply::Cancel,
                _ => Reply::Decline,
            },
            None => Reply::Decline,
        }
    }
}

/// The form of an approval: one of three words.
fn choice() -> Option<ElicitationSchema> {
    serde_json::from_value(json!({
        "type": "object",
        "properties": {"answer": {
            "type": "string",
            "title": "Allow this call?",
            "enum": ["once", "always", "no"],
            "enumNames": ["This once", "Always, until the server ends", "No"],
        }},
        "required": ["answer"],
    }))
    .ok()
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(ARGUMENTS_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
