//! Python programs through the guest: values, endings, tracebacks, sessions.

use codemode_run::{Ending, Language, Session, Value};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::bench;
use crate::support::{Heard, program, without_marks};

/// What a reader sees of a run: output, ending, value.
pub(crate) async fn seen(session: &mut dyn Session, code: &str) -> String {
    seen_in(Language::Python, session, code).await
}

pub(crate) async fn seen_in(language: Language, session: &mut dyn Session, code: &str) -> String {
    let heard = Heard::default();
    let outcome = session.run(&program(language, code), &heard, CancellationToken::new()).await.unwrap();
    let ending = match outcome.ending {
        Ending::Exit { code } => format!("exit {code}"),
        Ending::Raise(exception) => {
            format!("raise {}\n{}", exception.kind, without_marks(&exception.traceback))
        }
        ending => ending.kind().to_owned(),
    };
    let value = match outcome.value {
        None => String::new(),
        Some(Value::Json { json, .. }) => format!(" = {json}"),
        Some(Value::Text { text, .. }) => format!(" = {text}"),
    };
    heard.stdout() + &heard.stderr() + &ending + &value
}

pub(crate) async fn fresh(code: &str) -> String {
    let bench = bench();
    let mut session = bench.engine.open(&bench.spec(Language::Python, false)).await.unwrap();
    seen(&mut *session, code).await
}

