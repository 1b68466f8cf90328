//! Resources: what runs wrote, what they displayed, and the files of workspaces.

use serde_json::{Value, json};

use crate::script::hex;
use crate::wire::{Bench, Client, LEGACY, MODERN};

async fn read(client: &mut Client, uri: &str) -> Value {
    let answer = client.ask("resources/read", json!({"uri": uri})).await;
    match answer.get("error") {
        Some(error) => error.clone(),
        None => answer["result"]["contents"].clone(),
    }
}

/// Runs a program and gives its real id.
async fn run_id(client: &mut Client, program: &str) -> String {
    let call = json!({"name": "execute_code", "arguments": {"code": program, "language": "bash"}});
    let id = client.send("tools/call", call).await;
    let (_, answer) = client.until(id).await;
    answer["result"]["_meta"]["codemode/report"]["run_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_whole_output_of_a_run_can_be_read_after_it_was_cut() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let id = run_id(&mut client, "bytes 160000\nstderr oops").await;
    let uri = format!("codemode://runs/{id}/stdout");
    let contents = read(&mut client, &uri).await;
    let expected = json!([{
        "uri": "codemode://runs/RUN/stdout", "mimeType": "text/plain", "text": "0123456789abcdef".repeat(10_000),
    }]);
    assert_eq!(contents, expected);
    let uri = format!("codemode://runs/{id}/stderr");
    let expected = json!([{"uri": "codemode://runs/RUN/stderr", "mimeType": "text/plain", "text": "oops\n"}]);
    assert_eq!(read(&mut client, &uri).await, expected);
}

#[tokio::test]
async fn a_run_that_goes_on_can_be_read_too() {
    let mut bench = Bench::new();
    bench.options.yield_after = std::time::Duration::ZERO;
    let mut client = bench.client(LEGACY[3]).await;
    let id = run_id(&mut client, "print early\nwait").await;
    bench.script.logged("sleeping", 1).await;
    let uri = format!("codemode://runs/{id}/stdout");
    let expected =
        json!([{"uri": "codemode://runs/RUN/stdout", "mimeType": "text/plain", "text": "early\n"}]);
    assert_eq!(read(&mut client, &uri).await, expected);
    let report = read(&mut client, &format!("codemode://runs/{id}")).await;
    let report: Value = serde_json::from_str(report[0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&report["ending"], &report["stdout"]), (&Value::Null, &json!("early\n")));
}

#[tokio::test]
async fn displays_keep_the_place_in_which_they_were_shown() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let program = format!("display image/png {}\ndisplay image/svg+xml {}", hex("\u{89}PNG"), hex("<svg/>"));
    let id = run_id(&mut client, &program).await;
    let expected = json!([{
        "uri": "codemode://runs/RUN/display/1", "mimeType": "image/svg+xml", "text": "<svg/>",
    }]);
    assert_eq!(read(&mut client, &format!("codemode://runs/{id}/display/1")).await, expected);
    let missing = read(&mut client, &format!("codemode://runs/{id}/display/2")).await;
    assert_eq!(missing, json!({"code": -32002, "message": "no resource `codemode://runs/RUN/display/2`"}));
}

#[tokio::test]
async fn files_of_a_workspace_are_read_by_their_encoded_names() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    client
        .call("execute_code", json!({"code": "write é.png 89ff", "language": "sh", "session_id": "a"}))
        .await;
    client.run("write plain.rs 666e").await;
    for (uri, expected) in [
        ("codemode://sessions/a/%C3%A9.png", json!({"mimeType": "image/png", "blob": "if8="})),
        ("codemode://sessions/default/plain.rs", json!({"mimeType": "text/x-rust", "text": "fn"})),
    ] {
        let mut contents = read(&mut client, uri).await;
        let mut fields = contents[0].take();
        assert_eq!(fields.as_object_mut().unwrap().remove("uri"), Some(json!(uri)));
        assert_eq!(fields, expected);
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_words_of_each_version() {
    let bench = Bench::new();
    for (version, error) in [(LEGACY[3], -32002), (MODERN, -32602)] {
        let mut client = bench.client(version).await;
        client.run("write a.txt 61").await;
        for (uri, message) in [
            ("codemode://sessions/default/b.txt", "`b.txt` is not in the workspace"),
            ("codemode://sessions/nobody/a.txt", "there is no such workspace"),
            ("codemode://sessions/default", "no resource `codemode://sessions/default`"),
            ("codemode://sessions/default/%zz", "no resource `codemode://sessions/default/%zz`"),
            ("codemode://runs/none/stdout", "no resource `codemode://runs/none/stdout`"),
            ("file:///etc/passwd", "no resource `file:///etc/passwd`"),
            (
                "codemode://sessions/../a.txt",
                "argument `session_id`: `..` is not a session id; expected 1 to 64 letters, digits, `-`, `_` or `.`, \
                 not starting with a dot",
            ),
        ] {
            assert_eq!(read(&mut client, uri).await, json!({"code": error, "message": message}));
        }
    }
}
