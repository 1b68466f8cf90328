//! What only JavaScript inside WebAssembly has to show, beside the contract: its limits, its walls, and sessions that are kept.

use std::process::Command;

use codemode_run::{Ending, KillCause, Language, Limits, Session, SessionSpec, Value};
use codemode_source::prepare;
use tokio_util::sync::CancellationToken;

use crate::prepared::{bench, with};
use crate::support::{Bench, Heard, lacks, program};

async fn run(bench: &Bench, code: &str) -> (Ending, String) {
    let script = prepare(Language::JavaScript, code).unwrap().text;
    let (outcome, heard) = bench.run(Language::JavaScript, &script).await;
    (outcome.ending, heard.stdout())
}

#[tokio::test]
async fn every_limit_ends_a_program_and_the_next_one_runs() {
    let bench = with(1, Limits::default());
    let busy = [
        "console.log('started'); while (true);",
        "console.log('started'); while (true) { try { while (true); } catch {} }",
        "console.log('started'); /(a+)+$/.test('a'.repeat(40) + 'b')",
        "console.log('started'); await new Promise((done) => setTimeout(done, 100_000))",
        "console.log('started'); await Promise.resolve().then(function again() { return Promise.resolve().then(again) })",
    ];
    for code in busy {
        let heard = Heard::default();
        let (started, cancel) = (heard.when("started"), CancellationToken::new());
        let stop = cancel.clone();
        let run_until = bench.run_until(Language::JavaScript, code, heard, cancel);
        let ((outcome, _), ()) = tokio::join!(run_until, async {
            started.cancelled().await;
            stop.cancel();
        });
        assert_eq!(outcome.ending, Ending::Cancel, "{code}");
        assert_eq!(run(&bench, "console.log(1)").await, (Ending::Finish, "1\n".to_owned()), "after {code}");
    }
    for code in ["const kept = []; for (;;) kept.push(new Array(100_000).fill(1))", "'x'.repeat(2 ** 30 - 2)"]
    {
        assert_eq!(run(&bench, code).await.0, Ending::Kill { cause: KillCause::Memory }, "{code}");
        assert_eq!(run(&bench, "console.log(1)").await, (Ending::Finish, "1\n".to_owned()), "after {code}");
    }
    for code in ["const f = () => f() + 1; f()", "JSON.parse('['.repeat(100_000))"] {
        let (ending, _) = run(&bench, code).await;
        let Ending::Raise(exception) = ending else { panic!("{code}: {ending:?}") };
        assert_eq!(exception.kind, "RangeError", "{code}");
    }
}

/// What a program that tries something prints: `done`, or the code or name of what it met.
fn attempt(act: &str) -> String {
    format!("try {{ {act}; console.log('done') }} catch (error) {{ console.log(error.code ?? error.name) }}")
}

#[tokio::test]
async fn nothing_of_this_machine_is_there() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let acts = [
        "require('fs').readFileSync('/etc/passwd')",
        "require('fs').readFileSync('../../../../../../etc/passwd')",
        "require('fs').readdirSync('/proc/self')",
        "require('child_process').execFileSync('true')",
        "require('net').createServer().listen(0).close()",
        "process.kill(process.ppid, 0)",
        "require('worker_threads')",
    ];
    for act in acts {
        let (ending, said) = run(&bench, &attempt(act)).await;
        assert_eq!(ending, Ending::Finish, "{act}");
        assert_ne!(said, "done\n", "{act}");
        // The control: what is tried is right, and succeeds in Node.
        let output = Command::new("node").args(["-e", &attempt(act)]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n", "{act}");
    }
    let (_, said) = run(&bench, "console.log(typeof __host__, Object.keys(process.env).sort().join())").await;
    assert_eq!(said, "undefined HOME,LANG,LOGNAME,PATH,PWD,TMPDIR,USER\n");
}

