//! `codemode learnings`, and what two servers that are killed keep.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;

use expect_test::expect;
use serde_json::{Value, json};

use crate::support::User;

const THEIRS: &str = r#"[{"error_pattern": "No module named .cv2.", "solution": "install opencv-python-headless",
    "context": "servers", "success_count": 4, "failure_count": 1, "created_at": "2026-01-02T03:04:05",
    "last_used": null, "tags": ["import"], "failure_type": "error", "objective": "", "failed_approach": ""}]"#;

fn arguments(user: &User, words: &[&str]) -> String {
    let mut command = user.command(env!("CARGO_BIN_EXE_codemode"));
    command.arg("learnings").args(words);
    user.transcript(command, "")
}

#[test]
fn learnings_are_imported_added_searched_and_exported() {
    let user = User::new().file("theirs.json", THEIRS).variable("TZ", "UTC");
    expect![[r#"
        ! 1 learnings are new, 0 were known already
    "#]]
    .assert_eq(&arguments(&user, &["import", "theirs.json"]));
    let (objective, failed, worked) =
        ("resize a photo", "img.resize of a palette image", "convert to RGB first");
    let words = ["add", "--objective", objective, "--failed", failed, "--worked", worked, "--tag", "pillow"];
    assert_eq!(arguments(&user, &words), "! learning 2 is kept\n");
    assert_eq!(arguments(&user, &words), "! learning 2 was known already\n");
    expect![[r#"
        2. objective: resize a photo
           failed: img.resize of a palette image
           worked: convert to RGB first
           tags: pillow
           helped 0 times, did not help 0 times
        1. error: No module named .cv2.
           solution: install opencv-python-headless
           context: servers
           tags: import
           helped 4 times, did not help 1 times
    "#]]
    .assert_eq(&arguments(&user, &[]));
    let found = arguments(&user, &["search", "which", "package", "gives", "me", "OpenCV", "--json"]);
    let found: Value = serde_json::from_str(found.lines().next().unwrap()).unwrap();
    assert_eq!((&found["id"], &found["solution"]), (&1.into(), &"install opencv-python-headless".into()));
    assert_eq!(arguments(&user, &["search", "weather", "in", "Paris"]), "no learning fits\n");

    assert_eq!(arguments(&user, &["export", "ours.json"]), "! 2 learnings are in ours.json\n");
    let ours: Value = serde_json::from_slice(&fs::read(user.work().join("ours.json")).unwrap()).unwrap();
    let theirs: Value = serde_json::from_str(THEIRS).unwrap();
    assert_eq!(ours[1], theirs[0]);
    assert_eq!(ours[0]["failure_type"], "semantic");
}

#[test]
fn what_is_no_learning_is_said() {
    let user = User::new().file("broken.json", r#"[{"error_pattern": 1}]"#);
    expect![[r#"
        ! error: entry 1 is no learning: `error_pattern` is 1; expected a text
        exit 125
    "#]]
    .assert_eq(&arguments(&user, &["import", "broken.json"]));
    expect![[r#"
        ! error: failed to read HOME/.mcp-pyrunner/learnings.json: No such file or directory (os error 2)
        exit 125
    "#]]
    .assert_eq(&arguments(&user, &["import"]));
    assert_eq!(arguments(&user, &["list"]), "no learning fits\n");
}

#[test]
fn the_settings_of_mcp_pyrunner_are_taken_over() {
    let user = User::new();
    let theirs = json!({
        "execution_mode": "direct", "default_timeout": 90, "max_retries": 3, "auto_install": false,
        "docker_image": "python:3.12-slim", "allowed_packages": [], "blocked_packages": ["os-sys"], "colour": "red",
    });
    let folder = user.work().join("../.mcp-pyrunner");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.json"), theirs.to_string()).unwrap();
    expect![[r#"
        ! execution_mode: direct is not isolated; `codemode config set engine direct` if you want it
        ! default_timeout = 90
        ! limits.retries = 3
        ! packages.auto_install = false
        ! docker.image = python:3.12-slim
        ! packages.blocked = os-sys
        ! colour: no such setting here
    "#]]
    .assert_eq(&user.codemode("config import"));
    assert_eq!(user.codemode("config get packages.blocked"), "os-sys\n");
}

/// A server that is spoken to line by line.
struct Served {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Served {
    fn start(user: &User) -> Self {
        let mut command = user.command(env!("CARGO_BIN_EXE_codemode"));
        command.args(["--engine", "direct", "--tools", "pyrunner"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut served = Self { child, lines };
        let hello = json!({
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        });
        served.send(&json!({"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": hello}));
        served.answer();
        served.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        served
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One server adds a thousand learnings and is killed twice while it writes. True for those that it acknowledged.
fn add_a_thousand(user: &User, server: &str) -> Vec<bool> {
    let mut served = Served::start(user);
    let mut acknowledged = Vec::new();
    for number in 0..1000 {
        let arguments = json!({
            "error_pattern": format!("failure {number} of {server}"), "solution": "wait", "context": "",
        });
        let params = json!({"name": "add_learning", "arguments": arguments});
        served.send(&json!({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}));
        // The request is on its way, or is being done, or is done.
        if number % 400 == 399 {
            served.kill();
            served = Served::start(user);
            acknowledged.push(false);
            continue;
        }
        let answer = served.answer();
        acknowledged.push(answer["result"]["isError"] == false);
    }
    served.kill();
    acknowledged
}

#[test]
fn two_servers_that_are_killed_lose_nothing_that_they_acknowledged() {
    let user = Arc::new(User::new());
    let writers = ["one", "two"].map(|server| {
        let user = Arc::clone(&user);
        (server, std::thread::spawn(move || add_a_thousand(&user, server)))
    });
    let list = |()| arguments(&user, &["list", "--limit", "10000", "--json"]);
    let acknowledged: Vec<(&str, Vec<bool>)> =
        writers.into_iter().map(|(server, writer)| (server, writer.join().unwrap())).collect();
    let patterns: Vec<String> = list(())
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["error_pattern"].as_str().unwrap().to_owned()
        })
        .collect();
    for (server, answers) in acknowledged {
        assert_eq!(answers.iter().filter(|is_kept| **is_kept).count(), 998);
        for number in answers.iter().enumerate().filter(|(_, is_kept)| **is_kept).map(|(number, _)| number) {
            let pattern = format!("failure {number} of {server}");
            assert!(patterns.contains(&pattern), "{pattern} is lost");
        }
    }
}
