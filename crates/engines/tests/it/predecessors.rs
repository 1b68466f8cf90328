//! Defects of the systems that codemode replaces, each as a case that must not happen here. The numbers are those of the
//! list that was made when the predecessors were run.
//!
//! Tested elsewhere: A3 (a ping while a program runs) and A14 (`max_retries` of nought) with the MCP server, A10 (regular
//! expressions of learnings) with the memory.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codemode_engines::EngineKind;
use codemode_run::output::Recorder;
use codemode_run::{
    Ending, Engine, Event, Host, Isolation, Language, Limits, NoTools, Nothing, Observed, Policy, Report,
    RunRequest, Runner, RunnerOptions, Stream,
};
use tokio_util::sync::CancellationToken;

use crate::on_direct::leaks::{census, mark, until_gone};
use crate::support::{Bench, program};

/// A pipeline over the engine `direct`.
pub(crate) struct Line {
    pub(crate) bench: Bench,
    pub(crate) runner: Runner,
}

impl Line {
    pub(crate) fn new(warm: usize) -> Self {
        let limits = Limits::default();
        let bench = Bench::with(EngineKind::Direct, warm, limits.clone());
        let runner = Runner::new(RunnerOptions {
            engine: Some("direct".to_owned()),
            engines: vec![Arc::clone(&bench.engine) as Arc<dyn Engine>],
            journal: Arc::new(Nothing),
            limits,
            memory: Arc::new(codemode_run::NoMemory),
            minimum: Isolation::None,
            packages: codemode_run::packages::Packages::default(),
            policy: Policy::default(),
            shapes: Arc::<Observed>::default(),
            spool: bench.workspace.path().join("spool"),
            tools: Arc::<NoTools>::default(),
            workspace: None,
            workspaces: bench.workspace.path().join("workspaces"),
        });
        Self { bench, runner }
    }

    pub(crate) async fn run(&self, request: RunRequest, cancel: CancellationToken) -> Report {
        let run_id = self.runner.new_run_id();
        let recorder = self.runner.recorder(&run_id);
        self.runner.run(&run_id, request, &recorder, cancel).await.unwrap()
    }

    pub(crate) async fn within(&self, seconds: f64, code: &str) -> Report {
        let mut request = RunRequest::new(Language::Python, code);
        request.timeout = Some(Duration::from_secs_f64(seconds));
        self.run(request, CancellationToken::new()).await
    }
}

/// Longer than any program here takes on a busy machine, shorter than what they would wait for.
pub(crate) const SOON: Duration = Duration::from_secs(20);

// A1: programs read the protocol's pipe and stole the client's messages.
#[tokio::test]
async fn a_program_that_reads_descriptor_0_finds_nothing_to_steal() {
    let code = "import os\nprint([os.read(0, 100) for _ in range(3)], os.readlink('/proc/self/fd/0'))";
    let seen = Bench::direct().python(code).await;
    assert_eq!(seen, (Ending::Finish, "[b'', b'', b''] /dev/null\n".to_owned()));
}

// A2: `input()` blocked to the timeout.
#[tokio::test]
async fn input_is_an_end_of_file_at_once() {
    let started = Instant::now();
    let (ending, _) = Bench::direct().python("input()").await;
    let Ending::Raise(exception) = ending else { panic!("{ending:?}") };
    assert_eq!(
        (exception.kind.as_str(), exception.message.as_str()),
        ("EOFError", "EOF when reading a line")
    );
    assert!(started.elapsed() < SOON);
}

// A4: a cancelled program ran to its end.
#[tokio::test]
async fn a_run_that_is_taken_back_ends_at_once_with_its_group() {
    let (line, mark, cancel) = (Line::new(0), mark(), CancellationToken::new());
    let started = Instant::now();
    let code = format!("import subprocess\nsubprocess.run(['sleep', '{mark}'])\nprint('never')");
    let (stop, seen) = (cancel.clone(), mark.clone());
    let watch = tokio::spawn(async move {
        while census(&seen) == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    });
    let report = line.run(RunRequest::new(Language::Python, code), cancel).await;
    watch.await.unwrap();
    assert_eq!((report.ending, report.stdout.text.as_str()), (Some(Ending::Cancel), ""));
    assert!(started.elapsed() < SOON);
    assert_eq!(census(&mark), 0);
}