#[tokio::test]
async fn promises_that_nobody_took_care_of_end_their_own_run_and_no_other() {
    let bench = with(1, Limits::default());
    let code = "Promise.reject(new Error('first')); Promise.reject(new Error('second')); null";
    let raised = |ending: Ending| match ending {
        Ending::Raise(exception) => exception.message,
        ending => panic!("{ending:?}"),
    };
    // The next program of the same worker, and of the same session.
    assert_eq!(raised(run(&bench, code).await.0), "first");
    assert_eq!(run(&bench, "console.log(1)").await, (Ending::Finish, "1\n".to_owned()));
    let mut session = bench.session(Language::JavaScript).await;
    let outcome = session
        .run(&program(Language::JavaScript, code), &Heard::default(), CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(raised(outcome.ending), "first");
    assert_eq!(value(&mut *session, "2").await, number(2));
}

#[tokio::test]
async fn a_handler_of_exceptions_ends_the_run_as_it_likes() {
    let bench = bench();
    let taken = "process.on('uncaughtException', (error) => console.log('taken', error.message));\n\
                 throw new Error('mine')";
    assert_eq!(run(&bench, taken).await, (Ending::Finish, "taken mine\n".to_owned()));
    let thrown = "process.on('uncaughtException', () => { throw new Error('again') });\n\
                  setTimeout(() => { throw new Error('mine') })";
    let (ending, _) = run(&bench, thrown).await;
    let Ending::Raise(exception) = ending else { panic!("{ending:?}") };
    assert_eq!(exception.message, "again");
}

#[tokio::test]
async fn a_link_in_the_workspace_leads_nowhere() {
    let bench = bench();
    let mut session = bench.session(Language::JavaScript).await;
    session.files().write("inside.txt", b"inside").await.unwrap();
    std::os::unix::fs::symlink("/etc/passwd", bench.workspace.path().join("out.txt")).unwrap();
    std::os::unix::fs::symlink("inside.txt", bench.workspace.path().join("in.txt")).unwrap();
    let code = "const read = (name) => { try { return require('fs').readFileSync(name, 'utf8') } catch (error) { return error.code } }\n\
                console.log(read('in.txt'), read('out.txt'))";
    let heard = Heard::default();
    session.run(&program(Language::JavaScript, code), &heard, CancellationToken::new()).await.unwrap();
    assert_eq!(heard.stdout(), "inside EPERM\n");
}

#[tokio::test]
async fn long_texts_go_out_whole_and_too_long_messages_are_refused() {
    let bench = bench();
    let code =
        "process.stdout.write('\u{1F600}'.repeat(800_000)); process.stdout.write('x'.repeat(100_000_000))";
    let (ending, said) = run(&bench, code).await;
    let faces = "\u{1F600}".repeat(800_000);
    assert_eq!((ending, said.len()), (Ending::Finish, faces.len() + 100_000_000));
    assert!(said.starts_with(&faces));
    let code = "await tools.call('a', 'b', { text: 'x'.repeat(100_000_000) }).catch((error) => console.log(error.name))";
    assert_eq!(run(&bench, code).await, (Ending::Finish, "RangeError\n".to_owned()));
}

#[tokio::test]
async fn chance_is_new_in_every_sandbox() {
    let bench = with(1, Limits::default());
    let code = "console.log(Math.random(), crypto.randomUUID(), Math.random() < 1)";
    let (first, second) = (run(&bench, code).await.1, run(&bench, code).await.1);
    assert_ne!(first, second);
    assert!(first.ends_with(" true\n") && second.ends_with(" true\n"), "{first}{second}");
}

/// The value of a program in a session.
async fn value(session: &mut dyn Session, code: &str) -> Option<Value> {
    let script = prepare(Language::JavaScript, code).unwrap().text;
    let heard = Heard::default();
    let outcome =
        session.run(&program(Language::JavaScript, &script), &heard, CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.ending, Ending::Finish, "{code}: {}", heard.stderr());
    outcome.value
}

fn number(number: i64) -> Option<Value> {
    Some(Value::Json { json: number.into(), cut: false })
}

#[tokio::test]
async fn a_session_lives_on_and_is_taken_back() {
    let bench = bench();
    let states = bench.workspace.path().join("states");
    let spec = SessionSpec {
        checkpoints: Some(states.join("javascript")),
        ..bench.spec(Language::JavaScript, true)
    };
    let mut session = bench.engine.open(&spec).await.unwrap();
    value(&mut *session, "let count = 0; const waiting = new Map([['a', Promise.resolve(5)]])").await;
    for _ in 0..20 {
        value(&mut *session, "count += 1").await;
    }
    drop(session);
    // Another server, as far as the session can tell.
    let mut session = bench.engine.open(&spec).await.unwrap();
    assert_eq!(value(&mut *session, "count + await waiting.get('a')").await, number(25));
    value(&mut *session, "count = -1; undefined").await;
    assert!(codemode_wasm::undo(&states).unwrap());
    assert_eq!(value(&mut *session, "count").await, number(20));
}
