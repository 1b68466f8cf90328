//! One conversation in each protocol version, recorded whole in `transcripts/`. `UPDATE_EXPECT=1` records anew.

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::script::hex;
use crate::wire::{Bench, Client, LEGACY, MODERN, code, masked};

/// A conversation on record: `>` is what the client says, `<` what the server says.
struct Transcript {
    client: Client,
    text: String,
}

impl Transcript {
    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.ask_with(method, params, json!({})).await
    }

    async fn ask_with(&mut self, method: &str, params: Value, meta: Value) -> Value {
        let shown = masked(params.clone());
        self.text.push_str(&format!("> {method} {shown} {meta}\n"));
        let id = self.client.send_with(method, params, meta).await;
        let (before, answer) = self.client.until(id).await;
        for message in before.into_iter().chain([answer.clone()]) {
            self.text.push_str(&format!("< {}\n", masked(message)));
        }
        answer
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await
    }
}

async fn converse(version: &'static str) -> String {
    let bench = Bench::new();
    let mut client = bench.connect(version);
    let mut text = String::new();
    if version != MODERN {
        text.push_str(&format!("< {}\n", client.initialize().await));
    }
    let mut transcript = Transcript { client, text };
    if version == MODERN {
        transcript.ask("server/discover", json!({})).await;
    }
    transcript.ask("tools/list", json!({})).await;
    let run = transcript.call("execute_code", code("print hello\nvalue [1,2]")).await;
    let run_id = run["result"]["_meta"]["codemode/report"]["run_id"].clone();
    transcript.call("execute_code", code("print before\nraise no such thing")).await;
    let files = format!("write a.txt {}\nbig large.zip 70000", hex("a file\n"));
    transcript.call("execute_code", code(&files)).await;
    let token = json!({"progressToken": "p"});
    let call = json!({"name": "execute_code", "arguments": code("print one\npart two")});
    transcript.ask_with("tools/call", call, token).await;
    transcript.call("wait_run", json!({"run_id": run_id})).await;
    transcript.ask("resources/list", json!({})).await;
    transcript.ask("resources/templates/list", json!({})).await;
    let stdout = format!("codemode://runs/{}/stdout", run_id.as_str().unwrap());
    transcript.ask("resources/read", json!({"uri": stdout})).await;
    transcript.ask("resources/read", json!({"uri": "codemode://config"})).await;
    transcript.ask("resources/read", json!({"uri": "codemode://nothing"})).await;
    transcript.call("execute_cod", json!({})).await;
    transcript.call("execute_code", json!({"code": "print x", "language": "bash", "timout": 3})).await;
    transcript.call("execute_code", json!({"code": 7})).await;
    transcript.call("wait_run", json!({"run_id": "none"})).await;
    transcript.ask("ping", json!({})).await;
    transcript.ask("prompts/list", json!({})).await;
    transcript.ask("completion/complete", completion()).await;
    transcript.text
}

fn completion() -> Value {
    json!({"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": ""}})
}

#[tokio::test]
async fn every_version_has_its_conversation_on_record() {
    for version in LEGACY.into_iter().chain([MODERN]) {
        expect_file![format!("transcripts/{version}.txt")].assert_eq(&converse(version).await);
    }
}

#[tokio::test]
async fn a_version_that_nobody_knows_is_answered_with_the_newest_that_begins_so() {
    let bench = Bench::new();
    let mut client = bench.connect("2031-01-01");
    let answer = client.initialize().await;
    assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
}

#[tokio::test]
async fn requests_of_the_newest_version_share_everything_but_their_connection() {
    let bench = Bench::new();
    let in_session = json!({"code": "count", "language": "bash", "session_id": "a"});
    let (mut clients, mut said) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        // A handler for each request: the most that a server of this version may be spread over.
        clients.push(bench.client(MODERN).await);
        let result = clients.last_mut().unwrap().call("execute_code", in_session.clone()).await;
        said.push(result["content"][0]["text"].as_str().unwrap().to_owned());
    }
    let line = |count| format!("{count}\n[run RUN · script/full · T ms · session a]");
    assert_eq!(said, [line(1), line(2), line(3)]);
}
