//! `codemode tools`.

use std::process::ExitCode;

use clap::Subcommand;
use codemode_mcp::hub::{AcceptError, Hub, LoginError, ServerReport};
use codemode_run::{Tool, Tools};
use serde_json::{Value, json};

use super::{Failure, Outcome, Surroundings};
use crate::terminal::{BAD, GOOD, HEADING, QUIET, note, out, styled};
use crate::upstreams;

/// Characters of a description in a list.
const LINE_CHARS: usize = 90;

/// Hits of a search.
const HITS: usize = 20;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode tools search create issue")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Accepts what a server's tools say now, after they changed
    Accept {
        /// A server, or one tool as SERVER.TOOL
        what: String,
    },
    /// Shows every server and its tools
    List,
    /// Signs you in at a remote server that wants authorization
    Login {
        /// The server
        server: String,
    },
    /// Forgets the tokens of a remote server
    Logout {
        /// The server
        server: String,
    },
    /// Finds tools by words
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Shows one tool with its parameters
    Show {
        /// The tool, as SERVER.TOOL
        tool: String,
    },
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let hub = upstreams::hub(&surroundings.layers()?, &surroundings.paths, &surroundings.variables, None)?;
    let runtime = super::runtime()?;
    runtime.block_on(async {
        match &arguments.command {
            Some(Command::Accept { what }) => return accept(&hub, what).await,
            Some(Command::Login { server }) => return login(&hub, server).await,
            Some(Command::Logout { server }) => return logout(&hub, server),
            _ => {}
        }
        upstreams::connect(&hub).await;
        let shown = match &arguments.command {
            Some(Command::Search { words }) => Ok(search(&hub, words, arguments.json)),
            Some(Command::Show { tool }) => show(&hub, tool, arguments.json),
            _ => Ok(list(&hub, arguments.json)),
        };
        hub.close().await;
        out(&shown?);
        Ok(ExitCode::SUCCESS)
    })
}

async fn login(hub: &Hub, server: &str) -> Outcome {
    // The page is all that goes to stdout: it can be piped to whatever opens pages.
    let open = |page: &str| {
        note("Open this page to sign in; codemode waits until you come back from it:");
        out(&format!("{page}\n"));
    };
    hub.login(server, open).await.map_err(unauthorized)?;
    note(&format!("signed in at {server}"));
    hub.close().await;
    Ok(ExitCode::SUCCESS)
}

fn logout(hub: &Hub, server: &str) -> Outcome {
    let had = hub.logout(server).map_err(unauthorized)?;
    note(&if had { format!("signed out at {server}") } else { format!("there was no token for {server}") });
    Ok(ExitCode::SUCCESS)
}

fn unauthorized(error: LoginError) -> Failure {
    let hint = match &error {
        LoginError::Server(_) => "`codemode tools` shows the servers; those with a `url` are remote",
        LoginError::Refused { .. } | LoginError::Way { .. } => {
            "some servers want a token instead: set an `Authorization` header in the configuration"
        }
    };
    Failure { hint: Some(hint.to_owned()), error: error.into() }
}

async fn accept(hub: &Hub, what: &str) -> Outcome {
    let accepted = match accept_known(hub, what) {
        // Nothing was listed here yet: ask the servers.
        Err(AcceptError::Server(_)) => {
            upstreams::connect(hub).await;
            accept_known(hub, what)
        }
        known => known,
    };
    hub.close().await;
    let accepted = accepted.map_err(|error| Failure {
        error: error.into(),
        hint: Some("`codemode tools` shows the servers, and what of them is held back".to_owned()),
    })?;
    note(&match accepted.as_slice() {
        [] => "nothing was held back".to_owned(),
        names => format!("accepted: {}", names.join(", ")),
    });
    Ok(ExitCode::SUCCESS)
}

/// A server's name may hold a dot, so the whole is tried first and the split from the right last.
fn accept_known(hub: &Hub, what: &str) -> Result<Vec<String>, AcceptError> {
    let whole = hub.accept(what, None);
    match (&whole, what.match_indices('.').next()) {
        (Err(AcceptError::Server(_)), Some(_)) => {
            let splits = what.match_indices('.').map(|(dot, _)| (&what[..dot], &what[dot + 1..]));
            let mut tried = splits.map(|(server, tool)| hub.accept(server, Some(tool)));
            let found = tried.find(|result| !matches!(result, Err(AcceptError::Server(_))));
            found.unwrap_or(whole)
        }
        _ => whole,
    }
}

fn every_tool(hub: &Hub) -> Vec<Tool> {
    let catalog = hub.catalog();
    let code = catalog.servers().iter().flat_map(|server| server.tools.clone());
    let mut tools: Vec<Tool> = code.chain(hub.direct()).collect();
    tools.dedup_by(|one, other| (&one.server, &one.name) == (&other.server, &other.name));
    tools
}

