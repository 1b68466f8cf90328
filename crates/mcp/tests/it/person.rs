//! The person behind the client: approvals and questions of servers go to the client's own form, and nowhere else.

use std::sync::Arc;

use codemode_mcp::ClientPerson;
use serde_json::{Value, json};

use crate::hub_support::{Bench as HubBench, hostile, mark};
use crate::wire::{Bench, Client, LEGACY};

/// A server whose calls need a word, called by a client with these capabilities.
async fn client(capabilities: Value) -> (HubBench, Bench, Client) {
    let person = Arc::<ClientPerson>::default();
    let mark = mark();
    let rules = json!({"codemode": {"ask": ["echo"], "mode": "direct"}});
    let servers = json!({"good": hostile("good", &mark, rules)});
    let hub = HubBench::with(servers, mark, Some(Arc::clone(&person) as _));
    hub.hub.connect().await;
    let mut bench = Bench::with_tools(Arc::clone(&hub.hub) as _);
    bench.options.person = person;
    let mut client = bench.connect(LEGACY[3]);
    client.initialize_with(capabilities).await;
    (hub, bench, client)
}

/// Calls a tool whose server or whose call needs a word: what the client was asked, and the text of the result.
async fn asked(client: &mut Client, tool: &str, arguments: Value, reply: Value) -> (Value, String) {
    let id = client.send("tools/call", json!({"name": tool, "arguments": arguments})).await;
    let question = client.next().await.unwrap();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    client.send_raw(&json!({"jsonrpc": "2.0", "id": question["id"], "result": reply})).await;
    let (_, answer) = client.until(id).await;
    (question["params"].clone(), answer["result"]["content"][0]["text"].as_str().unwrap().to_owned())
}

fn accept(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

#[tokio::test]
async fn a_call_waits_for_the_word_of_the_person() {
    let (hub, _bench, mut client) = client(json!({"elicitation": {}})).await;
    let hi = json!({"text": "hi"});
    let refused = "approval_refused: the person refused this call of `good.echo`".to_owned();
    let (question, said) =
        asked(&mut client, "good__echo", hi.clone(), accept(json!({"answer": "no"}))).await;
    assert_eq!(
        (&question["message"], &question["requestedSchema"]["properties"]["answer"]["enum"]),
        (&json!(r#"A program wants to call good.echo with {"text":"hi"}"#), &json!(["once", "always", "no"]))
    );
    assert_eq!(said, refused);
    for no in [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        accept(json!({})),
        accept(json!({"answer": 1})),
    ] {
        assert_eq!(asked(&mut client, "good__echo", hi.clone(), no).await.1, refused);
    }
    assert_eq!(asked(&mut client, "good__echo", hi.clone(), accept(json!({"answer": "once"}))).await.1, "hi");
    assert_eq!(
        asked(&mut client, "good__echo", hi.clone(), accept(json!({"answer": "always"}))).await.1,
        "hi"
    );
    // From now on nobody is asked: the next message is the answer.
    let result = client.call("good__echo", hi).await;
    assert_eq!(result["content"][0]["text"], "hi");
    hub.end().await;
}

#[tokio::test]
async fn a_question_of_a_server_is_passed_on_with_its_name() {
    let (hub, _bench, mut client) = client(json!({"elicitation": {"form": {}}})).await;
    let (question, said) =
        asked(&mut client, "good__elicit", json!({}), accept(json!({"name": "Ada"}))).await;
    assert_eq!(
        (&question["message"], &question["requestedSchema"]["properties"]["name"]["type"]),
        (&json!("The server good asks: Your name?"), &json!("string"))
    );
    assert_eq!(said, r#"{"result": {"action": "accept", "content": {"name": "Ada"}}}"#);
    let (_, said) = asked(&mut client, "good__elicit", json!({}), json!({"action": "cancel"})).await;
    assert_eq!(said, r#"{"result": {"action": "cancel"}}"#);
    hub.end().await;
}

#[tokio::test]
async fn a_client_without_forms_is_never_asked() {
    let (hub, _bench, mut client) = client(json!({})).await;
    let result = client.call("good__echo", json!({"text": "hi"})).await;
    let said = "approval_impossible: a person has to approve calls of `good.echo`, and this client has no way to ask one";
    assert_eq!((&result["isError"], &result["content"][0]["text"]), (&json!(true), &json!(said)));
    let result = client.call("good__elicit", json!({})).await;
    assert_eq!(result["content"][0]["text"], r#"{"result": {"action": "decline"}}"#);
    hub.end().await;
}
