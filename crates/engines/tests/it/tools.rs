//! Upstream tools inside programs: every call style in every language.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use codemode_run::{
    Block, Catalog, Ending, Isolation, Language, Limits, Nothing, Observed, Policy, Report, RunRequest,
    Runner, RunnerOptions, ServerState, ServerTools, Tool, ToolCall, ToolError, ToolResult, Tools, Value,
};
use serde_json::{Value as Json, json};
use tokio::sync::Barrier;
use tokio_util::sync::CancellationToken;

use super::bench;
use crate::support::{Bench, lacks, without_marks};

/// Servers in memory: `math-tools` and `github`.
#[derive(Debug)]
struct Fake {
    catalog: Arc<Catalog>,
    /// Where calls of `meet` wait until there are as many.
    meeting: Barrier,
}

/// Calls that have to be open at once before one of them is answered.
const MEETING: usize = 3;

impl Fake {
    fn new() -> Self {
        let tools = [
            (
                "add",
                "Adds two numbers. Nothing else.",
                json!({"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number", "default": 1}}, "required": ["a"]}),
            ),
            (
                "slow",
                "Answers after a while.",
                json!({"type": "object", "properties": {"ms": {"type": "integer"}}}),
            ),
            ("fail", "Fails.", json!({"type": "object", "properties": {}})),
            ("text", "Text.", json!({"type": "object", "properties": {}})),
            ("meet", "Answers when others wait too.", json!({"type": "object", "properties": {}})),
            ("picture", "A picture.", json!({"type": "object", "properties": {}})),
            ("class", "A keyword.", json!({"type": "object", "properties": {"from": {"type": "string"}}})),
            ("big", "Many bytes.", json!({"type": "object", "properties": {"bytes": {"type": "integer"}}})),
        ];
        let tool = |(name, description, input_schema): (&str, &str, Json)| Tool {
            server: "math-tools".to_owned(),
            name: name.to_owned(),
            title: None,
            description: description.to_owned(),
            input_schema,
            output_schema: None,
            read_only: true,
            destructive: false,
        };
        let tools = tools.into_iter().map(tool).collect();
        let server = ServerTools { name: "math-tools".to_owned(), state: ServerState::Ready, tools };
        Self { catalog: Arc::new(Catalog::new(vec![server])), meeting: Barrier::new(MEETING) }
    }
}

#[async_trait]
impl Tools for Fake {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    async fn call(&self, call: ToolCall, _cancel: CancellationToken) -> Result<ToolResult, ToolError> {
        let number = |name: &str| call.arguments.get(name).and_then(Json::as_f64);
        let whole = |name: &str| call.arguments.get(name).and_then(Json::as_u64).unwrap_or(0);
        Ok(match call.tool.as_str() {
            "add" => {
                let sum = number("a").unwrap() + number("b").unwrap_or(1.0);
                ToolResult { structured: Some(json!({"sum": sum})), ..ToolResult::default() }
            }
            "slow" => {
                tokio::time::sleep(Duration::from_millis(whole("ms"))).await;
                text("{\"slept\": true}")
            }
            "fail" => {
                let data = json!({"why": "asked to"});
                return Err(ToolError {
                    code: "tool_failed".to_owned(),
                    data,
                    message: "it failed".to_owned(),
                });
            }
            "picture" => {
                let image =
                    Block::Image { bytes: b"\x89PNG....".to_vec(), mime_type: "image/png".to_owned() };
                ToolResult { blocks: vec![image], ..ToolResult::default() }
            }
            "big" => text(&"x".repeat(usize::try_from(whole("bytes")).unwrap())),
            "meet" => match tokio::time::timeout(Duration::from_secs(20), self.meeting.wait()).await {
                Ok(_) => text("met"),
                Err(_) => text("alone"),
            },
            "class" => text(call.arguments.get("from").and_then(Json::as_str).unwrap_or("nothing")),
            _ => text("plain text"),
        })
    }
}

fn text(text: &str) -> ToolResult {
    ToolResult { blocks: vec![Block::Text(text.to_owned())], ..ToolResult::default() }
}

struct Workshop {
    _bench: Bench,
    runner: Runner,
}

