//! The person behind the client: approvals and questions of servers go to the client's own form, and nowhere else.

use std::sync::Arc;

use codemode_mcp::ClientPerson;
use serde_json::{Value, json};

use crate::hub_support::{Bench as HubBench, hostile, mark};
use crate::wire::{Bench, Client, LEGACY, MODERN};

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

/// A call by a client of the newest version with these capabilities: its answer.
async fn call_modern(client: &mut Client, params: Value, capabilities: Value) -> Value {
    let meta = json!({"io.modelcontextprotocol/clientCapabilities": capabilities});
    let id = client.send_with("tools/call", params, meta).await;
    let (before, answer) = client.until(id).await;
    assert_eq!(before, Vec::<Value>::new(), "nothing is asked but in answers");
    answer
}

#[tokio::test]
async fn from_2026_07_28_on_the_question_travels_in_the_answer() {
    let (hub, bench, _) = client(json!({})).await;
    let mut client = bench.client(MODERN).await;
    let forms = || json!({"elicitation": {"form": {}}});
    let call = json!({"name": "good__echo", "arguments": {"text": "hi"}});
    let again = |answer: &Value, reply: Option<Value>| {
        let mut params = call.clone();
        params["requestState"] = answer["result"]["requestState"].clone();
        let asked = answer["result"]["inputRequests"].as_object().unwrap();
        let replies = asked.keys().zip(reply).map(|(id, reply)| (id.clone(), reply));
        params["inputResponses"] = Value::Object(replies.collect());
        params
    };
    let asked = call_modern(&mut client, call.clone(), forms()).await;
    assert_eq!(asked["result"]["resultType"], "input_required");
    let question = asked["result"]["inputRequests"].as_object().unwrap().values().next().unwrap();
    assert_eq!(
        (&question["method"], &question["params"]["message"]),
        (&json!("elicitation/create"), &json!(r#"A program wants to call good.echo with {"text":"hi"}"#))
    );
    let said = |answer: &Value| answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    let params = again(&asked, Some(accept(json!({"answer": "once"}))));
    assert_eq!(said(&call_modern(&mut client, params.clone(), forms()).await), "hi");
    // What was answered is over: the same words find nothing.
    let answer = call_modern(&mut client, params, forms()).await;
    assert_eq!(answer["error"]["message"], "nothing waits for this requestState");

    let refused = "approval_refused: the person refused this call of `good.echo`";
    for reply in [None, Some(json!({"action": "decline"})), Some(json!("nonsense"))] {
        let asked = call_modern(&mut client, call.clone(), forms()).await;
        let params = again(&asked, reply);
        assert_eq!(said(&call_modern(&mut client, params, forms()).await), refused);
    }
    let answer = call_modern(&mut client, call.clone(), json!({})).await;
    assert!(said(&answer).starts_with("approval_impossible: "), "{answer}");
    hub.end().await;
}

#[tokio::test]
async fn two_calls_that_wait_are_answered_each_by_its_own_word() {
    let (hub, bench, _) = client(json!({})).await;
    let mut client = bench.client(MODERN).await;
    let forms = || json!({"elicitation": {}});
    let call = |text: &str| json!({"name": "good__echo", "arguments": {"text": text}});
    let mut waiting = Vec::new();
    for text in ["one", "two"] {
        let asked = call_modern(&mut client, call(text), forms()).await;
        let question = asked["result"]["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
        waiting.push((text, question, asked["result"]["requestState"].clone()));
    }
    for (text, question, state) in waiting.into_iter().rev() {
        let mut params = call(text);
        params["requestState"] = state;
        params["inputResponses"] = json!({question: accept(json!({"answer": "once"}))});
        let answer = call_modern(&mut client, params, forms()).await;
        assert_eq!(answer["result"]["content"][0]["text"], text);
    }
    hub.end().await;
}
