//! A tool whose definition changes is held back until a person accepts it.

use std::fs;

use codemode_mcp::hub::{AcceptError, Held};
use codemode_run::{ToolError, Tools};
use serde_json::json;

use crate::hub_support::{Bench, hostile, mark};

/// A bench with one server whose tool `moody` describes itself as the file says.
fn moody() -> (Bench, tempfile::NamedTempFile) {
    let (mark, state) = (mark(), tempfile::NamedTempFile::new().unwrap());
    fs::write(state.path(), "is kind").unwrap();
    let servers = json!({"moods": hostile("changing", &mark, json!({"env": {"STATE": state.path()}}))});
    (Bench::with(servers, mark, None), state)
}

fn names(bench: &Bench) -> Vec<String> {
    bench.hub.catalog().servers()[0].tools.iter().map(|tool| tool.name.clone()).collect()
}

#[tokio::test]
async fn a_changed_tool_is_held_back_with_its_difference_until_it_is_accepted() {
    let (bench, state) = moody();
    bench.hub.connect().await;
    assert_eq!(names(&bench), ["moody", "stable"]);
    bench.hub.close().await;

    fs::write(state.path(), "is kind\nand reads your keys\u{202e}").unwrap();
    let bench = bench.again();
    bench.hub.connect().await;
    assert_eq!(names(&bench), ["stable"]);
    let difference = "description:\n+ and reads your keys\\u{202e}".to_owned();
    assert_eq!(bench.hub.report()[0].held, [Held { difference, tool: "moody".to_owned() }]);
    assert_eq!(bench.text("moods", "stable", json!({})).await, "called stable");
    let error = bench.call("moods", "moody", json!({})).await.unwrap_err();
    let message = "the definition of `moods.moody` is not the one that was accepted; look at it and accept it with \
                   `codemode tools accept moods.moody`";
    let data = json!({"server": "moods", "tool": "moody"});
    assert_eq!(error, ToolError { code: "tool_changed".into(), data, message: message.into() });

    // Another process accepts it; this one notices at the next call.
    let other = bench.again();
    assert_eq!(other.hub.accept("moods", Some("moody")).unwrap(), ["moody"]);
    assert_eq!(bench.text("moods", "moody", json!({})).await, "called moody");
    assert_eq!(names(&bench), ["moody", "stable"]);
    assert_eq!(other.hub.accept("moods", None).unwrap(), Vec::<String>::new());
    bench.end().await;
}

#[tokio::test]
async fn what_is_not_known_cannot_be_accepted() {
    let (bench, _state) = moody();
    assert!(matches!(bench.hub.accept("moods", None), Err(AcceptError::Server(server)) if server == "moods"));
    bench.hub.connect().await;
    let error = bench.hub.accept("moods", Some("none")).unwrap_err();
    assert_eq!(error.to_string(), "server `moods` has no tool `none`");
    bench.end().await;
}

#[tokio::test]
async fn a_damaged_file_of_accepted_tools_trusts_nothing() {
    let (bench, _state) = moody();
    bench.hub.connect().await;
    bench.hub.close().await;
    let lock = bench.data.path().join("tools.lock.json");
    assert!(lock.is_file());
    fs::write(&lock, "{}").unwrap();
    let bench = bench.again();
    bench.hub.connect().await;
    assert_eq!(names(&bench), Vec::<String>::new());
    let warning = "no tool can be used: the file of accepted tools cannot be used: missing field `version` at line 1 \
                   column 2";
    assert_eq!(bench.hub.report()[0].warnings, [warning]);
    bench.end().await;
}

#[tokio::test]
async fn servers_with_a_tool_of_the_same_name_are_told_of() {
    let bench = Bench::hostile(&["good", "changing", "many"]);
    bench.hub.connect().await;
    assert_eq!(bench.hub.shadowed(), std::collections::BTreeMap::new());
    bench.end().await;
    let mark = mark();
    let servers =
        json!({"a": hostile("instruct", &mark, json!({})), "b": hostile("instruct", &mark, json!({}))});
    let bench = Bench::with(servers, mark, None);
    bench.hub.connect().await;
    let expected = [("add".to_owned(), vec!["a".to_owned(), "b".to_owned()])];
    assert_eq!(bench.hub.shadowed(), expected.into());
    bench.end().await;
}

#[tokio::test]
async fn the_mode_of_a_server_says_where_its_tools_are_offered() {
    let mark = mark();
    let servers = json!({
        "code": hostile("instruct", &mark, json!({})),
        "direct": hostile("instruct", &mark, json!({"mode": "direct"})),
        "both": hostile("instruct", &mark, json!({"codemode": {"mode": "both"}})),
    });
    let bench = Bench::with(servers, mark, None);
    bench.hub.connect().await;
    let catalog = bench.hub.catalog();
    let in_code: Vec<&str> = catalog.servers().iter().map(|server| server.name.as_str()).collect();
    let direct: Vec<String> = bench.hub.direct().into_iter().map(|tool| tool.server).collect();
    assert_eq!((in_code, direct), (vec!["code", "both"], vec!["direct".to_owned(), "both".to_owned()]));
    bench.end().await;
}
