//! The seam to the person behind the client: approvals and questions of servers.

use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::{Map, Value};

/// The person behind the client. The model never answers in their place.
#[async_trait]
pub trait Person: Send + Sync + Debug {
    /// Decides whether a tool may be called.
    async fn approve(&self, approval: &Approval) -> Answer;

    /// Answers a question of a server.
    async fn answer(&self, question: &Question) -> Reply;
}

/// A call that needs a person's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Approval {
    /// What it is called with.
    pub arguments: Map<String, Value>,
    /// The server.
    pub server: String,
    /// The tool.
    pub tool: String,
}

/// What a person said to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// This call and every later one of the tool, until the server ends.
    Always,
    /// Nobody can be asked.
    Impossible,
    /// This call.
    Once,
    /// Not this call.
    Refuse,
}

/// What a server wants to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its text: the server's word.
    pub message: String,
    /// The form to fill in, a JSON Schema, when it is one.
    pub schema: Option<Value>,
    /// The server.
    pub server: String,
    /// The page to open, when it is one.
    pub url: Option<String>,
}

/// What a person replied to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The form, filled in.
    Accept(Value),
    /// Not now.
    Cancel,
    /// No.
    Decline,
}
