//! The tools of mcp-pyrunner, as a client that was written for it calls them.

use codemode_mcp::parse_tools;
use serde_json::{Value, json};

use crate::wire::{Bench, LEGACY, text};

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.options.tools = parse_tools("pyrunner").unwrap();
    bench
}

fn hints(result: &Value) -> (u64, Vec<&str>) {
    let report = &result["_meta"]["codemode/report"];
    let hints = report["hints"].as_array().unwrap().iter().map(|hint| hint.as_str().unwrap()).collect();
    (report["attempts"].as_u64().unwrap(), hints)
}

#[tokio::test]
async fn the_preset_has_the_tools_by_their_old_names() {
    let mut client = bench().client(LEGACY[3]).await;
    let tools = client.ask("tools/list", json!({})).await["result"]["tools"].take();
    let listed: Vec<(&str, Vec<&String>)> = tools
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| {
            let arguments = tool["inputSchema"]["properties"].as_object().unwrap().keys().collect();
            (tool["name"].as_str().unwrap(), arguments)
        })
        .collect();
    let expected: Vec<(&str, &[&str])> = vec![
        ("get_system_context", &[]),
        ("run_python", &["code", "description", "timeout", "auto_install"]),
        ("run_python_stream", &["code", "description", "timeout", "auto_install"]),
        ("run_with_retry", &["code", "description", "max_retries", "timeout"]),
        ("add_learning", &["error_pattern", "solution", "context", "tags"]),
        (
            "record_semantic_failure",
            &["objective", "failed_approach", "successful_approach", "context", "tags"],
        ),
        ("get_learnings", &["search"]),
        ("pip_install", &["package_name"]),
        ("configure", &["action", "key", "value"]),
    ];
    assert_eq!(format!("{listed:?}"), format!("{expected:?}"));
}

#[tokio::test]
async fn run_python_runs_python_and_a_failure_is_an_error() {
    let bench = bench();
    let mut client = bench.client(LEGACY[3]).await;
    for tool in ["run_python", "run_python_stream"] {
        let result = client
            .call(tool, json!({"code": "# print hello", "description": "", "auto_install": false}))
            .await;
        assert_eq!(
            (text(&result), &result["isError"]),
            ("hello\n[run RUN · script/full · T ms]", &json!(false))
        );
        let result = client.call(tool, json!({"code": "# exit 3"})).await;
        assert_eq!(result["isError"], true);
        let result = client.call(tool, json!({"code": "", "auto_install": "yes"})).await;
        let expected = "invalid_argument: argument `auto_install`: expected true or false, got \"yes\"";
        assert_eq!((text(&result), &result["isError"]), (expected, &json!(true)));
    }
}

#[tokio::test]
async fn get_system_context_says_what_the_resource_says() {
    let mut client = bench().client(LEGACY[3]).await;
    let result = client.call("get_system_context", json!({})).await;
    assert_eq!(result, json!({"content": [{"type": "text", "text": "a machine\n"}], "isError": false}));
}

