//! Results: the sections of the text, the report, and the blocks behind them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::script::hex;
use crate::wire::{Bench, LEGACY, code, text};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
const GIF: &[u8] = b"GIF89arest";

async fn run(program: &str) -> Value {
    Bench::new().client(LEGACY[3]).await.run(program).await
}

#[tokio::test]
async fn the_sections_stand_in_their_order() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let program = "print out\nstderr careful\nvalue {\"a\":1}\nwrite new.bin 00\nraise it broke";
    let result =
        client.call("execute_code", json!({"code": program, "language": "bash", "session_id": "s"})).await;
    let expected = "out\n[stderr]\ncareful\n[value]\n{\"a\":1}\n[error]\n  File \"main.sh\", line 1\nValueError: it broke\n\
        [files]\nnew.bin (application/octet-stream, 1 bytes): codemode://sessions/s/new.bin\n\
        [run RUN · script/full · T ms · session s]";
    assert_eq!((text(&result), &result["isError"]), (expected, &json!(true)));
}

#[tokio::test]
async fn a_section_with_nothing_in_it_is_left_out() {
    for (program, expected) in [
        ("", "[run RUN · script/full · T ms]"),
        ("part x", "x\n[run RUN · script/full · T ms]"),
        ("value 5", "[value]\n5\n[run RUN · script/full · T ms]"),
        ("text <object>", "[value]\n<object>\n[run RUN · script/full · T ms]"),
        ("exit 3", "[error]\nExit code 3\n[run RUN · script/full · T ms]"),
        ("signal 9", "[error]\nKilled: signal 9 (SIGKILL)\n[run RUN · script/full · T ms]"),
    ] {
        assert_eq!(text(&run(program).await), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_keeps_what_was_printed_and_says_what_to_do() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let arguments = json!({"code": "print partial\nsleep", "language": "bash", "timeout": 2.5});
    let result = client.call("execute_code", arguments).await;
    let expected = "partial\n[error]\nTimeout: stopped after 2.5 s\n\
        hint: the program was stopped after 2.5 s; pass a larger `timeout` or do less in one run\n\
        [run RUN · script/full · T ms]";
    assert_eq!((text(&result), &result["isError"]), (expected, &json!(true)));
}

#[tokio::test]
async fn the_report_holds_every_key_of_the_contract_and_no_other() {
    let result = run("print out\nstderr careful\nvalue [1]\nwrite a.json 7b7d").await;
    let expected = json!({
        "run_id": "RUN", "engine": "script", "isolation": "full", "language": "bash", "session_id": null,
        "ending": {"kind": "finish"}, "success": true, "exit_code": 0, "value": [1],
        "stdout": "out\n", "stderr": "careful\n", "stdout_bytes": 4, "stderr_bytes": 8, "truncated": false,
        "duration_ms": "T", "cpu_ms": 3, "memory_peak_bytes": 4096, "packages_installed": [], "tool_calls": [],
        "files": [{
            "name": "a.json", "mime_type": "application/json", "bytes": 2,
            "uri": "codemode://sessions/default/a.json",
        }],
        "attempts": 1, "hints": [],
    });
    assert_eq!(result["_meta"], json!({"codemode/report": expected}));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&result["_meta"]["codemode/report"]), keys(&expected));
}

#[tokio::test]
async fn every_ending_has_its_shape() {
    let traceback = "  File \"main.sh\", line 1\nValueError: x";
    for (program, ending, exit_code) in [
        ("exit 4", json!({"kind": "exit", "code": 4}), 4),
        (
            "raise x",
            json!({"kind": "raise", "type": "ValueError", "message": "x", "traceback": traceback, "module": null}),
            1,
        ),
        ("signal 11", json!({"kind": "kill", "cause": "signal", "signal": 11}), 139),
    ] {
        let report = &run(program).await["_meta"]["codemode/report"];
        assert_eq!((&report["ending"], &report["exit_code"]), (&ending, &json!(exit_code)));
    }
}

#[tokio::test]
async fn our_own_failure_says_what_to_do_and_shows_no_cause() {
    let hint = "hint: `codemode doctor` says what works here; the log has the cause";
    let expected = format!("engine_failed: failed to reach the interpreter\n{hint}");
    assert_eq!(run("die").await, json!({"content": [{"type": "text", "text": expected}], "isError": true}));
}

#[tokio::test]
async fn blocks_stand_in_the_order_of_the_contract() {
    let program = format!(
        "display text/plain {}\ndisplay image/png {}\ndisplay image/svg+xml {}\nwrite a.bin 00ff\nwrite b.md {}\nwrite c.gif {}",
        hex("shown"),
        hex(PNG),
        hex("<svg/>"),
        hex("# Title\n```\ncode\n```\n"),
        hex(GIF),
    );
    let result = run(&program).await;
    let content = result["content"].as_array().unwrap();
    let expected = [
        json!({"type": "image", "data": STANDARD.encode(PNG), "mimeType": "image/png"}),
        json!({"type": "image", "data": STANDARD.encode(GIF), "mimeType": "image/gif"}),
        json!({"type": "text", "text": "```\nshown\n```"}),
        json!({"type": "text", "text": "b.md\n````markdown\n# Title\n```\ncode\n```\n````"}),
        json!({"type": "resource", "resource": {
            "uri": "codemode://runs/RUN/display/2", "mimeType": "image/svg+xml", "text": "<svg/>",
        }}),
        json!({"type": "resource", "resource": {
            "uri": "codemode://sessions/default/a.bin", "mimeType": "application/octet-stream", "blob": "AP8=",
        }}),
    ];
    assert_eq!(content[1..], expected);
}

