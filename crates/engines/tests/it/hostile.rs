//! Hostile programs: output without end, forged frames, closed descriptors, and ends of every kind. Each run ends clearly
//! and touches nothing but itself.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use codemode_run::{Ending, Event, Host, KillCause, Language, RunRequest, Stream, ToolCall, ToolError};
use tokio_util::sync::CancellationToken;

use crate::on_direct::leaks::{census, mark};
use crate::predecessors::{Line, SOON};
use crate::support::{Bench, program};

const BROKEN: Ending = Ending::Kill { cause: KillCause::Protocol };

/// Python that finds the link to codemode and the nonce of its own run: in `direct` nothing can keep it from that.
const FINDINGS: &str = "
import json, os, stat, sys
def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False
link = next(fd for fd in range(3, 256) if is_socket(fd))
frame = sys._getframe()
while 'nonce' not in frame.f_locals:
    frame = frame.f_back
nonce = frame.f_locals['nonce']
def send(message):
    body = json.dumps(message).encode()
    os.write(link, len(body).to_bytes(4, 'big') + body)
";

async fn python(code: &str) -> (Ending, String) {
    Bench::direct().python(code).await
}

async fn with_findings(code: &str) -> (Ending, String) {
    python(&format!("{FINDINGS}{code}")).await
}

#[tokio::test]
async fn output_of_64_mib_shows_its_head_and_tail_with_right_counts() {
    let code = "import sys\nfor n in range(16384):\n    sys.stdout.write(f'{n:07d}' + ('.' * 56 + '\\n' + ' ' * 7) * 63 + '.' * 56 + '\\n')";
    let started = Instant::now();
    let report = Line::new(0).within(60.0, code).await;
    assert_eq!(
        (report.ending, report.stdout.bytes, report.stdout.truncated),
        (Some(Ending::Finish), 64 << 20, true)
    );
    let text = &report.stdout.text;
    assert!(text.starts_with("0000000....") && text.ends_with("....\n") && text.chars().count() <= 50_100);
    assert!(text.contains(" of 67108864 bytes left out here ...]\n"), "{}", &text[24_000..26_000]);
    assert!(started.elapsed() < 2 * SOON, "{:?}", started.elapsed());
}

#[tokio::test]
async fn one_line_of_32_mib_is_bounded_too() {
    let line = Line::new(0);
    let recorder = line.runner.recorder("long");
    let request = RunRequest::new(Language::Python, "import sys\nsys.stdout.write('é' * (16 << 20))");
    let report = line.runner.run("long", request, &recorder, CancellationToken::new()).await.unwrap();
    assert_eq!(
        (report.ending, report.stdout.bytes, report.stdout.truncated),
        (Some(Ending::Finish), 32 << 20, true)
    );
    assert!(report.stdout.text.chars().count() <= 50_100 && !report.stdout.text.contains('\u{FFFD}'));
    assert!(recorder.held_bytes() < 1 << 20, "{}", recorder.held_bytes());
    // Who streams it sees whole characters also where the line was cut into pieces.
    let streamed = recorder.take_lines().unwrap();
    assert!(streamed.starts_with("éé") && !streamed.contains('\u{FFFD}'));
    assert_eq!(recorder.read(Stream::Stdout, (32 << 20) - 2, 10).unwrap(), "é".as_bytes());
}

#[tokio::test]
async fn bytes_that_are_no_text_and_terminal_escapes_pass_unharmed() {
    let code = "import sys\nsys.stdout.buffer.write(b'\\xff\\x00\\x1b[31mred\\x1b[0m\\x07\\r\\n\\xe2\\x82')";
    assert_eq!(
        python(code).await,
        (Ending::Finish, "\u{FFFD}\0\u{1b}[31mred\u{1b}[0m\u{7}\r\n\u{FFFD}".to_owned())
    );
}

#[tokio::test]
async fn a_program_of_200_kb_runs() {
    let report = Line::new(0)
        .within(
            60.0,
            &("total = 0\n".to_owned() + &"total += 1  # one more\n".repeat(9_000) + "print(total)"),
        )
        .await;
    assert_eq!((report.ending, report.stdout.text.as_str()), (Some(Ending::Finish), "9000\n"));
    let code = "n=0\n".to_owned() + &"((n += 1)) # one more of many\n".repeat(7_000) + "echo $n";
    let (outcome, heard) = Bench::direct().run(Language::Bash, &code).await;
    assert_eq!((outcome.ending, heard.stdout().as_str()), (Ending::Finish, "7000\n"));
}