/// Predecessor case A14: `'NoneType' object is not subscriptable`.
#[tokio::test]
async fn a_number_of_attempts_out_of_range_is_an_argument_error() {
    let mut client = bench().client(LEGACY[3]).await;
    for (given, problem) in [
        (json!(0), "0 is out of range; expected 1 to 10 attempts"),
        (json!(11), "11 is out of range; expected 1 to 10 attempts"),
        (json!(-1), "expected a whole number from 0 on, got -1"),
        (json!("3"), "expected a whole number from 0 on, got \"3\""),
    ] {
        let result = client.call("run_with_retry", json!({"code": "# print x", "max_retries": given})).await;
        let expected = format!("invalid_argument: argument `max_retries`: {problem}");
        assert_eq!((text(&result), &result["isError"]), (expected.as_str(), &json!(true)));
    }
    // The smallest number that is in range runs.
    let result = client.call("run_with_retry", json!({"code": "# print x", "max_retries": 1})).await;
    assert_eq!(hints(&result), (1, vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_by_itself_is_tried_again_and_what_it_did_is_said() {
    let mut client = bench().client(LEGACY[3]).await;
    let program = "# write a.txt 00\n# first 2 raise_as ConnectionError reset\n# print done";
    let result = client.call("run_with_retry", json!({"code": program})).await;
    assert_eq!(result["isError"], false);
    let again = "(in it; 1 files were written; the next attempt did this again)";
    let expected = [
        format!(
            "attempt 1 ended with raise {again}; then: ConnectionError may pass by itself: the same again after 0.5 s"
        ),
        format!(
            "attempt 2 ended with raise {again}; then: ConnectionError may pass by itself: the same again after 1 s"
        ),
    ];
    assert_eq!(hints(&result), (3, expected.iter().map(String::as_str).collect()));
}

/// Section 1.5, claim 6, of the predecessors: a ValueError ran three times, with its side effects.
#[tokio::test]
async fn an_error_of_the_programs_own_is_not_repeated() {
    let mut client = bench().client(LEGACY[3]).await;
    let result = client.call("run_with_retry", json!({"code": "# raise broken"})).await;
    let hint = "not tried again: ValueError is the program's own and would come again: change the program";
    assert_eq!((hints(&result), &result["isError"]), ((1, vec![hint]), &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_doubled_until_the_attempts_are_used_up() {
    let mut client = bench().client(LEGACY[3]).await;
    let arguments = json!({"code": "# sleep", "timeout": 2, "max_retries": 2});
    let result = client.call("run_with_retry", arguments).await;
    let expected = [
        "attempt 1 ended with timeout; then: timeout 4 s instead of 2 s",
        "the 2 attempts are used up; the next change would be: timeout 8 s instead of 4 s",
        "the program was stopped after 4 s; pass a larger `timeout` or do less in one run",
    ];
    assert_eq!(hints(&result), (2, expected.to_vec()));
}

#[tokio::test]
async fn a_learning_is_kept_found_and_told_to_the_run_that_needs_it() {
    let mut client = bench().client(LEGACY[3]).await;
    let empty = client.call("get_learnings", json!({})).await;
    assert_eq!(text(&empty), "no learning fits");
    let added =
        json!({"error_pattern": "broken", "solution": "mend it\nfirst", "context": "always", "tags": "a, b"});
    assert_eq!(text(&client.call("add_learning", added).await), "learning 1 is kept");
    let semantic =
        json!({"objective": "be quick", "failed_approach": "a loop", "successful_approach": "a join"});
    assert_eq!(text(&client.call("record_semantic_failure", semantic).await), "learning 2 is kept");
    let all = "2. objective: be quick\n   failed: a loop\n   worked: a join\n   helped 0 times, did not help 0 times\n\
        1. error: broken\n   solution: mend it first\n   context: always\n   tags: a, b\n   helped 0 times, did not help 0 times\n";
    assert_eq!(text(&client.call("get_learnings", json!({})).await), all);
    let read = client.ask("resources/read", json!({"uri": "codemode://learnings"})).await;
    assert_eq!(read["result"]["contents"][0]["text"], all);
    let found = client.call("get_learnings", json!({"search": "quick"})).await;
    assert!(text(&found).starts_with("2. objective") && !text(&found).contains("broken"));
    let result = client.call("run_python", json!({"code": "# raise broken"})).await;
    let hint = "learned: for \"broken\" it helped: \"mend it\\nfirst\" (when: \"always\")";
    assert_eq!(hints(&result), (1, vec![hint]));
    let result = client.call("run_python", json!({"code": "# raise whole"})).await;
    assert_eq!(hints(&result), (1, vec![]));
}

#[tokio::test]
async fn a_learning_without_its_words_names_the_argument() {
    let mut client = bench().client(LEGACY[3]).await;
    let result = client.call("add_learning", json!({"error_pattern": "x", "context": "y"})).await;
    assert_eq!(text(&result), "invalid_argument: argument `solution`: is required");
    let result = client.call("get_learnings", json!({"words": "x"})).await;
    assert_eq!(text(&result), "invalid_argument: argument `words`: unknown; the arguments are search");
}

#[tokio::test]
async fn settings_are_seen_and_set() {
    let mut client = bench().client(LEGACY[3]).await;
    let mut said = Vec::new();
    for arguments in [
        json!({}),
        json!({"action": "view", "key": "engine", "value": ""}),
        json!({"action": "set", "key": "engine", "value": 7}),
        json!({"action": "set", "key": "nope", "value": "1"}),
        json!({"action": "set"}),
        json!({"action": "zap"}),
        json!({"action": "set", "key": "engine", "value": []}),
    ] {
        let result = client.call("configure", arguments).await;
        said.push(format!("{} {}", result["isError"], text(&result)));
    }
    let expected = [
        "false engine = \"script\"\n",
        "false engine = \"script\"\n",
        "false Updated engine = \"7\"",
        "true invalid_argument: argument `key`: unknown key `nope`",
        "true invalid_argument: argument `key`: missing; name the setting to change",
        "true invalid_argument: argument `action`: `zap` is unknown; expected view or set",
        "true invalid_argument: argument `value`: expected text, a number, true or false, got []",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_package_that_cannot_be_installed_names_the_argument() {
    let mut client = bench().client(LEGACY[3]).await;
    let result = client.call("pip_install", json!({"package_name": "pandas"})).await;
    let expected = "invalid_argument: argument `package_name`: nothing can be installed here";
    assert_eq!((text(&result), &result["isError"]), (expected, &json!(true)));
    let result = client.call("pip_install", json!({})).await;
    assert_eq!(text(&result), "invalid_argument: argument `package_name`: is required");
}
