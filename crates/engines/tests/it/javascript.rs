//! JavaScript and TypeScript programs through the guest: values, endings, tracebacks, sessions.

use codemode_run::{Ending, Language, Session, Value};
use codemode_source::prepare;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::bench;
use crate::support::{Heard, lacks, program};

/// What a reader sees of a run: output, ending, value.
async fn seen(session: &mut dyn Session, language: Language, code: &str) -> String {
    let heard = Heard::default();
    let script = prepare(language, code).unwrap().text;
    let outcome = session.run(&program(language, &script), &heard, CancellationToken::new()).await.unwrap();
    let ending = match outcome.ending {
        Ending::Exit { code } => format!("exit {code}"),
        Ending::Raise(exception) => format!("raise {}\n{}", exception.kind, exception.traceback),
        ending => ending.kind().to_owned(),
    };
    let value = match outcome.value {
        None => String::new(),
        Some(Value::Json { json, .. }) => format!(" = {json}"),
        Some(Value::Text { text, .. }) => format!(" = {text}"),
    };
    heard.stdout() + &heard.stderr() + &ending + &value
}

async fn fresh_in(language: Language, code: &str) -> String {
    let bench = bench();
    let mut session = bench.engine.open(&bench.spec(language, false)).await.unwrap();
    seen(&mut *session, language, code).await
}

async fn fresh(code: &str) -> String {
    fresh_in(Language::JavaScript, code).await
}