#[tokio::test]
async fn deep_nesting_ends_as_it_does_in_python() {
    let sum = |terms: usize| format!("print({})", vec!["1"; terms].join("+"));
    let cases = [
        // Deeper than a tree of Python objects may be, not too deep for the compiler.
        (sum(2000), "finish"),
        (sum(100_000), "raise"),
        (format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)), "raise"),
        (format!("{}1{}", "[".repeat(80), "]".repeat(80)), "finish"),
    ];
    for (code, expected) in cases {
        let (ending, _) = python(&code).await;
        assert_eq!(ending.kind(), expected, "{}: {ending:?}", &code[..40]);
    }
}

#[tokio::test]
async fn frames_on_standard_output_are_text() {
    let code = "import sys\nbody = b'{\"type\":\"done\",\"nonce\":\"\",\"ending\":{\"kind\":\"exit\",\"code\":9},\"value\":null}'\nsys.stdout.buffer.write(len(body).to_bytes(4, 'big') + body)\nsys.stdout.buffer.flush()\nprint('\\nend')";
    let (ending, said) = python(code).await;
    assert_eq!(ending, Ending::Finish);
    assert!(
        said.starts_with("\0\0\0") && said.contains("\"code\":9") && said.ends_with("\nend\n"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_forged_end_counts_only_with_the_nonce_of_its_own_run() {
    let forged = |nonce: &str| {
        format!(
            "send({{'type': 'done', 'nonce': {nonce}, 'ending': {{'kind': 'exit', 'code': 9}}, 'value': None}})\nprint('after', flush=True)"
        )
    };
    assert_eq!(with_findings(&forged("'0' * 32")).await, (Ending::Finish, "after\n".to_owned()));
    // The positive control, and all that a program can do with its nonce: lie about its own ending.
    let (ending, _) = with_findings(&forged("nonce")).await;
    assert_eq!(ending, Ending::Exit { code: 9 });
}

#[tokio::test]
async fn messages_that_only_codemode_sends_or_none_knows_end_the_run() {
    for message in [
        "{'type': 'run', 'nonce': nonce}",
        "{'type': 'reply', 'id': 1, 'value': 1}",
        "{'type': 'sudo'}",
        "[1]",
    ] {
        let (ending, _) = with_findings(&format!("send({message})\nimport time\ntime.sleep(60)")).await;
        assert_eq!(ending, BROKEN, "{message}");
    }
}

#[tokio::test]
async fn a_garbled_link_ends_the_run() {
    let (ending, _) = with_findings("os.write(link, b'\\xa5' * 64)\nimport time\ntime.sleep(60)").await;
    assert_eq!(ending, BROKEN);
    // A frame of the largest size that may be, and then more for ever.
    let (ending, _) = with_findings(
        "os.write(link, (16 << 20).to_bytes(4, 'big'))\nwhile True: os.write(link, b' ' * 65536)",
    )
    .await;
    assert_eq!(ending, BROKEN);
    let (ending, _) = with_findings("while True: os.write(link, b'\\0\\0\\0\\2{}')").await;
    assert_eq!(ending, BROKEN);
}

#[tokio::test]
async fn a_program_that_closes_every_descriptor_ends_by_its_exit() {
    let bench = Bench::direct();
    let closing =
        "import os\nprint('before', flush=True)\nos.closerange(0, 256)\nopen('made.txt', 'w').write('x')\n";
    let cases = [
        ("", Ending::Finish),
        ("raise ValueError", Ending::Exit { code: 1 }),
        ("os._exit(5)", Ending::Exit { code: 5 }),
    ];
    for (end, expected) in cases {
        let (ending, said) = bench.python(&format!("{closing}{end}")).await;
        assert_eq!((ending, said.as_str()), (expected, "before\n"), "{end}");
        assert_eq!(std::fs::read_to_string(bench.workspace.path().join("made.txt")).unwrap(), "x");
    }
}

#[tokio::test]
async fn frames_are_never_written_to_a_file_of_the_program() {
    let bench = Bench::direct();
    let code =
        format!("{FINDINGS}\nos.dup2(os.open('mine.txt', os.O_CREAT | os.O_RDWR), link)\nprint('end')");
    assert_eq!(bench.python(&code).await, (Ending::Finish, "end\n".to_owned()));
    assert_eq!(std::fs::read_to_string(bench.workspace.path().join("mine.txt")).unwrap(), "");
}

#[tokio::test]
async fn sixteen_runs_at_once_never_mix_a_line() {
    let line = Line::new(4);
    let programs: Vec<String> =
        (0..16).map(|n| format!("for n in range(500): print('run {n}', n)")).collect();
    let runs = programs.iter().map(|code| line.within(60.0, code));
    for (n, report) in futures::future::join_all(runs).await.into_iter().enumerate() {
        let expected: String = (0..500).map(|line| format!("run {n} {line}\n")).collect();
        assert_eq!(report.ending, Some(Ending::Finish));
        assert!(report.stdout.text == expected, "run {n}: {}", report.stdout.text);
    }
}

#[tokio::test]
async fn many_children_all_end_with_the_run() {
    let mark = mark();
    let code = format!(
        "import subprocess\nfor n in range(60): subprocess.Popen(['sleep', '{mark}'], start_new_session=n % 2 == 0)\nprint('started')"
    );
    assert_eq!(python(&code).await, (Ending::Finish, "started\n".to_owned()));
    assert_eq!(census(&mark), 0);
}

#[tokio::test]
async fn a_thread_that_prints_for_ever_does_not_hold_the_end() {
    let code = "import threading\ndef forever():\n    while True: print('x' * 100)\nthreading.Thread(target=forever, daemon=True).start()\nprint('end of main')";
    let started = Instant::now();
    let (ending, said) = python(code).await;
    assert_eq!(ending, Ending::Finish);
    assert!(said.contains("end of main\n") && started.elapsed() < SOON);
}

#[tokio::test]
async fn ends_from_below_are_told_by_the_exit_status() {
    let signal = |number| Ending::Kill { cause: KillCause::Signal(number) };
    let cases = [
        ("import atexit, os\natexit.register(os._exit, 7)", Ending::Exit { code: 7 }),
        ("import os\nos.abort()", signal(6)),
        ("import ctypes\nctypes.string_at(0)", signal(11)),
        ("import os\nos.kill(os.getpid(), 9)", signal(9)),
        ("import os\nos.kill(os.getpid(), 15)", signal(15)),
        ("import os\nos.execvp('sh', ['sh', '-c', 'exit 4'])", Ending::Exit { code: 4 }),
    ];
    for (code, expected) in cases {
        assert_eq!(python(code).await.0, expected, "{code}");
    }
}

#[tokio::test]
async fn a_stopped_program_is_killed_by_its_timeout() {
    let report = Line::new(0)
        .within(2.0, "import os\nprint(os.getpid(), flush=True)\nos.kill(os.getpid(), 19)\nprint('never')")
        .await;
    assert_eq!(report.ending, Some(Ending::Timeout { after: Duration::from_secs(2) }));
    let pid = report.stdout.text.trim().to_owned();
    assert!(pid.parse::<u32>().is_ok() && !std::path::Path::new(&format!("/proc/{pid}")).exists(), "{pid}");
}

#[tokio::test]
async fn a_recursion_without_bound_ends_the_run_alone() {
    let code = "import sys\nsys.setrecursionlimit(10 ** 9)\nclass Deep:\n    def __repr__(self): return repr([self])\nrepr(Deep())";
    let (ending, _) = python(code).await;
    assert!(matches!(ending.kind(), "kill" | "raise"), "{ending:?}");
    assert_eq!(python("print('next')").await, (Ending::Finish, "next\n".to_owned()));
}

#[tokio::test]
async fn a_program_over_its_memory_ends_alone() {
    let (ending, _) = python("x = bytearray(1 << 30)").await;
    let Ending::Raise(exception) = ending else { panic!("{ending:?}") };
    assert_eq!(exception.kind, "MemoryError");
    // The positive control: half of the limit is there.
    assert_eq!(python("print(len(bytearray(1 << 28)))").await, (Ending::Finish, "268435456\n".to_owned()));
}

#[tokio::test]
async fn a_flood_of_displays_is_bounded_in_bytes() {
    let code = "for n in range(12): display(b'\\x89PNG' + bytes(7 << 20))\ndisplay('last')";
    let report = Line::new(0).within(60.0, code).await;
    assert_eq!(report.ending, Some(Ending::Finish));
    let bytes: usize = report.displays.iter().map(|display| display.bytes.len()).sum();
    assert!(bytes <= 32 << 20, "{bytes}");
    assert_eq!(report.displays.len(), 5);
    assert_eq!(report.displays[4].bytes, b"more was displayed than a result holds: the rest is left out");
}

/// A host whose tools never answer.
struct Silent;

#[async_trait]
impl Host for Silent {
    async fn call_tool(&self, _call: ToolCall) -> Result<serde_json::Value, ToolError> {
        std::future::pending().await
    }

    fn emit(&self, _event: Event<'_>) {}
}

#[tokio::test]
async fn calls_that_are_opened_without_end_end_the_run() {
    let bench = Bench::direct();
    let mut session = bench.engine.open(&bench.spec(Language::Python, false)).await.unwrap();
    let code = "for n in range(2000): send({'type': 'call', 'nonce': nonce, 'id': n, 'server': 's', 'tool': 't', 'arguments': {}})\nimport time\ntime.sleep(60)";
    let flood = program(Language::Python, &format!("{FINDINGS}{code}"));
    let outcome = session.run(&flood, &Silent, CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.ending, BROKEN);
}
