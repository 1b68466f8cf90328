//! JavaScript and TypeScript programs through the guest: values, endings, tracebacks, sessions.

use codemode_run::{Ending, Language, Session, Value};
use codemode_source::prepare;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, Heard, program};

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
    let bench = Bench::direct();
    let mut session = bench.engine.open(&bench.spec(language, false)).await.unwrap();
    seen(&mut *session, language, code).await
}

async fn fresh(code: &str) -> String {
    fresh_in(Language::JavaScript, code).await
}

#[tokio::test]
async fn the_value_is_the_last_expression_declaration_or_return() {
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