// A5: what a program had started lived on after its timeout.
#[tokio::test]
async fn a_timeout_ends_the_whole_tree() {
    let (line, mark) = (Line::new(0), mark());
    let code = format!(
        "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '{mark}'])\nprint('started', flush=True)\nsubprocess.run(['sleep', '{mark}'])"
    );
    let report = line.within(3.0, &code).await;
    assert_eq!(report.ending, Some(Ending::Timeout { after: Duration::from_secs(3) }));
    assert_eq!(report.stdout.text, "started\n");
    assert_eq!(census(&mark), 0);
}

// A6: a child that kept the pipe held the run until its timeout, and its output was lost.
#[tokio::test]
async fn a_child_that_keeps_the_pipe_does_not_hold_the_run() {
    let (line, mark) = (Line::new(0), mark());
    let code = format!("import subprocess\nsubprocess.Popen(['sleep', '{mark}'])\nprint('done')");
    let started = Instant::now();
    let report = line.within(60.0, &code).await;
    assert_eq!((report.ending, report.stdout.text.as_str()), (Some(Ending::Finish), "done\n"));
    assert!(started.elapsed() < SOON);
    assert_eq!(census(&mark), 0);
}

// A7: what was printed before a timeout was lost.
#[tokio::test]
async fn a_timeout_keeps_what_was_printed() {
    let report = Line::new(0).within(2.0, "print('partial')\nwhile True: pass").await;
    assert_eq!(report.ending, Some(Ending::Timeout { after: Duration::from_secs(2) }));
    assert_eq!(report.stdout.text, "partial\n");
}

/// What a recorder holds and shows after so many bytes of numbered lines.
fn after_bytes(folder: &Path, total: u64) -> (usize, u64, bool, usize) {
    let limits = Limits { output_kept: 1024 * 1024, ..Limits::default() };
    let recorder = Recorder::new(folder, &format!("run-{total}"), &limits);
    let piece = "a line of output that a program prints\n".repeat(26_887).into_bytes();
    let mut left = total;
    while left > 0 {
        let bytes = &piece[..piece.len().min(usize::try_from(left).unwrap())];
        recorder.emit(Event::Output(Stream::Stdout, bytes));
        left -= bytes.len() as u64;
    }
    let shown = recorder.captured(Stream::Stdout);
    (recorder.held_bytes(), shown.bytes, shown.truncated, shown.text.chars().count())
}

// A8: 32 MB of output were sent whole, with ten times as much memory.
#[test]
fn output_is_bounded_and_memory_flat_at_any_volume() {
    let folder = tempfile::tempdir().unwrap();
    let (held_64, bytes_64, cut_64, shown_64) = after_bytes(folder.path(), 64 << 20);
    let (held_1024, bytes_1024, cut_1024, shown_1024) = after_bytes(folder.path(), 1 << 30);
    assert_eq!((bytes_64, cut_64, bytes_1024, cut_1024), (64 << 20, true, 1 << 30, true));
    assert!(shown_64 <= 50_100 && shown_1024 <= 50_100, "{shown_64} {shown_1024}");
    assert!(held_64 < 1 << 20 && held_1024 <= held_64 + 4096, "{held_64} {held_1024}");
}

// A9: the search for file names in the output was quadratic.
#[tokio::test]
async fn four_times_the_lines_take_no_more_than_eight_times_as_long() {
    let line = Line::new(0);
    let mut times = Vec::new();
    for count in [1000, 4000] {
        let code = format!(
            "for n in range({count}): print(f'drwxr-xr-x 2 root root 4096 Jan  1 00:00 /usr/lib/x/{{n}}.d/file-{{n}}.png')"
        );
        let started = Instant::now();
        let report = line.within(60.0, &code).await;
        assert_eq!(report.ending, Some(Ending::Finish));
        times.push(started.elapsed().as_secs_f64());
    }
    assert!(times[1] < times[0] * 8.0, "{times:?}");
}

