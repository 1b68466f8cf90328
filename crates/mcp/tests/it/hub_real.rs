//! Real servers from npm and PyPI, which `.ci/upstreams` installs into `target/upstreams`. Where they are not installed
//! the test says so; CI installs them, and `CODEMODE_TEST_UPSTREAMS_REQUIRED` makes their absence a failure.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use codemode_run::{ServerState, Tools};
use serde_json::{Value, json};

use crate::hub_support::{Bench, census, mark};

fn installed() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/upstreams");
    if folder.join("node_modules").is_dir() && folder.join("python/bin").is_dir() {
        return Some(folder.canonicalize().unwrap());
    }
    assert!(std::env::var_os("CODEMODE_TEST_UPSTREAMS_REQUIRED").is_none(), "run .ci/upstreams first");
    println!("skipped: the servers are not installed; run .ci/upstreams");
    None
}

/// The seven servers over a folder with a repository in it.
fn servers(installed: &Path, folder: &Path) -> Value {
    let npm = |name: &str, arguments: Value| json!({"command": installed.join("node_modules/.bin").join(name), "args": arguments});
    let python = |name: &str, arguments: Value| json!({"command": installed.join("python/bin").join(name), "args": arguments});
    let mut memory = npm("mcp-server-memory", json!([]));
    memory["env"] = json!({"MEMORY_FILE_PATH": folder.join("memory.jsonl")});
    json!({
        "everything": npm("mcp-server-everything", json!([])),
        "fetch": python("mcp-server-fetch", json!([])),
        "filesystem": npm("mcp-server-filesystem", json!([folder])),
        "git": python("mcp-server-git", json!(["-r", folder])),
        "memory": memory,
        "sequential-thinking": npm("mcp-server-sequential-thinking", json!([])),
        "time": python("mcp-server-time", json!(["--local-timezone", "UTC"])),
    })
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.txt"), "from a file").unwrap();
    let git = |arguments: &[&str]| {
        let status =
            Command::new("git").arg("-C").arg(folder.path()).args(arguments).output().unwrap().status;
        assert!(status.success());
    };
    git(&["init", "-q"]);
    git(&[
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "the first",
    ]);
    folder
}

#[tokio::test]
async fn real_servers_connect_in_parallel_and_answer() {
    let Some(installed) = installed() else { return };
    let folder = repository();
    let bench = Bench::with(servers(&installed, folder.path()), mark(), None);
    let started = Instant::now();
    bench.hub.connect().await;
    println!("all ready after {:?}", started.elapsed());
    let report = bench.hub.report();
    let known: Vec<(&str, &ServerState, usize, usize)> = report
        .iter()
        .map(|server| (server.name.as_str(), &server.state, server.tools, server.warnings.len()))
        .collect();
    let ready = &ServerState::Ready;
    assert_eq!(
        known,
        [
            ("everything", ready, 13, 0),
            ("fetch", ready, 1, 0),
            ("filesystem", ready, 14, 0),
            ("git", ready, 12, 0),
            ("memory", ready, 9, 0),
            ("sequential-thinking", ready, 1, 0),
            ("time", ready, 2, 0),
        ]
    );

    assert_eq!(bench.text("everything", "echo", json!({"message": "hi"})).await, "Echo: hi");
    let path = folder.path().join("note.txt");
    let file = bench.call("filesystem", "read_text_file", json!({"path": path})).await.unwrap();
    assert_eq!(file.structured, Some(json!({"content": "from a file"})));
    let log = bench.call("git", "git_log", json!({"repo_path": folder.path()})).await.unwrap();
    assert!(format!("{log:?}").contains("the first"));
    let entities = json!([{"name": "Ada", "entityType": "person", "observations": ["wrote a program"]}]);
    let created = bench.call("memory", "create_entities", json!({"entities": entities})).await.unwrap();
    assert_eq!(created.structured, Some(json!({"entities": entities})));
    let thought =
        json!({"thought": "one", "nextThoughtNeeded": false, "thoughtNumber": 1, "totalThoughts": 1});
    bench.call("sequential-thinking", "sequentialthinking", thought).await.unwrap();
    let noon = json!({"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"});
    let converted = bench.call("time", "convert_time", noon).await.unwrap();
    assert!(format!("{converted:?}").contains("21:00:00+09:00"), "{converted:?}");
    // Nothing listens there: the tool itself says that it failed.
    let fetched = bench.call("fetch", "fetch", json!({"url": "http://127.0.0.1:9/"})).await.unwrap_err();
    assert!(matches!(fetched.code.as_str(), "tool_error" | "protocol_error"), "{fetched:?}");
    let place = folder.path().to_str().unwrap();
    assert_eq!(census(place).len(), 2);
    bench.hub.close().await;
    assert_eq!(census(place), Vec::<String>::new());

    let again = bench.again();
    let started = Instant::now();
    let tools: usize = again.hub.catalog().servers().iter().map(|server| server.tools.len()).sum();
    println!("{tools} tools known again after {:?}", started.elapsed());
    assert_eq!(tools, 52);
    again.end().await;
}
