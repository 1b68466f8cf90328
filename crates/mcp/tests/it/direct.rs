//! Servers in mode `direct` or `both`: their tools are tools of ours, and what a client listed is told to be old when it is.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use codemode_run::{Block, Catalog, ServerState, ServerTools, Tool, ToolCall, ToolError, ToolResult, Tools};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::wire::{Bench, LEGACY, MODERN};

fn tool(server: &str, name: &str) -> Tool {
    Tool {
        server: server.to_owned(),
        name: name.to_owned(),
        title: Some("Of the server".to_owned()),
        description: "Does it.".to_owned(),
        input_schema: json!({"type": "object", "properties": {"a": {"type": "integer"}}}),
        output_schema: Some(json!({"type": "object"})),
        read_only: true,
        destructive: false,
    }
}

/// Tools that a client calls itself, which may come later.
#[derive(Debug)]
struct Direct {
    calls: Mutex<Vec<ToolCall>>,
    tools: watch::Sender<Vec<Tool>>,
}

impl Direct {
    fn new(tools: Vec<Tool>) -> Arc<Self> {
        Arc::new(Self { calls: Mutex::default(), tools: watch::Sender::new(tools) })
    }
}

#[async_trait]
impl Tools for Direct {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::new(Catalog::new(Vec::new()))
    }

    fn direct(&self) -> Vec<Tool> {
        self.tools.borrow().clone()
    }

    async fn changed(&self, since: u64) -> u64 {
        let mut tools = self.tools.subscribe();
        tools.wait_for(|tools| tools.len() as u64 > since).await.map_or(since, |tools| tools.len() as u64)
    }

    async fn call(&self, call: ToolCall, cancel: CancellationToken) -> Result<ToolResult, ToolError> {
        let tool = call.tool.clone();
        self.calls.lock().unwrap().push(call);
        match tool.as_str() {
            "fail" => Err(ToolError { code: "tool_error".into(), data: Value::Null, message: "no".into() }),
            "wait" => {
                cancel.cancelled().await;
                self.calls.lock().unwrap().clear();
                Err(ToolError { code: "cancelled".into(), data: Value::Null, message: "taken back".into() })
            }
            _ => Ok(ToolResult {
                structured: Some(json!({"a": 1})),
                blocks: vec![
                    Block::Text("said".into()),
                    Block::Image { bytes: b"png".to_vec(), mime_type: "image/png".into() },
                    Block::Audio { bytes: b"wav".to_vec(), mime_type: "audio/wav".into() },
                    Block::Link {
                        mime_type: Some("text/plain".into()),
                        name: "n".into(),
                        uri: "a://b".into(),
                    },
                    Block::Resource {
                        bytes: b"t".to_vec(),
                        mime_type: None,
                        text: true,
                        uri: "a://t".into(),
                    },
                    Block::Resource {
                        bytes: b"b".to_vec(),
                        mime_type: Some("x/y".into()),
                        text: false,
                        uri: "a://b".into(),
                    },
                ],
                meta: Some(json!({"from": "there"})),
            }),
        }
    }
}

