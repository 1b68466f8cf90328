//! Output while a run goes on: progress, log messages, and runs that take longer than a request.

use std::time::Duration;

use serde_json::{Value, json};

use crate::wire::{Bench, Client, LEGACY, MODERN, code, masked, text};

/// Runs a program with a progress token and gives the messages before the answer, and the answer.
async fn with_progress(client: &mut Client, program: &str) -> (Vec<Value>, Value) {
    let call = json!({"name": "execute_code", "arguments": code(program)});
    let id = client.send_with("tools/call", call, json!({"progressToken": 7})).await;
    client.until(id).await
}

fn messages(notifications: &[Value]) -> String {
    notifications.iter().map(|message| message["params"]["message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lines_arrive_while_the_program_runs() {
    for version in LEGACY.into_iter().chain([MODERN]) {
        let bench = Bench::new();
        let mut client = bench.client(version).await;
        let call = json!({"name": "execute_code", "arguments": code("print one\npart tw\nwait\nprint o")});
        let id = client.send_with("tools/call", call, json!({"progressToken": "p"})).await;
        // The program waits for the gate, so this came before its end.
        let first = client.next().await.unwrap();
        let expected = json!({
            "jsonrpc": "2.0", "method": "notifications/progress",
            "params": {"progressToken": "p", "progress": 4.0, "message": "one\n"},
        });
        assert_eq!(first, expected);
        bench.script.open_gate();
        let (rest, answer) = client.until(id).await;
        assert_eq!(messages(&rest), "two\n");
        assert_eq!(text(&masked(answer)["result"]), "one\ntwo\n[run RUN · script/full · T ms]");
    }
}

#[tokio::test]
async fn no_line_is_lost_mixed_or_late_and_the_count_only_grows() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let lines: Vec<String> = (0..5000).map(|line| format!("print line {line} of many")).collect();
    let (notifications, answer) = with_progress(&mut client, &lines.join("\n")).await;
    let printed: String = (0..5000).map(|line| format!("line {line} of many\n")).collect();
    assert_eq!(messages(&notifications), printed);
    for notification in &notifications {
        assert!(notification["params"]["message"].as_str().unwrap().ends_with('\n'));
    }
    let counts: Vec<f64> = notifications.iter().map(|n| n["params"]["progress"].as_f64().unwrap()).collect();
    assert!(counts.is_sorted_by(|a, b| a < b), "{counts:?}");
    assert_eq!(answer["result"]["_meta"]["codemode/report"]["stdout_bytes"], printed.len());
}

#[tokio::test]
async fn what_was_printed_since_the_last_message_comes_in_one() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let (notifications, _) = with_progress(&mut client, &"print x\n".repeat(500)).await;
    assert_eq!(messages(&notifications), "x\n".repeat(500));
    assert!(notifications.len() <= 2, "{} messages", notifications.len());
}

#[tokio::test]
async fn without_a_token_nothing_comes_before_the_answer() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    // `run` fails when a message comes before the answer.
    assert_eq!(text(&client.run("print x").await), "x\n[run RUN · script/full · T ms]");
}

#[tokio::test]
async fn log_messages_come_to_a_client_that_set_a_level() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[2]).await;
    for (level, heard) in [("debug", true), ("info", true), ("warning", false)] {
        let answer = client.ask("logging/setLevel", json!({"level": level})).await;
        assert_eq!(answer["result"], json!({}));
        let id =
            client.send("tools/call", json!({"name": "execute_code", "arguments": code("print x")})).await;
        let (before, _) = client.until(id).await;
        let message = json!({
            "jsonrpc": "2.0", "method": "notifications/message",
            "params": {"level": "info", "logger": "codemode/RUN", "data": "x\n"},
        });
        let expected = if heard { vec![message] } else { Vec::new() };
        assert_eq!(before.into_iter().map(masked).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn in_the_newest_version_each_request_asks_for_its_log_messages() {
    let bench = Bench::new();
    let mut client = bench.client(MODERN).await;
    let call = json!({"name": "execute_code", "arguments": code("print x")});
    for (level, count) in [("info", 1), ("error", 0)] {
        let meta = json!({"io.modelcontextprotocol/logLevel": level});
        let id = client.send_with("tools/call", call.clone(), meta).await;
        let (before, _) = client.until(id).await;
        let data: Vec<&str> =
            before.iter().map(|message| message["params"]["data"].as_str().unwrap()).collect();
        assert_eq!(data, vec!["x\n"; count]);
    }
    let answer = client.ask("logging/setLevel", json!({"level": "info"})).await;
    assert_eq!(answer["error"], json!({"code": -32601, "message": "logging/setLevel"}));
}

#[tokio::test]
async fn a_long_run_yields_and_is_waited_for() {
    let mut bench = Bench::new();
    bench.options.yield_after = Duration::from_millis(1);
    let mut client = bench.client(LEGACY[3]).await;
    let call = json!({"name": "execute_code", "arguments": code("print early\nwait\nprint late\nvalue 1")});
    let id = client.send("tools/call", call).await;
    let (_, yielded) = client.until(id).await;
    let report = yielded["result"]["_meta"]["codemode/report"].clone();
    let run_id = report["run_id"].as_str().unwrap();
    let running = ["ending", "success", "exit_code"].map(|key| report[key].clone());
    assert_eq!(
        (running, &yielded["result"]["isError"]),
        ([Value::Null, Value::Null, Value::Null], &json!(false))
    );
    let said = text(&yielded["result"]);
    assert!(said.ends_with(&format!("call wait_run with run_id \"{run_id}\"]")), "{said}");

    let still = client.call("wait_run", json!({"run_id": run_id, "seconds": 0})).await;
    let expected = "early\n[run RUN · still running after 0 s · call wait_run with run_id \"RUN\"]";
    assert_eq!(text(&still), expected);
    bench.script.open_gate();
    let rest = client.call("wait_run", json!({"run_id": run_id, "seconds": 20})).await;
    assert_eq!(text(&rest), "early\nlate\n[value]\n1\n[run RUN · script/full · T ms]");
    let again = client.call("wait_run", json!({"run_id": run_id})).await;
    assert_eq!(again, rest);
}
