//! Every limit ends a program rightly, and the next one finds everything as it should be.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use codemode_engines::EngineOptions;
use codemode_run::{Ending, KillCause, Language, Limits};
use tokio_util::sync::CancellationToken;

use crate::prepared::{bench, over, with};
use crate::support::{Bench, Heard, options, program};

/// How a program ends that is taken back after this time.
async fn within(bench: &Bench, time: Duration, code: &str) -> (Ending, Heard) {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let run = bench.run_until(Language::Python, code, Heard::default(), cancel);
    let (outcome, ()) = tokio::join!(run, async move {
        tokio::time::sleep(time).await;
        stop.cancel();
    });
    (outcome.0.ending, outcome.1)
}

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn whatever_a_program_does_with_its_time_it_is_ended_and_the_next_one_runs() {
    let bench = with(1, Limits::default());
    let programs = [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
        "10 ** (10 ** 9)",
        "import time\ntime.sleep(100)",
        "import asyncio\nasyncio.run(asyncio.sleep(100))",
        "while True: print('x' * 1000)",
        "n = 0\nwhile True:\n    open(f'/tmp/{n}', 'w').close()\n    n += 1",
    ];
    for code in programs {
        let (ending, _) = within(&bench, SHORT, code).await;
        assert_eq!(ending, Ending::Cancel, "{code}");
        assert_eq!(bench.python("print(1)").await, (Ending::Finish, "1\n".to_owned()), "after {code}");
    }
}

#[tokio::test]
async fn memory_and_stack_are_bounded() {
    let bench = bench();
    let raised = [
        ("bytearray(900 << 20)", "MemoryError"),
        ("def f(): return f()\nf()", "RecursionError"),
        ("eval('(' * 3000 + ')' * 3000)", "MemoryError"),
    ];
    for (code, expected) in raised {
        let (ending, _) = bench.python(code).await;
        let Ending::Raise(exception) = ending else { panic!("{code}: {ending:?}") };
        assert_eq!(exception.kind, expected, "{code}");
    }
    let (ending, _) = bench.python("x = []\nfor _ in range(100_000): x = [x]\nrepr(x)").await;
    match ending {
        Ending::Raise(exception) => assert_eq!(exception.kind, "RecursionError"),
        ending => assert_eq!(ending, Ending::Kill { cause: KillCause::Signal(11) }),
    }
    let killed = [
        ("kept = []\nwhile True: kept.append(bytearray(1 << 20))", None),
        ("kept = []\nwhile True: kept.append([0] * 1000)", None),
        ("import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): return f()\nf()", None),
        ("import os\nos.abort()", Some(KillCause::Signal(6))),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", Some(KillCause::Signal(15))),
    ];
    for (code, expected) in killed {
        let (ending, _) = bench.python(code).await;
        match (&ending, &expected) {
            (Ending::Raise(exception), None) => assert_eq!(exception.kind, "MemoryError", "{code}"),
            (Ending::Kill { cause: KillCause::Memory }, None) => {}
            (Ending::Kill { cause }, Some(expected)) => assert_eq!(cause, expected, "{code}"),
            _ => panic!("{code}: {ending:?}"),
        }
        assert_eq!(bench.python("print(1)").await, (Ending::Finish, "1\n".to_owned()), "after {code}");
    }
}

#[tokio::test]
async fn a_program_leaves_by_its_own_status() {
    let bench = bench();
    for (code, expected) in [
        ("import os\nos._exit(7)", Ending::Exit { code: 7 }),
        ("import sys\nsys.exit(3)", Ending::Exit { code: 3 }),
        ("import os\nos._exit(0)", Ending::Finish),
        ("import os\nos._exit(200)", Ending::Exit { code: 200 }),
    ] {
        assert_eq!(bench.python(code).await.0, expected, "{code}");
    }
}

#[tokio::test]
async fn a_timer_comes_in_the_program_and_not_behind_it() {
    let bench = bench();
    let every = "import signal\nover = False\n\
        signal.signal(signal.SIGALRM, lambda *_: over and 1 / 0)\n\
        signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)\nprint('armed')\nover = True";
    assert_eq!(bench.python(every).await, (Ending::Finish, "armed\n".to_owned()));
    let (ending, _) = bench.python(&format!("{every}\nwhile True: pass")).await;
    let Ending::Raise(exception) = ending else { panic!("{ending:?}") };
    assert_eq!(exception.kind, "ZeroDivisionError");
}

