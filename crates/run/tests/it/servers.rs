//! A program that names a server of which nothing is known waits for it; any other does not.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use codemode_run::{
    Catalog, Ending, Engine, Isolation, Language, RunRequest, ServerState, ServerTools, Tool, ToolCall,
    ToolError, ToolResult, Tools,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::script::{Bench, Script};

/// Two servers, each known from the moment on at which somebody waited for it.
#[derive(Debug, Default)]
struct Late {
    settled: Mutex<Vec<String>>,
    /// Whether waiting takes forever.
    stuck: bool,
}

#[async_trait]
impl Tools for Late {
    fn catalog(&self) -> Arc<Catalog> {
        let settled = self.settled.lock().unwrap();
        let server = |name: &str| {
            let known = settled.iter().any(|settled| settled == name);
            let tool = Tool {
                server: name.to_owned(),
                name: "echo".to_owned(),
                title: None,
                description: String::new(),
                input_schema: json!({"type": "object", "properties": {"message": {"type": "string"}}}),
                output_schema: None,
                read_only: false,
                destructive: false,
            };
            ServerTools {
                name: name.to_owned(),
                state: if known { ServerState::Ready } else { ServerState::Connecting },
                tools: if known { vec![tool] } else { Vec::new() },
            }
        };
        Arc::new(Catalog::new(vec![server("late"), server("other-one")]))
    }

    async fn settle(&self, servers: &[&str]) {
        if self.stuck {
            std::future::pending::<()>().await;
        }
        self.settled.lock().unwrap().extend(servers.iter().map(ToString::to_string));
    }

    async fn call(&self, call: ToolCall, _cancel: CancellationToken) -> Result<ToolResult, ToolError> {
        unreachable!("the script calls nothing: {call:?}")
    }
}

/// How a Python program ends, which servers were waited for, and what a reader heard meanwhile.
async fn run(code: &str) -> (String, Vec<String>, Option<String>) {
    let tools = Arc::new(Late::default());
    let mut bench = Bench::new(vec![Arc::new(Script::new("jail", Isolation::Full)) as Arc<dyn Engine>]);
    bench.options.tools = Arc::clone(&tools) as _;
    let runs = bench.runs();
    let recorder = runs.runner().recorder("r");
    let request = RunRequest::new(Language::Python, code);
    let report = runs.runner().run("r", request, &recorder, CancellationToken::new()).await.unwrap();
    let ending = match report.ending {
        Some(Ending::Raise(exception)) => exception.message,
        other => format!("{other:?}"),
    };
    let settled = tools.settled.lock().unwrap().clone();
    (ending, settled, recorder.take_rest())
}

#[tokio::test]
async fn a_server_that_is_named_is_waited_for() {
    let heard = |names: &str| Some(format!("[connecting {names}]\n"));
    let finished = "Some(Finish)".to_owned();
    let late = vec!["late".to_owned()];
    assert_eq!(run("late.echo(message='x')").await, (finished.clone(), late.clone(), heard("late")));
    assert_eq!(run("tools.call('late', 'echo', {})").await, (finished.clone(), late, heard("late")));
    let other = vec!["other-one".to_owned()];
    assert_eq!(run("other_one.echo('x')").await, (finished.clone(), other, heard("other-one")));
    let both = vec!["late".to_owned(), "other-one".to_owned()];
    assert_eq!(run("tools.search('echo')").await, (finished, both, heard("late, other-one")));
    // What was learned is used: the program is looked at afterwards.
    let (ending, ..) = run("late.nothing()").await;
    assert!(ending.contains("late has no tool `nothing`") && ending.contains("echo"), "{ending}");
}

#[tokio::test]
async fn a_program_that_names_none_waits_for_none() {
    assert_eq!(run("print('later', 1)").await, ("Some(Finish)".to_owned(), vec![], None));
}

#[tokio::test]
async fn a_run_that_is_taken_back_waits_no_longer() {
    let mut bench = Bench::new(vec![Arc::new(Script::new("jail", Isolation::Full)) as Arc<dyn Engine>]);
    bench.options.tools = Arc::new(Late { stuck: true, ..Late::default() });
    let runs = bench.runs();
    let run = runs.start(RunRequest::new(Language::Bash, "print late.echo"));
    while run.recorder().take_lines().is_none() {
        run.recorder().changed().await;
    }
    run.cancel();
    let end = run.finish().await;
    let report = end.as_ref().as_ref().unwrap();
    assert_eq!(report.ending, Some(Ending::Cancel));
}