impl Workshop {
    fn new(limits: Limits) -> Self {
        let bench = bench();
        let runner = Runner::new(RunnerOptions {
            engine: Some(bench.engine.name().to_owned()),
            engines: vec![Arc::clone(&bench.engine)],
            journal: Arc::new(Nothing),
            limits,
            memory: Arc::new(codemode_run::NoMemory),
            minimum: Isolation::None,
            packages: codemode_run::packages::Packages::default(),
            policy: Policy::default(),
            shapes: Arc::<Observed>::default(),
            spool: bench.workspace.path().join("spool"),
            tools: Arc::new(Fake::new()),
            workspace: None,
            workspaces: bench.workspace.path().join("workspaces"),
        });
        Self { _bench: bench, runner }
    }

    async fn report(&self, language: Language, code: &str) -> Report {
        let run_id = self.runner.new_run_id();
        let recorder = self.runner.recorder(&run_id);
        let request = RunRequest::new(language, code);
        self.runner.run(&run_id, request, &recorder, CancellationToken::new()).await.unwrap()
    }
}

/// Output, ending and value of a program.
fn seen(report: &Report) -> String {
    let ending = match report.ending.as_ref().unwrap() {
        Ending::Raise(exception) => format!("raise {}", without_marks(&exception.traceback)),
        Ending::Exit { code } => format!("exit {code}"),
        ending => ending.kind().to_owned(),
    };
    let value = match &report.value {
        None => String::new(),
        Some(Value::Json { json, .. }) => format!(" = {json}"),
        Some(Value::Text { text, .. }) => format!(" = {text}"),
    };
    format!("{}{}{ending}{value}", report.stdout.text, report.stderr.text)
}

async fn each(language: Language, cases: &[(&str, &str)]) {
    let workshop = Workshop::new(Limits::default());
    for (code, expected) in cases {
        assert_eq!(seen(&workshop.report(language, code).await), *expected, "{code}");
    }
}

#[tokio::test]
async fn python_programs_call_tools_in_every_style() {
    let gather = "import asyncio\nrows = await asyncio.gather(*[math_tools.add(i) for i in range(3)])\n[row['sum'] for row in rows]";
    let tasks = "import asyncio\nasync with asyncio.TaskGroup() as group:\n    task = group.create_task(math_tools.add(4))\ntask.result()['sum']";
    let threads = "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    rows = list(pool.map(math_tools.add, range(4)))\n[row['sum'] for row in rows]";
    each(
        Language::Python,
        &[
            ("math_tools.add(a=1, b=2)", "finish = {\"sum\":3.0}"),
            ("math_tools.add(1, 2)['sum']", "finish = 3.0"),
            ("tools.math_tools.add(1)['sum']", "finish = 2.0"),
            ("tools.call('math-tools', 'add', {'a': 1})['sum']", "finish = 2.0"),
            ("x = await math_tools.add(1)", "finish = {\"sum\":2.0}"),
            ("import asyncio\nx = math_tools.add(1)\nawait asyncio.sleep(0)\nx['sum']", "finish = 2.0"),
            ("import json\na = math_tools.add(1)\nb = await math_tools.add(2)\nprint(json.dumps(a), a == {'sum': 2}, isinstance(a, dict))", "{\"sum\": 2.0} True True\nfinish"),
            ("a = math_tools.add(1)\nb = math_tools.add(2)\n[(await a)['sum'], (await b)['sum']]", "finish = [2.0,3.0]"),
            (gather, "finish = [1.0,2.0,3.0]"),
            (tasks, "finish = 5.0"),
            (threads, "finish = [1.0,2.0,3.0,4.0]"),
            ("import asyncio\nasync def main():\n    return (await math_tools.add(1))['sum']\nasyncio.run(main())", "finish = 2.0"),
            ("math_tools.text()", "finish = \"plain text\""),
            ("math_tools.slow(ms=1)", "finish = {\"slept\":true}"),
            ("math_tools.class_(from_='x')", "finish = \"x\""),
            ("try:\n    math_tools.fail()\nexcept ToolError as error:\n    print(error, error.server, error.tool, error.data)", "it failed math_tools fail {'why': 'asked to'}\nfinish"),
            ("math_tools.fail()", "raise Traceback (most recent call last):\n  File \"main.py\", line 1, in <module>\n    math_tools.fail()\nToolError: it failed"),
            ("hasattr(math_tools, 'add'), hasattr(math_tools, 'nope')", "finish = [true,false]"),
            ("import math as math_tools\nmath_tools.floor(1.5)", "finish = 1"),
            ("math_tools.picture()", "finish = <image image/png, 8 bytes>"),
            ("len(math_tools.big(bytes=9_000_000))", "finish = 9000000"),
        ],
    )
    .await;
}

