//! What a client reads before it calls anything, and what it costs.

use codemode_mcp::parse_tools;
use expect_test::expect_file;
use serde_json::json;

use crate::wire::{Bench, LEGACY};

/// Characters that a token holds in text of this kind; o200k has about four.
const CHARS_PER_TOKEN: usize = 4;

/// Tokens that the preset `lean` and the instructions may cost.
const LEAN_TOKENS_MAX: usize = 700;

#[tokio::test]
async fn the_tools_are_as_recorded_and_cost_little() {
    let mut bench = Bench::new();
    bench.options.tools = parse_tools("lean").unwrap();
    let mut client = bench.connect(LEGACY[3]);
    let instructions = client.initialize().await["result"]["instructions"].clone();
    let tools = client.ask("tools/list", json!({})).await["result"]["tools"].take();
    let mut chars = instructions.as_str().unwrap().chars().count();
    for tool in tools.as_array().unwrap() {
        // What a model is given of a tool: neither annotations nor _meta.
        let given = [&tool["name"], &tool["description"], &tool["inputSchema"]];
        chars += given.map(|part| part.to_string().chars().count()).iter().sum::<usize>();
    }
    let tokens = chars / CHARS_PER_TOKEN;
    assert!(tokens <= LEAN_TOKENS_MAX, "{tokens} tokens");
    let golden = format!("{:#}\n", json!({"instructions": instructions, "tokens": tokens, "tools": tools}));
    expect_file!["transcripts/tools.json"].assert_eq(&golden);
}

#[tokio::test]
async fn structured_output_promises_its_shape_and_keeps_it() {
    let mut bench = Bench::new();
    bench.options.structured_output = true;
    let mut client = bench.client(LEGACY[3]).await;
    let tools = client.ask("tools/list", json!({})).await["result"]["tools"].take();
    let promised = tools[0]["outputSchema"]["required"].clone();
    assert_eq!(promised, json!(["success", "stdout", "stderr", "duration_ms", "diagnostics"]));
    for (program, success, diagnostics) in [
        ("print a", json!(true), json!(null)),
        (
            "raise b",
            json!(false),
            json!({"error_type": "ValueError", "traceback": "  File \"main.sh\", line 1\nValueError: b"}),
        ),
        ("exit 3", json!(false), json!({"error_type": "EXIT"})),
    ] {
        let result = client.run(program).await;
        let report = &result["_meta"]["codemode/report"];
        let expected = json!({
            "success": success, "stdout": report["stdout"], "stderr": "", "duration_ms": "T",
            "diagnostics": diagnostics, "report": report,
        });
        assert_eq!(result["structuredContent"], expected);
    }
    let refused = client.call("execute_code", json!({})).await;
    assert_eq!(
        refused,
        json!({
            "content": [{"type": "text", "text": "invalid_argument: argument `code`: is required"}],
            "structuredContent": {
                "success": false, "stdout": "", "stderr": "invalid_argument: argument `code`: is required",
                "duration_ms": "T",
                "diagnostics": {"error_type": "INVALID_ARGUMENT", "message": "argument `code`: is required"},
            },
            "isError": true,
        })
    );
}

#[tokio::test]
async fn results_carry_no_structured_content_unless_it_is_asked_for() {
    let bench = Bench::new();
    let mut client = bench.client(LEGACY[3]).await;
    let result = client.run("print a").await;
    let fields: Vec<&String> = result.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["content", "isError", "_meta"]);
    let tools = client.ask("tools/list", json!({})).await["result"]["tools"].take();
    assert_eq!(tools[0].get("outputSchema"), None);
}
