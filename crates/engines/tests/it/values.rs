//! Values, endings and displays that break what handles them carelessly.

use codemode_run::{Ending, Language, Value};
use serde_json::json;

use super::bench;
use super::python::{fresh, seen};

async fn value(code: &str) -> Option<Value> {
    bench().run(Language::Python, code).await.0.value
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text { text: text.to_owned(), cut: false })
}

#[tokio::test]
async fn what_json_cannot_hold_exactly_is_shown_as_python_shows_it() {
    let cases = [
        ("2 ** 100", text("1267650600228229401496703205376")),
        ("[1, 2 ** 64]", text("[1, 18446744073709551616]")),
        ("2 ** 64 - 1", Some(Value::Json { json: json!(u64::MAX), cut: false })),
        ("-2 ** 63", Some(Value::Json { json: json!(i64::MIN), cut: false })),
        ("{'a': [1.0, float('nan')]}", text("{'a': [1.0, nan]}")),
        ("{1: 2}", text("{1: 2}")),
        ("a = []\na.append(a)\na", text("[[...]]")),
        ("a = {}\na['a'] = [a, a]\na", text("{'a': [{...}, {...}]}")),
        ("class int(int): pass\nint(3)", text("3")),
        ("'\\ud800 half'", Some(Value::Json { json: json!("? half"), cut: false })),
        (
            "[0.1 + 0.2, 1e23, 5e-324, 1.7976931348623157e308]",
            Some(Value::Json { json: json!([0.1 + 0.2, 1e23, 5e-324, 1.7976931348623157e308]), cut: false }),
        ),
    ];
    for (code, expected) in cases {
        assert_eq!(value(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn every_float_arrives_as_it_was() {
    let code = "import random\nr = random.Random(7)\nx = [r.random() * 10 ** r.randint(-30, 30) for _ in range(1500)]\nprint(*x)\nx";
    let (outcome, heard) = bench().run(Language::Python, code).await;
    let Some(Value::Json { json, cut: false }) = outcome.value else { panic!() };
    let printed: Vec<f64> = heard.stdout().split_whitespace().map(|number| number.parse().unwrap()).collect();
    let arrived: Vec<f64> = json.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect();
    assert_eq!(arrived, printed);
}

#[tokio::test]
async fn values_that_fight_back_only_hurt_themselves() {
    let cases = [
        ("class A:\n    def __repr__(self): raise SystemExit(3)\nA()", text("<repr failed: SystemExit>")),
        (
            "class S(str):\n    def __len__(self): raise KeyError\n    def __str__(self): return self\nclass A:\n    def __repr__(self): return S('x')\nA()",
            text("x"),
        ),
        ("10 ** 5000", text("<repr failed: ValueError>")),
        ("class A:\n    __repr__ = None\nA()", text("<repr failed: TypeError>")),
    ];
    for (code, expected) in cases {
        assert_eq!(value(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_large_value_is_shortened_without_being_walked() {
    let Some(Value::Json { json, cut: true }) = value("list(range(3_000_000))").await else { panic!() };
    let items = json.as_array().unwrap();
    assert_eq!(items[..3], [json!(0), json!(1), json!(2)]);
    assert_eq!(
        *items.last().unwrap(),
        json!(format!("... {} of 3000000 items left out ...", 3_000_001 - items.len()))
    );
    assert!(json.to_string().len() <= 50_100);
    let Some(Value::Json { json, cut: true }) = value("{'text': 'x' * 30_000_000, 'more': 1}").await else {
        panic!()
    };
    assert!(
        json.to_string().len() <= 50_100
            && json["text"].as_str().unwrap().contains(" characters left out ...]"),
        "{}",
        json.to_string().len()
    );
    let Some(Value::Text { text, cut: true }) = value("set(range(200_000))").await else { panic!() };
    assert!(text.starts_with("{0, 1, 2") && text.len() <= 50_100);
}

#[tokio::test]
async fn exceptions_that_fight_back_end_the_run_as_exceptions() {
    let cases = [
        ("raise ValueError('x' * 20_000_000)", "ValueError"),
        ("raise type('N' * 20_000_000, (Exception,), {})", "N"),
        ("class E(Exception):\n    __module__ = 5\nraise E", "<unknown>.E"),
        ("class E(ModuleNotFoundError):\n    name = property(lambda self: 1 / 0)\nraise E", "E"),
        ("class E(Exception):\n    def __str__(self): raise SystemExit(9)\nraise E", "E"),
        ("raise ValueError('\\ud800')", "ValueError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("a = ValueError('a')\na.__cause__ = a\nraise a", "ValueError"),
    ];
    for (code, kind) in cases {
        let (ending, _) = bench().python(code).await;
        let Ending::Raise(exception) = ending else { panic!("{code}: {ending:?}") };
        assert!(
            exception.kind.starts_with(kind) && exception.kind.len() <= 300,
            "{code}: {}",
            exception.kind
        );
        assert!(exception.message.len() <= 10_100 && exception.traceback.len() <= 20_100, "{code}");
    }
}

#[tokio::test]
async fn a_program_holds_no_descriptor_but_its_own() {
    if !super::HAS_PROCESSES {
        return;
    }
    // The listing itself is 3, and the link is where a program's own files do not meet it.
    let code = "import os\nprint(os.listdir('/proc/self/fd'))";
    assert_eq!(fresh(code).await, "['0', '1', '2', '3', '240']\nfinish");
}

#[tokio::test]
async fn a_top_level_return_bears_whatever_a_module_may_hold() {
    let cases = [
        ("x: int = 3\nif x: return x", "finish = 3"),
        ("from math import *\nreturn floor(pi)", "finish = 3"),
        ("from __future__ import annotations\ndef f(a: nothing): return 1\nreturn f(0)", "finish = 1"),
        ("match [1, 2]:\n    case [a, *b]: return [a, b]", "finish = [1,[2]]"),
        ("class A:\n    y: int = 2\nreturn A.y", "finish = 2"),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e: return str(e)", "finish = \"division by zero\""),
        ("import os.path as p, sys\nwith open('f', 'w') as f: pass\nreturn p.exists('f')", "finish = true"),
        ("return [y := 5, y]", "finish = [5,5]"),
        ("def g():\n    global made\n    made = 1\ng()\nreturn made", "finish = 1"),
    ];
    for (code, expected) in cases {
        assert_eq!(fresh(code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_session_survives_what_its_programs_do_to_the_interpreter() {
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    let steps = [
        ("import sys, io\nsys.stdout = io.StringIO()\nprint('kept away')", "finish"),
        ("print('heard')", "heard\nfinish"),
        ("sys.stdout.close()", "finish"),
        ("print('heard again')", "heard again\nfinish"),
        ("exit(2)", "exit 2"),
        ("import builtins\nshow = builtins.print\nbuiltins.print = None\nsys.exit('words')", "words\nexit 1"),
        ("builtins.print = show\nprint(sys.stdin.read() == '')", "True\nfinish"),
        (
            "import json, os\njson.dumps = json.loads = json.JSONEncoder = os.write = os.read = None\n[1]",
            "finish = [1]",
        ),
        ("__name__ = 'other'\n__builtins__ = 3", "finish = 3"),
        (
            "class Box: pass\nimport pickle\npickle.loads(pickle.dumps(Box)) is Box if __name__ == '__main__' else 'renamed'",
            "finish = \"renamed\"",
        ),
        ("_", "finish = \"renamed\""),
        (
            "raise KeyboardInterrupt",
            "raise KeyboardInterrupt\nTraceback (most recent call last):\n  File \"main.py#12\", line 1, in <module>\n    raise KeyboardInterrupt\nKeyboardInterrupt",
        ),
        (
            "1 +",
            "raise SyntaxError\n  File \"main.py#13\", line 1\n    1 +\n       ^\nSyntaxError: invalid syntax",
        ),
        (
            "x = 1\nbreak",
            "raise SyntaxError\n  File \"main.py#14\", line 2\n    break\n    ^^^^^\nSyntaxError: 'break' outside loop",
        ),
    ];
    for (code, expected) in steps {
        assert_eq!(seen(&mut *session, code).await, expected, "{code}");
    }
}

/// Type and start of everything that a program displays.
async fn displayed(code: &str) -> Vec<(String, Option<String>, String)> {
    let (outcome, heard) = bench().run(Language::Python, code).await;
    assert_eq!(outcome.ending, Ending::Finish, "{code}");
    let displays = heard.displays.lock().unwrap();
    let start = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(40).collect();
    displays.iter().map(|shown| (shown.mime_type.clone(), shown.name.clone(), start(&shown.bytes))).collect()
}

#[tokio::test]
async fn display_shows_what_libraries_make() {
    let shown = |kind: &str, name: Option<&str>, start: &str| {
        (kind.to_owned(), name.map(str::to_owned), start.to_owned())
    };
    let figure = "class Figure:\n    def savefig(self, file, **options): file.write(b'PNG of a figure')\ndisplay(Figure(), name='plot')";
    let image = "Image = type('Image', (), {'__module__': 'PIL.Image', 'save': lambda self, file, format: file.write(format.encode())})\ndisplay(Image())";
    let frame = "class DataFrame:\n    def _repr_html_(self): return '<table>'\n    def __repr__(self): return '   a\\n0  1'\ndisplay(DataFrame())";
    let cases = [
        (figure, vec![shown("image/png", Some("plot"), "PNG of a figure")]),
        (image, vec![shown("image/png", None, "PNG")]),
        (frame, vec![shown("text/plain", None, "   a\n0  1"), shown("text/html", None, "<table>")]),
        (
            "class V:\n    def _repr_svg_(self): return '<svg/>'\ndisplay(V())",
            vec![shown("image/svg+xml", None, "<svg/>")],
        ),
        (
            "display(b'RIFF....WEBP'); display(b'RIFF....WAVE')",
            vec![shown("image/webp", None, "RIFF....WEBP"), shown("text/plain", None, "b'RIFF....WAVE'")],
        ),
        (
            "display({'a': float('nan')}); display([1], name=5)",
            vec![shown("text/plain", None, "{'a': nan}"), shown("application/json", Some("5"), "[\n  1\n]")],
        ),
        (
            "display('\\ud800'); display('/no/such.png')",
            vec![shown("text/plain", None, "?"), shown("text/plain", None, "/no/such.png")],
        ),
        (
            "display([0] * 10_000_000)",
            vec![shown("application/json", None, "[\n  0,\n  0,\n  0,\n  0,\n  0,\n  0,\n  0,\n  0")],
        ),
    ];
    for (code, expected) in cases {
        let seen = displayed(code).await;
        assert_eq!(
            seen.iter().map(|shown| &shown.0).collect::<Vec<_>>(),
            expected.iter().map(|shown| &shown.0).collect::<Vec<_>>(),
            "{code}"
        );
        assert!(
            seen.iter()
                .zip(&expected)
                .all(|(seen, expected)| seen.1 == expected.1 && seen.2.starts_with(&expected.2)),
            "{code}: {seen:?}"
        );
    }
}

/// The part of matplotlib that the guest knows: figures, which are stale from a change on until they are drawn.
const PYPLOT: &str = "
class Figure:
    def __init__(self, name): self.name, self.stale, self.axes = name, True, [1]
    def get_axes(self): return self.axes
    def savefig(self, file, **options):
        self.stale = False
        if hasattr(file, 'write'): file.write(self.name.encode())
figures = {}
def get_fignums(): return sorted(figures)
def figure(number): return figures.setdefault(number, Figure('figure %d' % number))
def close(which): figures.clear()
def show(): raise RuntimeError('there is no window')
";

#[tokio::test]
async fn a_figure_that_nobody_saved_is_shown() {
    let program = |code: &str| {
        format!(
            "import os, sys\n\
             for name in [name for name in sys.modules if name.startswith('matplotlib')]: del sys.modules[name]\n\
             os.makedirs('matplotlib')\nopen('matplotlib/__init__.py', 'w').close()\n\
             open('matplotlib/pyplot.py', 'w').write({PYPLOT:?})\nimport matplotlib.pyplot as plt\n{code}"
        )
    };
    let cases: [(&str, &[&str]); 6] = [
        ("plt.figure(1); plt.figure(2)", &["figure 1", "figure 2"]),
        ("plt.figure(1); plt.show()", &["figure 1"]),
        ("plt.figure(1); plt.show(); plt.figure(3)", &["figure 1", "figure 3"]),
        ("plt.figure(1).savefig('a.png')", &[]),
        ("plt.figure(1).axes.clear()", &[]),
        ("plt.get_fignums = None", &[]),
    ];
    for (code, expected) in cases {
        let seen = displayed(&program(code)).await;
        let expected: Vec<_> =
            expected.iter().map(|name| ("image/png".to_owned(), None, (*name).to_owned())).collect();
        assert_eq!(seen, expected, "{code}");
    }
    // It is shown as well when the program fails behind it.
    let (outcome, heard) = bench().run(Language::Python, &program("plt.figure(1)\n1 / 0")).await;
    assert_eq!((heard.displays.lock().unwrap().len(), outcome.ending.is_success()), (1, false));
}