// A11: a byte that is no UTF-8 made a traceback of the server instead of a result.
#[tokio::test]
async fn a_byte_that_is_no_text_is_shown_and_kept() {
    let line = Line::new(0);
    let recorder = line.runner.recorder("bytes");
    let code = "import sys\nsys.stdout.buffer.write(b'\\xff\\n')";
    let request = RunRequest::new(Language::Python, code);
    let report = line.runner.run("bytes", request, &recorder, CancellationToken::new()).await.unwrap();
    assert_eq!((report.ending, report.stdout.text.as_str()), (Some(Ending::Finish), "\u{FFFD}\n"));
    assert_eq!(recorder.read(Stream::Stdout, 0, 10).unwrap(), b"\xff\n");
}

// A12: a program killed its parent, the server. In `direct` its parent is the helper process: the server lives, the run
// ends clearly and the program's own group is killed. What made a session of its own lives on: `direct` cannot hold it,
// a process namespace (the engine `jail`) does. docs/limits/direct.md says so.
#[tokio::test]
async fn a_program_that_kills_its_parent_ends_its_own_run_alone() {
    let (bench, mark) = (Bench::direct(), mark());
    let code = format!(
        "import os, signal, subprocess\nsubprocess.Popen(['sleep', '{mark}'])\nprint('before', flush=True)\nos.kill(os.getppid(), 9)\nos.execvp('sleep', ['sleep', '{mark}'])"
    );
    let (outcome, heard) = bench.run(Language::Python, &code).await;
    assert_eq!((outcome.ending.kind(), heard.stdout().as_str()), ("kill", "before\n"));
    until_gone(&mark).await;
    assert_eq!(bench.python("print('next')").await, (Ending::Finish, "next\n".to_owned()));
}

/// Hears whole lines as a reader who streams them does.
async fn streamed(code: &str) -> Vec<String> {
    let bench = Bench::direct();
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::new(folder.path(), "run", &bench.limits);
    let mut session = bench.engine.open(&bench.spec(Language::Python, false)).await.unwrap();
    let wanted = program(Language::Python, code);
    let run = session.run(&wanted, &recorder, CancellationToken::new());
    tokio::pin!(run);
    let mut said = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = recorder.changed() => said.extend(recorder.take_lines()),
            outcome = &mut run => {
                outcome.unwrap();
                said.extend(recorder.take_lines());
                said.extend(recorder.take_rest());
                return said.concat().lines().map(str::to_owned).collect();
            }
        }
    }
}

// A13: a line that came in two parts was shown as two, and tracebacks one character a line.
#[tokio::test]
async fn lines_are_put_together_before_they_are_streamed() {
    let code = "import sys, time, traceback\nsys.stdout.write('ab')\nsys.stdout.flush()\ntime.sleep(0.2)\nprint('cd')\nprint('line', 0)\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc(file=sys.stdout)";
    let expected = [
        "abcd",
        "line 0",
        "Traceback (most recent call last):",
        "  File \"main.py\", line 8, in <module>",
        "    1 / 0",
        "    ~~^~~",
        "ZeroDivisionError: division by zero",
    ];
    assert_eq!(streamed(code).await, expected);
}

// E1: `raise SystemExit(3)` ended the server for all later calls.
#[tokio::test]
async fn leaving_a_program_leaves_the_server_alone() {
    let line = Line::new(1);
    let report = line.within(60.0, "raise SystemExit(3)").await;
    assert_eq!(report.ending, Some(Ending::Exit { code: 3 }));
    let report = line.within(60.0, "print('next')").await;
    assert_eq!((report.ending, report.stdout.text.as_str()), (Some(Ending::Finish), "next\n"));
}

/// The rule of the preset `strict` that refuses a program, if one does.
fn refused_by(code: &str) -> Option<&'static str> {
    let policy = Policy::strict();
    let reading = codemode_source::read(Language::Python, code).unwrap();
    policy
        .review_size(Language::Python, code)
        .and_then(|()| policy.review(&reading))
        .err()
        .map(|refusal| refusal.rule)
}