fn listed(answer: &Value) -> Vec<&str> {
    let tools = answer["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn their_tools_are_listed_under_the_name_of_their_server() {
    let odd = tool("my server", "get/it ünd");
    let long = tool("s", &"x".repeat(100));
    let direct = Direct::new(vec![tool("github", "search"), odd, long.clone(), long]);
    let mut bench = Bench::with_tools(direct);
    bench.options.tools = codemode_mcp::parse_tools("sandbox").unwrap();
    let mut client = bench.client(LEGACY[3]).await;
    let answer = client.ask("tools/list", json!({})).await;
    let (cut, second) = (format!("s__{}", "x".repeat(61)), format!("s__{}_2", "x".repeat(59)));
    assert_eq!(
        listed(&answer),
        ["execute_code", "github__search", "my_server__get_it__nd", cut.as_str(), second.as_str()]
    );
    let expected = json!({
        "name": "github__search",
        "description": "Does it.",
        "inputSchema": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "outputSchema": {"type": "object"},
        "annotations": {"title": "Of the server", "readOnlyHint": true, "destructiveHint": false},
    });
    assert_eq!(answer["result"]["tools"][1], expected);
}

#[tokio::test]
async fn a_call_is_passed_on_and_its_answer_comes_back_whole() {
    let direct = Direct::new(vec![tool("github", "search"), tool("github", "fail")]);
    let bench = Bench::with_tools(Arc::clone(&direct) as _);
    for version in [LEGACY[3], MODERN] {
        let mut client = bench.client(version).await;
        let mut result = client.call("github__search", json!({"a": 7})).await;
        result.as_object_mut().unwrap().remove("resultType");
        let expected = json!({
            "content": [
                {"type": "text", "text": "said"},
                {"type": "image", "data": "cG5n", "mimeType": "image/png"},
                {"type": "audio", "data": "d2F2", "mimeType": "audio/wav"},
                {"type": "resource_link", "uri": "a://b", "name": "n", "mimeType": "text/plain"},
                {"type": "resource", "resource": {"uri": "a://t", "mimeType": "text/plain", "text": "t"}},
                {"type": "resource", "resource": {"uri": "a://b", "mimeType": "x/y", "blob": "Yg=="}},
            ],
            "structuredContent": {"a": 1},
            "isError": false,
            "_meta": {"from": "there"},
        });
        assert_eq!(result, expected, "{version}");
        let mut result = client.call("github__fail", json!({})).await;
        result.as_object_mut().unwrap().remove("resultType");
        let expected = json!({"content": [{"type": "text", "text": "tool_error: no"}], "isError": true});
        assert_eq!(result, expected, "{version}");
    }
    let arguments = json!({"a": 7}).as_object().unwrap().clone();
    let expected = ToolCall { arguments, server: "github".into(), tool: "search".into() };
    assert_eq!(direct.calls.lock().unwrap()[0], expected);
}

#[tokio::test]
async fn a_request_that_is_taken_back_takes_its_call_back() {
    let direct = Direct::new(vec![tool("slow", "wait")]);
    let bench = Bench::with_tools(Arc::clone(&direct) as _);
    let mut client = bench.client(LEGACY[3]).await;
    let id = client.send("tools/call", json!({"name": "slow__wait", "arguments": {}})).await;
    while direct.calls.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    client.notify("notifications/cancelled", json!({"requestId": id})).await;
    while !direct.calls.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_client_is_told_when_its_list_is_old() {
    let direct = Direct::new(Vec::new());
    let bench = Bench::with_tools(Arc::clone(&direct) as _);
    let mut client = bench.client(LEGACY[3]).await;
    assert!(!listed(&client.ask("tools/list", json!({})).await).contains(&"late__come"));
    direct.tools.send_replace(vec![tool("late", "come")]);
    let told = client.next().await.unwrap();
    assert_eq!(told, json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}));
    assert!(listed(&client.ask("tools/list", json!({})).await).contains(&"late__come"));
}

/// A catalog that only says that it changed: what a client sees is the same.
#[tokio::test]
async fn a_change_that_a_client_does_not_see_is_not_told() {
    #[derive(Debug)]
    struct Restless(Mutex<u64>);
    #[async_trait]
    impl Tools for Restless {
        fn catalog(&self) -> Arc<Catalog> {
            let state = ServerState::Disabled { reason: "off".into() };
            let server = ServerTools { name: "off".into(), state, tools: Vec::new() };
            Arc::new(Catalog::new(vec![server]))
        }

        async fn changed(&self, since: u64) -> u64 {
            *self.0.lock().unwrap() = since + 1;
            since + 1
        }

        async fn call(&self, call: ToolCall, _cancel: CancellationToken) -> Result<ToolResult, ToolError> {
            unreachable!("{call:?}")
        }
    }
    let restless = Arc::new(Restless(Mutex::default()));
    let bench = Bench::with_tools(Arc::clone(&restless) as _);
    let mut client = bench.client(LEGACY[3]).await;
    while *restless.0.lock().unwrap() < 3 {
        tokio::task::yield_now().await;
    }
    // `ask` fails when anything comes before the answer.
    client.ask("tools/list", json!({})).await;
}