#[tokio::test]
async fn the_value_is_the_last_expression_assignment_or_return() {
    let cases = [
        ("21 * 2", "finish = 42"),
        ("x = [1, 'a', None, 2.5]", "finish = [1,\"a\",null,2.5]"),
        ("x: int = 3", "finish = 3"),
        ("x = 1\nx += 4", "finish = 5"),
        ("a, b = 1, 2", "finish = [1,2]"),
        ("print('hi')", "hi\nfinish"),
        ("None", "finish"),
        ("{1, 2}", "finish = {1, 2}"),
        ("float('nan')", "finish = nan"),
        ("for i in range(9):\n    if i == 4:\n        return i", "finish = 4"),
        ("import asyncio\nx = await asyncio.sleep(0, 7)\nreturn x + 1", "finish = 8"),
        ("import asyncio\nawait asyncio.sleep(0, 'slept')", "finish = \"slept\""),
        ("def f():\n    return 1", "finish"),
        ("", "finish"),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn endings_are_those_of_cpython() {
    let cases = [
        ("import sys; sys.exit()", "finish"),
        ("import sys; sys.exit(3)", "exit 3"),
        ("raise SystemExit('bye')", "bye\nexit 1"),
        ("import os; print('x', flush=True); os._exit(4)", "x\nexit 4"),
        (
            "input()",
            "raise EOFError\nTraceback (most recent call last):\n  File \"main.py\", line 1, in <module>\n    input()\nEOFError: EOF when reading a line",
        ),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_traceback_shows_the_programs_own_frames_and_lines() {
    let code = "def inner(x):\n    return 1 / x\n\ndef outer():\n    try:\n        inner(0)\n    except ZeroDivisionError as e:\n        raise ValueError('bad') from e\n\nouter()";
    assert_eq!(
        fresh(code).await,
        "raise ValueError\nTraceback (most recent call last):\n  File \"main.py\", line 6, in outer\n    inner(0)\n  \
         File \"main.py\", line 2, in inner\n    return 1 / x\nZeroDivisionError: division by zero\n\n\
         The above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  \
         File \"main.py\", line 10, in <module>\n    outer()\n  File \"main.py\", line 8, in outer\n    \
         raise ValueError('bad') from e\nValueError: bad"
    );
}

#[tokio::test]
async fn a_missing_module_is_named_by_the_exception_not_by_text() {
    let bench = bench();
    let (outcome, _) = bench.run(Language::Python, "import no_such_module_at_all").await;
    let Ending::Raise(exception) = outcome.ending else { panic!() };
    assert_eq!(exception.module.as_deref(), Some("no_such_module_at_all"));
    let (outcome, _) = bench.run(Language::Python, "raise ImportError(\"No module named 'x'\")").await;
    let Ending::Raise(exception) = outcome.ending else { panic!() };
    assert_eq!(exception.module, None);
}

#[tokio::test]
async fn a_session_keeps_variables_imports_functions_and_their_source() {
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    let steps = [
        ("import json\nx = 20", "finish = 20"),
        ("def double(n):\n    return json.loads(str(n)) * 2", "finish"),
        ("double(x) + 2", "finish = 42"),
        ("_", "finish = 42"),
        ("import sys; sys.exit(2)", "exit 2"),
        ("x", "finish = 20"),
    ];
    for (code, expected) in steps {
        assert_eq!(seen(&mut *session, code).await, expected, "{code}");
    }
    let said = seen(&mut *session, "double('?')").await;
    assert!(said.contains("    return json.loads(str(n)) * 2\n"), "{said}");
}

#[tokio::test]
async fn a_loop_of_a_session_lives_between_runs() {
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    let first = "import asyncio\ngate = asyncio.Event()\nasync def wait():\n    await gate.wait()\n    return 'opened'\ntask = asyncio.create_task(wait())\nawait asyncio.sleep(0)\nNone";
    assert_eq!(seen(&mut *session, first).await, "finish");
    assert_eq!(seen(&mut *session, "gate.set()\nawait task").await, "finish = \"opened\"");
}

#[tokio::test]
async fn threads_and_exit_handlers_belong_to_the_run() {
    let code = "import atexit, threading, time\natexit.register(print, 'exit')\nthreading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\nprint('main')";
    assert_eq!(fresh(code).await, "main\nthread\nexit\nfinish");
}

#[tokio::test]
async fn variables_and_files_are_there() {
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    session.files().write("pkg/helper.py", b"def hello(): return 'from a file'").await.unwrap();
    let mut with_variables =
        program(Language::Python, "from pkg.helper import hello\n[hello(), rows[0]['a']]");
    with_variables.variables = json!({"rows": [{"a": 1}]}).as_object().unwrap().clone();
    let outcome = session.run(&with_variables, &Heard::default(), CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.value, Some(Value::Json { json: json!(["from a file", 1]), cut: false }));
}

#[tokio::test]
async fn display_shows_pictures_and_values() {
    let bench = bench();
    let code = "display(b'\\x89PNG....', name='dot.png')\ndisplay({'a': 1})\ndisplay('text')";
    let (_, heard) = bench.run(Language::Python, code).await;
    let shown: Vec<(String, usize)> = heard
        .displays
        .lock()
        .unwrap()
        .iter()
        .map(|display| (display.mime_type.clone(), display.bytes.len()))
        .collect();
    assert_eq!(shown, [("image/png".into(), 8), ("application/json".into(), 12), ("text/plain".into(), 4)]);
}

#[tokio::test]
async fn a_fork_of_the_program_does_not_speak_for_it() {
    if !super::HAS_PROCESSES {
        return;
    }
    let code = "import os\npid = os.fork()\nif pid == 0:\n    print('child', flush=True)\nelse:\n    os.waitpid(pid, 0)\n    print('parent')";
    assert_eq!(fresh(code).await, "child\nparent\nfinish");
}

/// Which encoding a file is in that is no UTF-8 can only be guessed: whoever runs the program again says it.
#[tokio::test]
async fn text_files_are_read_in_the_encoding_that_is_asked_for() {
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    std::fs::write(bench.workspace.path().join("a.csv"), b"caf\xe9;\x80\x81").unwrap();
    let mut run = async |code: &str, text_encoding| {
        let heard = Heard::default();
        let program = codemode_run::Program { text_encoding, ..program(Language::Python, code) };
        let outcome = session.run(&program, &heard, CancellationToken::new()).await.unwrap();
        match outcome.ending {
            Ending::Raise(exception) => exception.kind,
            _ => heard.stdout(),
        }
    };
    let ways = [
        "print(open('a.csv').read())",
        "from pathlib import Path\nprint(Path('a.csv').read_text())",
        "with open('a.csv', 'rt', newline='') as file: print(next(file))",
    ];
    for code in ways {
        assert_eq!(run(code, None).await, "UnicodeDecodeError", "{code}");
        assert_eq!(run(code, Some("cp1252")).await, "caf\u{e9};\u{20ac}\u{fffd}\n", "{code}");
    }
    // What names its encoding, what is no text and what is written are as ever.
    let others = [
        ("open('a.csv', encoding='utf-8').read()", "UnicodeDecodeError"),
        ("print(open('a.csv', 'rb').read())", "b'caf\\xe9;\\x80\\x81'\n"),
        ("print(open('b.txt', 'w').write('\u{e9}'), open('b.txt', 'rb').read())", "1 b'\\xc3\\xa9'\n"),
    ];
    for (code, expected) in others {
        assert_eq!(run(code, Some("cp1252")).await, expected, "{code}");
    }
    assert_eq!(run("print(open is __import__('io').open, open.__name__)", None).await, "True open\n");
}

#[tokio::test]
async fn what_a_run_reads_and_writes_is_counted() {
    let bench = bench();
    let (outcome, _) =
        bench.run(Language::Python, "open('a', 'w').write('x' * 1_000_000)\nopen('a').read()").await;
    let usage = outcome.usage;
    for (what, bytes) in [("read", usage.read_bytes), ("written", usage.written_bytes)] {
        assert!(bytes.is_some_and(|bytes| (1_000_000..20_000_000).contains(&bytes)), "{what}: {bytes:?}");
    }
    let (outcome, _) = bench.run(Language::Python, "pass").await;
    assert!(outcome.usage.written_bytes.is_some_and(|bytes| bytes < 100_000), "{:?}", outcome.usage);
}