// E2: rules that were matched on text let nearly everything pass.
#[test]
fn the_strict_policy_sees_through_spelling() {
    let cases = [
        ("x=1; import os", Some("imports")),
        ("import json, os", Some("imports")),
        ("if True: import os.path as json", Some("imports")),
        ("from os import system as len", Some("imports")),
        ("__import__('os').system('id')", Some("imports")),
        ("open ('/etc/passwd')", Some("calls")),
        ("exec(\"import os\")", Some("calls")),
        ("f = eval; f('1')", Some("calls")),
        ("__builtins__['open']('x')", Some("calls")),
        ("getattr(__builtins__, 'op' + 'en')('x')", Some("calls")),
        // The positive control: what it is for passes.
        ("import json, math\nprint(json.dumps({'pi': math.pi}))", None),
    ];
    for (code, expected) in cases {
        assert_eq!(refused_by(code), expected, "{code}");
    }
}

// E3: comments and texts were refused.
#[test]
fn the_strict_policy_does_not_judge_comments_and_texts() {
    for code in [
        "# open( a door\nx = 1",
        "text = 'import pandas'",
        "'''\nimport os\nexec(x)\n'''",
        "print('eval(1)')",
        "opened = 1",
    ] {
        assert_eq!(refused_by(code), None, "{code}");
    }
    assert_eq!(refused_by("import pandas"), Some("imports"));
}

// E4: what one run left in the interpreter was there for the next.
#[tokio::test]
async fn runs_do_not_poison_each_other() {
    let line = Line::new(2);
    let first =
        line.within(60.0, "import builtins, json\nbuiltins.LEAK = 7\njson.dumps = None\nprint(LEAK)").await;
    assert_eq!(first.stdout.text, "7\n");
    let second =
        line.within(60.0, "import builtins, json\nprint(hasattr(builtins, 'LEAK'), json.dumps(1))").await;
    assert_eq!((second.ending, second.stdout.text.as_str()), (Some(Ending::Finish), "False 1\n"));
}

// E5: two programs that printed at once got each other's lines.
#[tokio::test]
async fn two_programs_that_print_at_once_hear_only_themselves() {
    let line = Line::new(0);
    let code = |name: &str| {
        format!(
            "import sys\nfor n in range(3000):\n    print('{name}', n)\n    print('{name}', n, file=sys.stderr)"
        )
    };
    let expected = |name: &str| (0..3000).map(|n| format!("{name} {n}\n")).collect::<String>();
    let (code_a, code_b) = (code("a"), code("b"));
    let (a, b) = tokio::join!(line.within(60.0, &code_a), line.within(60.0, &code_b));
    for (report, name) in [(a, "a"), (b, "b")] {
        assert!(report.stdout.text == expected(name) && report.stderr.text == expected(name), "{name}");
    }
}

// E6: an endless loop spun on inside the server after its timeout.
#[tokio::test]
async fn an_endless_loop_is_gone_after_its_timeout() {
    let report = Line::new(0).within(2.0, "import os\nprint(os.getpid())\nwhile True: pass").await;
    assert_eq!(report.ending, Some(Ending::Timeout { after: Duration::from_secs(2) }));
    let pid = report.stdout.text.trim();
    assert!(!pid.is_empty() && !Path::new(&format!("/proc/{pid}")).exists(), "{pid}");
}

// E7: a program reached the server's own objects through `sys.modules`.
#[tokio::test]
async fn the_main_module_is_the_programs_own() {
    let code =
        "import sys\nprint([name for name in vars(sys.modules['__main__']) if not name.startswith('__')])";
    assert_eq!(Bench::direct().python(code).await, (Ending::Finish, "['sys']\n".to_owned()));
}

// E8: `import sys` was refused, and there were no files.
#[tokio::test]
async fn the_default_allows_what_programs_need() {
    let line = Line::new(0);
    let code = "import os, sys, subprocess\nopen('a.txt', 'w').write('x')\nprint(os.listdir('.'), open('a.txt').read())";
    let report = line.within(60.0, code).await;
    assert_eq!((report.ending, report.stdout.text.as_str()), (Some(Ending::Finish), "['a.txt'] x\n"));
    assert_eq!(report.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.txt"]);
    drop(line.bench);
}