#[tokio::test]
async fn the_value_is_the_last_expression_declaration_or_return() {
    if lacks("node") {
        return;
    }
    let cases = [
        ("21 * 2", "finish = 42"),
        ("const x = [1, 'a', null, 2.5]", "finish = [1,\"a\",null,2.5]"),
        ("let x = 1\nx += 4", "finish = 5"),
        ("const {a, b: c} = {a: 1, b: 2}", "finish = {\"a\":1,\"c\":2}"),
        ("const [a, b] = [1, 2]", "finish = [1,2]"),
        ("console.log('hi')", "hi\nfinish"),
        ("undefined", "finish"),
        ("null", "finish = null"),
        ("new Map([[1, 2]])", "finish = Map(1) { 1 => 2 }"),
        ("NaN", "finish = NaN"),
        ("for (const i of [1, 2, 3]) {\n  if (i === 2) return i\n}", "finish = 2"),
        ("const x = await Promise.resolve(7)\nreturn x + 1", "finish = 8"),
        ("await new Promise(r => setTimeout(r, 1, 'slept'))", "finish = \"slept\""),
        ("async function main() { await null; console.log('ran'); return 5 }\nmain()", "ran\nfinish = 5"),
        ("function f() { return 1 }", "finish"),
        ("const f = () => 1", "finish"),
        ("setTimeout(() => console.log('late'), 1)", "late\nfinish"),
        ("export default {a: 1}", "finish = {\"a\":1}"),
        ("", "finish"),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn endings_are_those_of_node() {
    if lacks("node") {
        return;
    }
    let cases = [
        ("process.exit()", "finish"),
        ("process.exit(3)", "exit 3"),
        ("process.exitCode = 4", "exit 4"),
        ("process.on('exit', code => console.log('bye', code))\nprocess.exit(2)", "bye 2\nexit 2"),
        (
            "await new Promise(() => {})",
            "Warning: Detected unsettled top-level await at main.js: it waits for something that will never come\nexit 13",
        ),
        ("process.stdin.on('data', () => 0).on('end', () => console.log('end'))\nnull", "end\nfinish = null"),
        ("throw 5", "raise Uncaught\nUncaught 5"),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn an_exception_outside_the_programs_flow_ends_the_run() {
    if lacks("node") {
        return;
    }
    let timer = "setTimeout(() => { throw new Error('late') }, 1)";
    let frame = if super::IS_V8 { "Timeout._onTimeout (main.js:1:26)" } else { "main.js:1:26" };
    let expected = format!(
        "raise Error\nmain.js:1\nsetTimeout(() => {{ throw new Error('late') }}, 1)\n                         ^\n\n\
         Error: late\n    at {frame}"
    );
    assert_eq!(fresh(&format!("{timer}\nnull")).await, expected);
    let rejection = "Promise.reject(new RangeError('nobody cares'))\nnull";
    let expected = "raise RangeError\nmain.js:1\nPromise.reject(new RangeError('nobody cares'))\n               ^\n\n\
                    RangeError: nobody cares\n    at main.js:1:16";
    assert_eq!(fresh(rejection).await, expected);
    // A handler of the program's own decides.
    let handled = format!(
        "process.on('uncaughtException', error => console.log('caught', error.message))\n{timer}\nnull"
    );
    assert_eq!(fresh(&handled).await, "caught late\nfinish = null");
}

#[tokio::test]
async fn a_traceback_shows_the_programs_own_frames_and_lines() {
    if lacks("node") {
        return;
    }
    let code = "function inner(x) {\n  return x.y.z\n}\n\nfunction outer() {\n  try {\n    inner({})\n  } catch (e) {\n    throw new Error('bad', { cause: e })\n  }\n}\n\nouter()\nnull";
    // QuickJS counts otherwise where a call has several arguments, and points at what has no property.
    let (at, message, inner) = if super::IS_V8 {
        (11, "Cannot read properties of undefined (reading 'z')", 14)
    } else {
        (37, "cannot read property 'z' of undefined", 10)
    };
    let expected = format!(
        "raise Error\nmain.js:9\n    throw new Error('bad', {{ cause: e }})\n{}^\n\nError: bad\n    at outer (main.js:9:{at})\n    \
         at main.js:13:1 {{\n  [cause]: TypeError: {message}\n      at inner (main.js:2:{inner})\n      \
         at outer (main.js:7:5)\n      at main.js:13:1\n}}",
        " ".repeat(at - 1)
    );
    assert_eq!(fresh(code).await, expected);
}

#[tokio::test]
async fn a_return_leaves_the_program_through_its_handlers() {
    if lacks("node") {
        return;
    }
    let cases = [
        ("try {\n  return 1\n} catch (e) {\n  console.log('caught', e)\n}", "finish = 1"),
        (
            "try {\n  return 1\n} catch {\n  console.log('caught')\n} finally {\n  console.log('end')\n}",
            "end\nfinish = 1",
        ),
        ("try {\n  throw new Error('x')\n  return 1\n} catch (e) {\n  return e.message\n}", "finish = \"x\""),
        ("const f = () => { return 2 }\nif (f() === 2) return\nconsole.log('no')", "finish"),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_missing_module_is_named_by_the_exception() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let cases = [
        ("import x from '@scope/nothing/deep'\nx", Some("@scope/nothing")),
        ("const x = require('no-such-package')", Some("no-such-package")),
        ("await import('./no-such-file.mjs')", None),
        ("throw new Error(\"Cannot find package 'x'\")", None),
    ];
    for (code, expected) in cases {
        let script = prepare(Language::JavaScript, code).unwrap().text;
        let (outcome, _) = bench.run(Language::JavaScript, &script).await;
        let Ending::Raise(exception) = outcome.ending else { panic!("{code}") };
        assert_eq!(exception.module.as_deref(), expected, "{code}");
    }
}

#[tokio::test]
async fn a_session_keeps_what_its_programs_declared() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let mut session = bench.session(Language::JavaScript).await;
    let steps = [
        ("import { join } from 'node:path'\nconst x = 20", "finish = 20"),
        ("const double = n => {\n  if (!n) throw new Error('zero')\n  return n * 2\n}", "finish"),
        ("double(x) + 2", "finish = 42"),
        ("let x = 21; class A {}", "finish"),
        ("const x = 22\nclass A { y = 1 }\nnew A().y + x", "finish = 23"),
        ("process.exit(2)", "exit 2"),
        ("join('a', String(x))", "finish = \"a/22\""),
        ("process.exitCode = 3", "exit 3"),
        (
            "await new Promise(() => {})",
            "Warning: Detected unsettled top-level await at main.js: it waits for something that will never come\nexit 13",
        ),
        (
            "double(0)",
            "raise Error\nmain.js#2:2\n  if (!n) throw new Error('zero')\n                ^\n\nError: zero\n    at double (main.js#2:2:17)\n    \
             at main.js#10:1:1",
        ),
        ("setInterval(() => {}, 1)\nx", "finish = 22"),
        ("x", "finish = 22"),
    ];
    for (code, expected) in steps {
        assert_eq!(seen(&mut *session, Language::JavaScript, code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn an_exception_of_a_timer_ends_the_run_of_a_session_and_not_the_session() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let mut session = bench.session(Language::JavaScript).await;
    let late = "const kept = 1\nsetTimeout(() => { throw new Error('late') }, 1)\nawait new Promise(r => setTimeout(r, 60_000))";
    let said = seen(&mut *session, Language::JavaScript, late).await;
    assert!(said.starts_with("raise Error\nmain.js:2\n"), "{said}");
    assert_eq!(seen(&mut *session, Language::JavaScript, "kept").await, "finish = 1");
}

#[tokio::test]
async fn variables_and_files_are_there() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let mut session = bench.session(Language::JavaScript).await;
    session.files().write("lib/helper.mjs", b"export const hello = () => 'from a file'").await.unwrap();
    session.files().write("old.cjs", b"module.exports = { old: true }").await.unwrap();
    session.files().write("data.json", b"{\"n\": 1}").await.unwrap();
    let code = "import { hello } from './lib/helper.mjs'\nimport data from './data.json' with { type: 'json' }\n\
                const { old } = require('./old.cjs');\n[hello(), data.n, old, rows[0].a]";
    let mut with_variables =
        program(Language::JavaScript, &prepare(Language::JavaScript, code).unwrap().text);
    for expected in [1, 2] {
        with_variables.variables = json!({"rows": [{"a": expected}]}).as_object().unwrap().clone();
        let outcome =
            session.run(&with_variables, &Heard::default(), CancellationToken::new()).await.unwrap();
        let value = Some(Value::Json { json: json!(["from a file", 1, true, expected]), cut: false });
        assert_eq!((outcome.ending, outcome.value), (Ending::Finish, value));
    }
}

#[tokio::test]
async fn programs_of_both_module_systems_run() {
    if lacks("node") {
        return;
    }
    let cases = [
        (
            "const fs = require('fs')\nmodule.exports = { a: typeof fs.readFileSync }",
            "finish = {\"a\":\"function\"}",
        ),
        (
            "if (require.main === module) console.log(__filename.endsWith('/main.js'), __dirname === process.cwd())",
            "true true\nfinish",
        ),
        ("import fs, { existsSync as exists } from 'fs'\nfs.existsSync === exists", "finish = true"),
        ("import * as path from 'node:path'\npath.basename('/a/b')", "finish = \"b\""),
        ("console.log(basename('/a/b'))\nimport { basename } from 'path'", "b\nfinish"),
        ("const { sep } = await import('node:path')\nsep", "finish = \"/\""),
        (
            "import { fileURLToPath } from 'url'\nfileURLToPath(import.meta.url) === process.argv[1]",
            "finish = true",
        ),
        ("export const a = 1\nexport function f() {}\nexport { a as b }", "finish"),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
    let said = fresh("import { nope } from 'node:fs'\nnope").await;
    assert!(
        said.contains("SyntaxError: The requested module 'node:fs' does not provide an export named 'nope'"),
        "{said}"
    );
}

#[tokio::test]
async fn typescript_runs_without_its_types() {
    if lacks("node") {
        return;
    }
    let cases = [
        ("interface P { x: number }\nconst p: P = { x: 1 }\np.x as number", "finish = 1"),
        ("enum Color { Red, Green = 5, Blue }\n[Color.Blue, Color[5]]", "finish = [6,\"Green\"]"),
        (
            "class A { constructor(private readonly x: number, public y = 2) {}\n  sum(): number { return this.x + this.y } }\nnew A(1).sum()",
            "finish = 3",
        ),
        (
            "namespace N { export const a = 1; export function f(): number { return a + 1 } }\nN.f()",
            "finish = 2",
        ),
        ("const id = <T,>(x: T): T => x\nid<string>('a') satisfies string", "finish = \"a\""),
        (
            "import type { Stats } from 'fs'\nimport { Dirent, existsSync } from 'fs'\nlet d: Dirent | Stats | null = null\nexistsSync('/')",
            "finish = true",
        ),
        (
            "function first<T>(items: T[]): T | undefined { return items[0] }\nreturn first([3])!",
            "finish = 3",
        ),
        (
            "abstract class B { abstract f(): void }\ntype T = keyof B\nconst x: unique symbol = Symbol('x'); x.description",
            "finish = \"x\"",
        ),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh_in(Language::TypeScript, code).await, expected, "{code}");
    }
    let code = "enum Level { Low, High }\n// a comment\nconst text: string = `two\nlines`\nfunction f(level: Level): never {\n  throw new Error(`bad ${level}`)\n}\nf(Level.High)";
    let said = fresh_in(Language::TypeScript, code).await;
    assert!(
        said.starts_with("raise Error\nmain.ts:6\n") && said.contains("Error: bad 1\n    at f (main.ts:6:"),
        "{said}"
    );
    assert!(said.contains("at main.ts:8:"), "{said}");
}

#[tokio::test]
async fn display_shows_pictures_and_values() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let code = "display(Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2]), 'dot.png')\ndisplay({ a: 1 })\ndisplay('text')\ndisplay(new Map())";
    let (_, heard) = bench.run(Language::JavaScript, code).await;
    let shown: Vec<(String, usize)> = heard
        .displays
        .lock()
        .unwrap()
        .iter()
        .map(|display| (display.mime_type.clone(), display.bytes.len()))
        .collect();
    let expected = [("image/png", 6), ("application/json", 12), ("text/plain", 4), ("text/plain", 9)];
    assert_eq!(shown, expected.map(|(kind, bytes)| (kind.to_owned(), bytes)));
}

#[tokio::test]
async fn a_large_value_is_cut_and_stays_json() {
    if lacks("node") {
        return;
    }
    let bench = bench();
    let code =
        prepare(Language::JavaScript, "Array.from({ length: 100_000 }, (_, i) => ({ i }))").unwrap().text;
    let (outcome, _) = bench.run(Language::JavaScript, &code).await;
    let Some(Value::Json { json: serde_json::Value::Array(items), cut: true }) = outcome.value else {
        panic!()
    };
    let last = items.last().and_then(|item| item.as_str()).unwrap_or_default();
    assert!(last.ends_with("of 100000 items left out ..."), "{last}");
}

#[tokio::test]
async fn all_output_comes_before_the_end_however_large() {
    if lacks("node") {
        return;
    }
    let (outcome, heard) =
        bench().run(Language::JavaScript, "console.log('x'.repeat(3_000_000)); process.exit(1)").await;
    assert_eq!((outcome.ending, heard.stdout().len()), (Ending::Exit { code: 1 }, 3_000_001));
}

#[tokio::test]
async fn a_child_of_the_program_does_not_hold_the_link() {
    if !super::HAS_PROCESSES || lacks("node") {
        return;
    }
    let code = "const { execFileSync } = require('node:child_process')\n\
                const { readdirSync, readlinkSync } = require('node:fs')\n\
                const target = number => { try { return readlinkSync(`/proc/self/fd/${number}`) } catch { return '' } }\n\
                const own = readdirSync('/proc/self/fd').map(target)\n\
                const child = execFileSync('sh', ['-c', 'ls -l /proc/$$/fd'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })\n\
                return [own.some(name => name.startsWith('socket:')), /-> .socket:.*\\n/.test(child.split('\\n').filter(line => !/ [012] -> /.test(line)).join('\\n'))]";
    assert_eq!(fresh(code).await, "finish = [true,false]");
}

#[tokio::test]
async fn a_tool_call_that_fails_is_an_error_of_the_program() {
    if lacks("node") {
        return;
    }
    let code = "try {\n  await tools.call('github', 'create_issue', { title: 'x' })\n} catch (error) {\n  \
                console.log(error instanceof ToolError, error.message, error.server, error.tool, error.code)\n}\n\
                const all = await Promise.allSettled([1, 2, 3].map(n => tools.call('a', 'b', { n })))\nall.map(one => one.status)";
    assert_eq!(
        fresh(code).await,
        "true no server github github create_issue unknown_tool\nfinish = [\"rejected\",\"rejected\",\"rejected\"]"
    );
    let said = fresh("const x = 1\nawait tools.call('a', 'b')").await;
    assert!(said.starts_with("raise ToolError\n") && said.contains("at main.js:2:"), "{said}");
}
