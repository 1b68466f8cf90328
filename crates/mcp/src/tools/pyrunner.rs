//! The tools that mcp-pyrunner had, with its names of arguments and its defaults.

use serde_json::{Value, json};

use super::ToolName;

/// The definition of one of them as `tools/list` carries it; `None` for a tool that is not one of them.
pub(super) fn definition(tool: ToolName) -> Option<Value> {
    let (title, description, required, properties): (_, _, &[&str], _) = match tool {
        ToolName::AddLearning => (
            "Add a learning",
            "Keep what mends an error; runs that fail with a matching error are told.",
            &["error_pattern", "solution", "context"],
            json!({
                "error_pattern": {"type": "string", "description": "regular expression or text of the error"},
                "solution": text(),
                "context": text(),
                "tags": {"type": "string", "description": "comma separated", "default": ""},
            }),
        ),
        ToolName::Configure => (
            "Configure",
            "View settings or set one; what isolates programs only a person changes.",
            &[],
            json!({
                "action": {"type": "string", "enum": ["view", "set"], "default": "view"},
                "key": {"type": "string", "default": ""},
                "value": {"type": "string", "default": ""},
            }),
        ),
        ToolName::GetLearnings => (
            "Get learnings",
            "Learnings that fit the words, or the newest.",
            &[],
            json!({"search": {"type": "string", "default": ""}}),
        ),
        ToolName::GetSystemContext => {
            ("Get system context", "What this machine offers to programs.", &[], json!({}))
        }
        ToolName::PipInstall => (
            "Install a package",
            "Install a Python package for the programs to come.",
            &["package_name"],
            json!({"package_name": {"type": "string", "description": "such as pandas or pandas>=2,<3"}}),
        ),
        ToolName::RecordSemanticFailure => (
            "Record a semantic failure",
            "Keep what worked when a program ran and did the wrong thing.",
            &["objective", "failed_approach", "successful_approach"],
            json!({
                "objective": text(),
                "failed_approach": text(),
                "successful_approach": text(),
                "context": {"type": "string", "default": ""},
                "tags": {"type": "string", "default": ""},
            }),
        ),
        ToolName::RunPython => {
            ("Run Python", "Run a Python program; missing imports are installed.", &["code"], run_python())
        }
        ToolName::RunPythonStream => (
            "Run Python, streaming",
            "Like run_python; its output comes as progress while it runs.",
            &["code"],
            run_python(),
        ),
        ToolName::RunWithRetry => (
            "Run Python with retries",
            "Like run_python; starts again after a missing package, a timeout or a passing network error, never after an error of the program's own.",
            &["code"],
            json!({
                "code": text(),
                "description": {"type": "string", "default": ""},
                "max_retries": {"type": "integer", "description": "attempts", "minimum": 1, "default": 3},
                "timeout": {"type": "number", "description": "seconds"},
            }),
        ),
        ToolName::ExecuteCode | ToolName::SearchTools | ToolName::WaitRun => return None,
    };
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let annotations = match tool {
        ToolName::GetLearnings | ToolName::GetSystemContext => {
            json!({"title": title, "readOnlyHint": true, "openWorldHint": false})
        }
        ToolName::AddLearning | ToolName::Configure | ToolName::RecordSemanticFailure => {
            json!({"title": title, "readOnlyHint": false, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false})
        }
        _ => {
            json!({"title": title, "readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true})
        }
    };
    Some(
        json!({"name": tool.name(), "description": description, "inputSchema": schema, "annotations": annotations}),
    )
}

fn text() -> Value {
    json!({"type": "string"})
}

fn run_python() -> Value {
    json!({
        "code": text(),
        "description": {"type": "string", "default": ""},
        "timeout": {"type": "number", "description": "seconds"},
        "auto_install": {"type": "boolean", "default": true},
    })
}