fn list(hub: &Hub, as_json: bool) -> String {
    let (reports, tools, shadowed) = (hub.report(), every_tool(hub), hub.shadowed());
    if as_json {
        let server = |report: &ServerReport| {
            let mine = tools.iter().filter(|tool| tool.server == report.name).map(brief_json);
            let (state, reason) = upstreams::state(&report.state);
            let held =
                report.held.iter().map(|held| json!({"tool": held.tool, "difference": held.difference}));
            let value = json!({
                "state": state, "reason": reason, "tools": mine.collect::<Vec<_>>(),
                "held": held.collect::<Vec<_>>(), "warnings": report.warnings,
            });
            (report.name.clone(), value)
        };
        let servers: serde_json::Map<String, Value> = reports.iter().map(server).collect();
        return format!("{:#}\n", json!({"servers": servers, "shadowed": shadowed}));
    }
    let mut text: String = reports.iter().map(|report| server_text(report, &tools)).collect();
    for (tool, servers) in shadowed {
        text.push_str(&format!("note: `{tool}` is a tool of {}\n", servers.join(" and of ")));
    }
    if text.is_empty() {
        text.push_str(
            "no servers are configured; put them into mcp_servers.json beside `codemode config path`\n",
        );
    }
    text
}

fn server_text(report: &ServerReport, tools: &[Tool]) -> String {
    let (state, reason) = upstreams::state(&report.state);
    let style = if state == "ready" { GOOD } else { BAD };
    let mut text = format!("{}  {}", styled(HEADING, &report.name), styled(style, state));
    text.push_str(&match reason {
        Some(reason) => format!("  {reason}\n"),
        None => format!("  {} tools\n", report.tools),
    });
    for tool in tools.iter().filter(|tool| tool.server == report.name) {
        text.push_str(&tool_line(tool));
    }
    for warning in &report.warnings {
        text.push_str(&format!("  {}: {warning}\n", styled(BAD, "warning")));
    }
    for held in &report.held {
        text.push_str(&format!("  {} {}\n", styled(BAD, "held back:"), held.tool));
        held.difference.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
        let mend = format!("codemode tools accept {}.{}", report.name, held.tool);
        text.push_str(&format!("    {}\n", styled(QUIET, &mend)));
    }
    text
}

fn tool_line(tool: &Tool) -> String {
    let first = tool.description.lines().next().unwrap_or_default();
    let line: String = first.chars().take(LINE_CHARS).collect();
    format!("  {}  {}\n", tool.name, styled(QUIET, &line))
}

fn brief_json(tool: &Tool) -> Value {
    json!({
        "name": tool.name, "title": tool.title, "description": tool.description,
        "read_only": tool.read_only, "destructive": tool.destructive,
    })
}

fn whole_json(tool: &Tool) -> Value {
    let mut value = json!({"server": tool.server});
    if let (Value::Object(value), Value::Object(brief)) = (&mut value, brief_json(tool)) {
        value.extend(brief);
    }
    value["input_schema"] = tool.input_schema.clone();
    value["output_schema"] = json!(tool.output_schema);
    value
}

/// Counts in how many places each word stands: a name counts more than a parameter, and that more than a description.
fn search(hub: &Hub, words: &[String], as_json: bool) -> String {
    let words: Vec<String> =
        words.iter().flat_map(|word| word.split_whitespace()).map(str::to_lowercase).collect();
    let mut hits: Vec<(usize, Tool)> = every_tool(hub)
        .into_iter()
        .map(|tool| (score(&tool, &words), tool))
        .filter(|hit| hit.0 > 0)
        .collect();
    hits.sort_by(|one, other| {
        other.0.cmp(&one.0).then_with(|| (&one.1.server, &one.1.name).cmp(&(&other.1.server, &other.1.name)))
    });
    hits.truncate(HITS);
    if as_json {
        return format!("{:#}\n", hits.iter().map(|(_, tool)| whole_json(tool)).collect::<Value>());
    }
    if hits.is_empty() {
        return "no tool has these words\n".to_owned();
    }
    hits.iter().map(|(_, tool)| format!("{}.{}", tool.server, tool_line(tool).trim_start())).collect()
}

fn score(tool: &Tool, words: &[String]) -> usize {
    let name =
        format!("{} {} {}", tool.server, tool.name, tool.title.as_deref().unwrap_or_default()).to_lowercase();
    let parameters = tool.input_schema["properties"].as_object().into_iter().flatten();
    let parameters = parameters.map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>().join(" ");
    let description = tool.description.to_lowercase();
    let weigh = |word: &String| {
        let word = word.as_str();
        usize::from(name.contains(word)) * 4
            + usize::from(parameters.contains(word)) * 2
            + usize::from(description.contains(word))
    };
    words.iter().map(weigh).sum()
}

fn show(hub: &Hub, name: &str, as_json: bool) -> Result<String, Failure> {
    let tools = every_tool(hub);
    let Some(tool) = tools.iter().find(|tool| format!("{}.{}", tool.server, tool.name) == name) else {
        return Err(Failure {
            error: format!("no tool `{name}` is known").into(),
            hint: Some("`codemode tools` shows them; name one as SERVER.TOOL".to_owned()),
        });
    };
    if as_json {
        return Ok(format!("{:#}\n", whole_json(tool)));
    }
    let mut text = format!("{}\n", styled(HEADING, name));
    if let Some(title) = &tool.title {
        text.push_str(&format!("{title}\n"));
    }
    text.push_str(&format!("\n{}\n\nparameters: {:#}\n", tool.description, tool.input_schema));
    if let Some(output) = &tool.output_schema {
        text.push_str(&format!("result: {output:#}\n"));
    }
    Ok(text)
}
