//! What happens beside runs, and what ends them: pings, parallel requests, cancellation, a client that leaves.

use serde_json::{Value, json};

use crate::wire::{Bench, Client, LEGACY, MODERN, code, masked, text};

/// Starts a run without waiting for its answer.
async fn start(client: &mut Client, program: &str) -> u64 {
    client.send("tools/call", json!({"name": "execute_code", "arguments": code(program)})).await
}

#[tokio::test]
async fn eight_pings_are_answered_while_a_program_runs() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let run = start(&mut client, "wait").await;
    bench.script.logged("sleeping", 1).await;
    for _ in 0..8 {
        let answer = client.ask("ping", json!({})).await;
        assert_eq!(answer["result"], json!({}));
    }
    bench.script.open_gate();
    client.until(run).await;
}

#[tokio::test]
async fn a_cancelled_request_kills_its_run_and_is_never_answered() {
    let bench = Bench::new();
    for (place, version) in LEGACY.into_iter().chain([MODERN]).enumerate() {
        let mut client = bench.client(version).await;
        let run = start(&mut client, "print x\nsleep").await;
        bench.script.logged("sleeping", place + 1).await;
        client.notify("notifications/cancelled", json!({"requestId": run, "reason": "enough"})).await;
        bench.script.logged("killed", place + 1).await;
        // The next answer is that of the next request: nothing came for the cancelled one, then or later.
        assert_eq!(text(&client.run("print next").await), "next\n[run RUN · script/full · T ms]");
        assert_eq!(client.ask("resources/list", json!({})).await["error"], Value::Null);
    }
}

#[tokio::test]
async fn cancelling_a_wait_leaves_its_run_alone() {
    let mut bench = Bench::new();
    bench.options.yield_after = std::time::Duration::from_millis(1);
    let mut client = bench.client(LEGACY[3]).await;
    let run = start(&mut client, "wait\nprint done").await;
    let (_, yielded) = client.until(run).await;
    let run_id = yielded["result"]["_meta"]["codemode/report"]["run_id"].clone();
    let arguments = json!({"run_id": run_id});
    let wait = client.send("tools/call", json!({"name": "wait_run", "arguments": arguments})).await;
    client.notify("notifications/cancelled", json!({"requestId": wait})).await;
    client.ask("ping", json!({})).await;
    bench.script.open_gate();
    let result = client.call("wait_run", arguments).await;
    assert_eq!(text(&result), "done\n[run RUN · script/full · T ms]");
}

#[tokio::test]
async fn two_requests_run_at_the_same_time_and_the_quick_one_answers_first() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let slow = start(&mut client, "wait\nprint slow").await;
    bench.script.logged("sleeping", 1).await;
    assert_eq!(text(&client.run("print quick").await), "quick\n[run RUN · script/full · T ms]");
    bench.script.open_gate();
    let (_, answer) = client.until(slow).await;
    assert_eq!(text(&masked(answer)["result"]), "slow\n[run RUN · script/full · T ms]");
}

#[tokio::test]
async fn a_client_that_hangs_up_has_every_run_killed() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    for _ in 0..3 {
        start(&mut client, "sleep").await;
    }
    bench.script.logged("sleeping", 3).await;
    // Output that waits for its turn must not hold the end up.
    let call = json!({"name": "execute_code", "arguments": code("print x\nsleep")});
    client.send_with("tools/call", call, json!({"progressToken": 1})).await;
    client.next().await;
    let begin = std::time::Instant::now();
    client.hang_up().await;
    bench.script.logged("killed", 4).await;
    assert!(begin.elapsed() < std::time::Duration::from_secs(4), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_kills_every_run() {
    let bench = Bench::new();
    let mut client = bench.client(MODERN).await;
    start(&mut client, "sleep").await;
    bench.script.logged("sleeping", 1).await;
    client.stop.cancel();
    bench.script.logged("killed", 1).await;
    client.hang_up().await;
}

#[tokio::test]
async fn a_client_that_never_says_anything_may_leave() {
    Bench::new().connect(LEGACY[0]).hang_up().await;
}

#[tokio::test]
async fn garbage_between_messages_is_answered_or_passed_over() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    client.send_raw(&json!({"no": "message"})).await;
    client.send_raw(&json!([1, 2])).await;
    let id = client.send("ping", json!({})).await;
    let (_, answer) = client.until(id).await;
    assert_eq!(answer["result"], json!({}));
}