#[tokio::test]
async fn calls_are_open_at_once_however_they_are_made() {
    let met = "finish = [\"met\",\"met\",\"met\"]";
    let pool = "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(3) as pool:\n    ";
    let threads = "import threading\nfound = []\ndef ask(n):\n    found.append(math_tools.meet())\n\
                   asking = [threading.Thread(target=ask, args=(n,)) for n in range(3)]\n\
                   for thread in asking: thread.start()\nfor thread in asking: thread.join()\nfound";
    let cases = [
        "import asyncio\nlist(await asyncio.gather(*[math_tools.meet() for _ in range(3)]))".to_owned(),
        format!(
            "{pool}found = [job.result() for job in [pool.submit(math_tools.meet) for _ in range(3)]]\nfound"
        ),
        format!("{pool}found = list(pool.map(lambda n: tools.call('math-tools', 'meet'), range(3)))\nfound"),
        "import asyncio\nlist(await asyncio.gather(*[asyncio.to_thread(math_tools.meet) for _ in range(3)]))"
            .to_owned(),
        threads.to_owned(),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|code| (code.as_str(), met)).collect();
    each(Language::Python, &cases).await;
    if super::LANGUAGES.contains(&Language::JavaScript) && !lacks("node") {
        let all = "await Promise.all([1, 2, 3].map(() => math_tools.meet()))";
        each(Language::JavaScript, &[(all, met)]).await;
    }
}

#[tokio::test]
async fn javascript_programs_call_tools() {
    if !super::LANGUAGES.contains(&Language::JavaScript) || lacks("node") {
        return;
    }
    each(
        Language::JavaScript,
        &[
            ("await math_tools.add({a: 1, b: 2})", "finish = {\"sum\":3}"),
            ("(await tools.math_tools.add({a: 1})).sum", "finish = 2"),
            ("(await tools.call('math-tools', 'add', {a: 1})).sum", "finish = 2"),
            ("(await Promise.all([1, 2].map(a => math_tools.add({a})))).map(row => row.sum)", "finish = [2,3]"),
            ("const math_tools = {add: () => 7};\nmath_tools.add()", "finish = 7"),
            ("try { await math_tools.fail() } catch (e) { console.log(e.message, e.server, e.tool, e.data.why) }", "it failed math_tools fail asked to\nfinish"),
            ("await math_tools.picture()", "finish = <image image/png, 8 bytes>"),
            ("JSON.stringify(await math_tools.picture())", "finish = \"\\\"<image image/png, 8 bytes>\\\"\""),
        ],
    )
    .await;
}

#[tokio::test]
async fn bash_programs_call_tools() {
    if !super::LANGUAGES.contains(&Language::Bash) {
        return;
    }
    each(
        Language::Bash,
        &[
            ("tool math_tools.add a=1 b=2", "{\"sum\":3.0}\nfinish"),
            ("tool math_tools.add '{\"a\": 1}'", "{\"sum\":2.0}\nfinish"),
            ("x=$(tool math-tools.text); echo \"got $x\"", "got plain text\nfinish"),
            ("tool math_tools.fail || echo \"status $?\"", "status 1\ntool: it failed\nfinish"),
            (
                "for i in 1 2 3; do tool math_tools.add a=$i & done | sort; wait",
                "{\"sum\":2.0}\n{\"sum\":3.0}\n{\"sum\":4.0}\nfinish",
            ),
            ("bash -c 'tool math_tools.class from=child'", "child\nfinish"),
        ],
    )
    .await;
}

#[tokio::test]
async fn search_and_descriptions_give_full_signatures() {
    let workshop = Workshop::new(Limits::default());
    let expected = "class math_tools:\n    def add(a: float, b: float = 1) -> Any:\n        \"\"\"Adds two numbers. Nothing else. \"\"\"\n";
    for code in ["print(tools.search('adding numbers', 1))", "print(tools.describe('math_tools.add'))"] {
        assert_eq!(
            seen(&workshop.report(Language::Python, code).await),
            format!("{expected}\nfinish"),
            "{code}"
        );
    }
    let help = seen(&workshop.report(Language::Python, "help(math_tools.add)").await);
    assert!(help.contains("def add(a: float, b: float = 1) -> Any:"), "{help}");
    workshop.report(Language::Python, "math_tools.slow(ms=1)").await;
    let learned = seen(&workshop.report(Language::Python, "print(tools.describe('math_tools.slow'))").await);
    assert!(learned.contains("def slow(ms: int = ...) -> {\"slept\": bool}:"), "{learned}");
    if !super::LANGUAGES.contains(&Language::Bash) {
        return;
    }
    let bash = seen(&workshop.report(Language::Bash, "tool describe math_tools.add").await);
    assert!(bash.contains("tool math_tools.add a=1 [b=1]"), "{bash}");
}