#[tokio::test]
async fn what_only_calls_itself_a_picture_is_none() {
    let result = run(&format!("write fake.png {}", hex("no picture"))).await;
    let uri = "codemode://sessions/default/fake.png";
    let expected =
        json!({"type": "resource", "resource": {"uri": uri, "mimeType": "image/png", "text": "no picture"}});
    assert_eq!(result["content"].as_array().unwrap()[1..], [expected]);
}

#[tokio::test]
async fn a_large_file_is_linked_to_and_a_long_text_is_cut() {
    let program = format!("big data.zip 65537\nwrite long.txt {}", hex("x".repeat(20_003)));
    let result = run(&program).await;
    let cut = "codemode://sessions/default/long.txt";
    let shown = format!("long.txt\n```\n{}\n```\n[... 3 more characters: {cut} ...]", "x".repeat(20_000));
    let link = json!({
        "type": "resource_link", "uri": "codemode://sessions/default/data.zip", "name": "data.zip",
        "mimeType": "application/zip", "size": 65537,
    });
    assert_eq!(result["content"].as_array().unwrap()[1..], [json!({"type": "text", "text": shown}), link]);
}

#[tokio::test]
async fn a_client_that_knows_no_links_finds_the_address_in_the_text() {
    let bench = Bench::new();
    let result = bench.client(LEGACY[1]).await.run("big data.zip 65537").await;
    let expected = "[files]\ndata.zip (application/zip, 65537 bytes): codemode://sessions/default/data.zip\n\
        [run RUN · script/full · T ms]";
    assert_eq!(result["content"], json!([{"type": "text", "text": expected}]));
}

#[tokio::test]
async fn five_files_are_shown_pictures_first_and_all_are_named() {
    let texts: Vec<String> =
        (0..6).map(|place| format!("write {place}.txt {}", hex(format!("{place}")))).collect();
    let result = run(&format!("{}\nwrite z.png {}", texts.join("\n"), hex(PNG))).await;
    let content = result["content"].as_array().unwrap();
    let kinds: Vec<&str> = content.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "image", "text", "text", "text", "text"]);
    assert_eq!(content[5]["text"], "3.txt\n```\n3\n```");
    let named: Vec<&str> =
        text(&result).lines().filter_map(|line| line.split_once(" (")).map(|(name, _)| name).collect();
    assert_eq!(named, ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "z.png"]);
}

#[tokio::test]
async fn the_name_of_a_file_cannot_pass_for_a_section() {
    let result = run("write a\u{1b}[31mb.zip 00").await;
    let uri = "codemode://sessions/default/a%1B%5B31mb.zip";
    let expected = format!(
        "[files]\na\u{FFFD}[31mb.zip (application/zip, 1 bytes): {uri}\n[run RUN · script/full · T ms]"
    );
    assert_eq!(text(&result), expected);
}

#[tokio::test]
async fn arguments_that_are_wrong_are_named_with_what_was_expected() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    for (arguments, expected) in [
        (json!({}), "argument `code`: is required"),
        (json!({"code": ["x"]}), "argument `code`: expected text, got [\"x\"]"),
        (
            json!({"code": "", "language": "perl"}),
            "argument `language`: unknown language `perl`; valid are python, javascript, typescript, bash",
        ),
        (
            json!({"code": "", "timeout": "3"}),
            "argument `timeout`: expected a number of seconds from 0 on, got \"3\"",
        ),
        (
            json!({"code": "", "language": "sh", "timeout": 0}),
            "argument `timeout`: 0 s is out of range; expected more than 0 and at most 86400 s",
        ),
        (
            json!({"code": "", "packages": "numpy"}),
            "argument `packages`: expected a list of text, got \"numpy\"",
        ),
        (json!({"code": "", "variables": [1]}), "argument `variables`: expected an object, got [1]"),
        (
            json!({"code": "", "files": {"a": 1}}),
            "argument `files`: expected an object of path and text, got {\"a\":1}",
        ),
        (
            json!({"code": "", "language": "sh", "session_id": "../x"}),
            "argument `session_id`: `../x` is not a session id; expected 1 to 64 letters, digits, `-`, `_` or `.`, \
             not starting with a dot",
        ),
        (
            json!({"code": "", "max_retries": 0}),
            "argument `max_retries`: unknown; the arguments are code, language, session_id, timeout, packages, \
             variables, files, description",
        ),
    ] {
        let result = client.call("execute_code", arguments).await;
        let text = format!("invalid_argument: {expected}");
        assert_eq!(result, json!({"content": [{"type": "text", "text": text}], "isError": true}));
    }
}

#[tokio::test]
async fn files_and_arguments_reach_the_run() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let arguments = json!({
        "code": "count", "language": "bash", "session_id": "a", "files": {"in/x.txt": "given"},
        "description": "counts", "variables": {"n": 1}, "timeout": 5,
    });
    client.call("execute_code", arguments).await;
    let uri = "codemode://sessions/a/in/x.txt";
    let answer = client.ask("resources/read", json!({"uri": uri})).await;
    let contents = json!([{"uri": uri, "mimeType": "text/plain", "text": "given"}]);
    assert_eq!(answer["result"], json!({"contents": contents}));
    // Without a session the interpreter is a fresh one.
    let fresh = client.call("execute_code", code("count")).await;
    assert_eq!(text(&fresh), "1\n[run RUN · script/full · T ms]");
}
