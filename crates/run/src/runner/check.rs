//! Looks at the calls of upstream tools before a program runs: a tool or a parameter that does not exist is said at once.

use codemode_source::{Call, Language, Reading};

use crate::catalog::{Catalog, ServerState};
use crate::host::ToolError;
use crate::outcome::Exception;
use crate::program::RunRequest;

/// Names by which a program asks whether there is something: it deals with its absence itself.
const ASKS: &[&str] = &["contextlib.suppress", "dir", "getattr", "hasattr", "vars"];

/// What `tools` has beside the servers.
const OF_TOOLS: &[&str] = &["call", "describe", "search", "servers"];

/// Global objects of JavaScript: a server of that name is only to be had under `tools`.
const JAVASCRIPT_GLOBALS: &[&str] = &[
    "Array",
    "Atomics",
    "Buffer",
    "Date",
    "Intl",
    "JSON",
    "Math",
    "Number",
    "Object",
    "Promise",
    "Reflect",
    "String",
    "URL",
    "WebAssembly",
    "console",
    "crypto",
    "fetch",
    "global",
    "globalThis",
    "module",
    "navigator",
    "performance",
    "process",
];

/// The first call that cannot work. Nothing is said of names that the program or its session may have bound itself.
pub(super) fn calls(
    catalog: &Catalog,
    reading: &Reading,
    request: &RunRequest,
    filename: &str,
) -> Result<(), Exception> {
    let asks = || reading.references.iter().any(|reference| ASKS.contains(&reference.name.as_str()));
    let is_unknown =
        request.session_id.is_some() || reading.bound.contains("*") || request.code.contains(".catch(");
    if catalog.servers().is_empty() || is_unknown || asks() {
        return Ok(());
    }
    for call in reading.calls.iter().filter(|call| !call.guarded) {
        let first = call.name.split('.').next().unwrap_or_default();
        if reading.bound.contains(first) || request.variables.contains_key(first) {
            continue;
        }
        check(catalog, call, request.language)
            .map_err(|error| exception(error, call, &request.code, filename))?;
    }
    Ok(())
}

fn check(catalog: &Catalog, call: &Call, language: Language) -> Result<(), ToolError> {
    let is_script = matches!(language, Language::JavaScript | Language::TypeScript);
    let parts: Vec<&str> = call.name.split('.').collect();
    let (server, tool) = match parts[..] {
        ["tools", name] if OF_TOOLS.contains(&name) => return Ok(()),
        ["tools", server, tool] => (server, tool),
        [server, tool] if catalog.server_names().any(|name| name == server) => {
            if is_script && JAVASCRIPT_GLOBALS.contains(&server) {
                return Ok(());
            }
            (server, tool)
        }
        _ => return Ok(()),
    };
    let is_ready =
        catalog.servers().iter().zip(catalog.server_names()).any(|(ready, name)| {
            (name == server || ready.name == server) && ready.state == ServerState::Ready
        });
    // Servers may still come up while the program runs.
    if tool.starts_with("__") || (!is_ready && catalog.tools_of(server).is_some()) {
        return Ok(());
    }
    let found = catalog.tool(server, tool)?;
    found.check_names(call.names.iter().map(String::as_str))?;
    call.places.map_or(Ok(()), |count| found.check_count(count))
}

fn exception(error: ToolError, call: &Call, code: &str, filename: &str) -> Exception {
    let line = code.lines().nth(call.line.saturating_sub(1) as usize).unwrap_or_default().trim();
    let place = format!("  File \"{filename}\", line {}\n    {line}", call.line);
    Exception {
        kind: "ToolError".to_owned(),
        traceback: format!("{place}\nToolError: {}", error.message),
        message: error.message,
        module: None,
        shown: false,
    }
}