#[tokio::test]
async fn wrong_calls_are_told_before_anything_is_sent() {
    let workshop = Workshop::new(Limits::default());
    let cases = [
        (
            "print('side effect')\nmath_tools.ad(1)",
            "raise   File \"main.py\", line 2\n    math_tools.ad(1)\nToolError: math_tools has no tool `ad`; did you mean `add`? Its tools are add, slow, fail, text, meet, picture, class_, big",
        ),
        (
            "print('x')\nmath_tools.add(a=1, c=2)",
            "raise   File \"main.py\", line 2\n    math_tools.add(a=1, c=2)\nToolError: math_tools.add: unknown parameter `c`; did you mean `a`? Parameters: a, b?",
        ),
        (
            "try:\n    math_tools.nope()\nexcept Exception as e:\n    print(type(e).__name__)",
            "AttributeError\nfinish",
        ),
        (
            "d = {'c': 1}\ntry:\n    math_tools.add(**d)\nexcept ToolError as e:\n    print(e)",
            "math_tools.add: unknown parameter `c`; did you mean `a`? Parameters: a, b?\nfinish",
        ),
        (
            "try:\n    math_tools.add()\nexcept ToolError as e:\n    print(e)",
            "math_tools.add: missing parameter `a`. Parameters: a, b?\nfinish",
        ),
        (
            "try:\n    math_tools.add('one')\nexcept ToolError as e:\n    print(e)",
            "math_tools.add: parameter `a` expects float, got \"one\". Parameters: a, b?\nfinish",
        ),
    ];
    for (code, expected) in cases {
        let report = workshop.report(Language::Python, code).await;
        assert_eq!((seen(&report), report.tool_calls.len()), (expected.to_owned(), 0), "{code}");
    }
    let report =
        workshop.report(Language::JavaScript, "console.log(1);\nawait math_tools.add({a: 1, c: 2})").await;
    assert_eq!(
        seen(&report),
        "raise   File \"main.js\", line 2\n    await math_tools.add({a: 1, c: 2})\nToolError: math_tools.add: unknown parameter `c`; did you mean `a`? Parameters: a, b?"
    );
}

#[tokio::test]
async fn calls_are_recorded_capped_and_not_counted_as_time() {
    let limits = Limits { tool_calls: 3, wall: Duration::from_millis(1500), ..Limits::default() };
    let workshop = Workshop::new(limits);
    let report = workshop.report(Language::Python, "for i in range(5):\n    math_tools.add(i)").await;
    let calls: Vec<(&str, &str, bool)> =
        report.tool_calls.iter().map(|call| (call.server.as_str(), call.tool.as_str(), call.ok)).collect();
    assert_eq!(calls, [("math-tools", "add", true); 3]);
    assert!(seen(&report).contains("3 calls of tools are the limit of one run"), "{}", seen(&report));
    let report = workshop.report(Language::Python, "math_tools.slow(ms=2500)").await;
    assert_eq!(seen(&report), "finish = {\"slept\":true}");
}

#[tokio::test]
async fn media_is_displayed_and_a_result_that_is_too_long_says_so() {
    let workshop = Workshop::new(Limits::default());
    let report = workshop.report(Language::Python, "display(math_tools.picture())").await;
    let shown: Vec<(&str, &[u8])> =
        report.displays.iter().map(|display| (display.mime_type.as_str(), &display.bytes[..])).collect();
    assert_eq!((shown, seen(&report)), (vec![("image/png", &b"\x89PNG...."[..])], "finish".to_owned()));
    let report = workshop.report(Language::Python, "math_tools.big(bytes=17_000_000)").await;
    assert!(
        seen(&report).contains("more than the 16777216 that a program can be given at once"),
        "{}",
        seen(&report)
    );
}