#[tokio::test]
async fn files_and_the_workspace_are_bounded() {
    let limits = Limits { file: 1 << 20, workspace: 4 << 20, ..Limits::default() };
    let bench = with(0, limits);
    let (ending, said) = bench.python("try:\n    open('big', 'wb').write(b'x' * (2 << 20))\nexcept OSError as error:\n    print(error.strerror)").await;
    assert_eq!((ending, said.as_str()), (Ending::Finish, "File too large\n"));
    std::fs::remove_file(bench.workspace.path().join("big")).unwrap();
    let filling = "n = 0\nwhile True:\n    open(str(n), 'wb').write(b'x' * (1 << 19))\n    n += 1";
    let (ending, _) = within(&bench, Duration::from_secs(20), filling).await;
    assert_eq!(ending, Ending::Kill { cause: KillCause::Workspace });
}

/// A bench whose workers are told apart from those of other tests by a word in their command lines.
fn marked(warm: usize) -> (Bench, String) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let mark = format!("mark-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let options =
        EngineOptions { helper_arguments: vec![mark.clone().into()], ..options(warm, Limits::default()) };
    (Bench::over(over(&options).engine(), Limits::default()), mark)
}

/// What the workers with this mark hold, in KiB.
fn workers(mark: &str) -> Vec<u64> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let ours = processes.filter(|process| {
        let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).split('\0').any(|word| word == mark)
    });
    ours.filter_map(|process| {
        let status = std::fs::read_to_string(process.join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    })
    .collect()
}

/// Two thousand are counted by `bench/flat.py`; here it is enough that nothing grows.
#[tokio::test]
async fn sandboxes_leave_nothing_in_the_process_that_is_used_again() {
    let (bench, mark) = marked(1);
    assert_eq!(bench.python("secret = 'a' * 1000").await.0, Ending::Finish);
    let mut held = Vec::new();
    for round in 0..60 {
        let code = format!(
            "assert 'secret' not in globals()\nimport os\nassert os.listdir('/tmp') == os.listdir('/home/user') == []\nopen('/tmp/{round}', 'w').write('x')\nkept = bytearray(1 << 20)"
        );
        let (ending, _) = bench.python(&code).await;
        assert_eq!(ending, Ending::Finish);
        held.push(workers(&mark));
    }
    assert!(held[59].iter().all(|kib| *kib < 32 * 1024), "{held:?} kB");
}

#[tokio::test]
async fn no_two_sandboxes_draw_the_same_numbers() {
    let bench = with(1, Limits::default());
    let code = "import random, numpy, uuid\nprint(random.random(), numpy.random.rand(), uuid.uuid4())";
    let first = bench.python(code).await.1;
    let second = bench.python(code).await.1;
    let both: Vec<&str> = first.split_whitespace().chain(second.split_whitespace()).collect();
    let different: std::collections::BTreeSet<&&str> = both.iter().collect();
    assert_eq!(different.len(), 6, "{both:?}");
}

#[tokio::test]
async fn many_sandboxes_sleep_at_once() {
    let bench = with(1, Limits::default());
    let started = std::time::Instant::now();
    let runs = (0..16).map(|_| bench.python("import time\ntime.sleep(0.5)\nprint('slept')"));
    for (ending, said) in futures::future::join_all(runs).await {
        assert_eq!((ending, said.as_str()), (Ending::Finish, "slept\n"));
    }
    assert!(started.elapsed() < Duration::from_secs(8), "one by one they would take eight seconds");
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_any_more_leaves_no_process() {
    let (bench, mark) = marked(0);
    let heard = Heard::default();
    let started = heard.when("started");
    let mut session = bench.engine.open(&bench.spec(Language::Python, false)).await.unwrap();
    let endless = program(Language::Python, "print('started', flush=True)\nwhile True: pass");
    tokio::select! {
        _ = session.run(&endless, &heard, CancellationToken::new()) => panic!("it has no end"),
        () = started.cancelled() => {}
    }
    assert_eq!(workers(&mark).len(), 1);
    drop(session);
    while !workers(&mark).is_empty() {
        tokio::task::yield_now().await;
    }
}
