//! TypeScript: its types are gone, and every line is where it was.

use codemode_source::{Language, prepare, read};

fn script(code: &str) -> String {
    prepare(Language::TypeScript, code).unwrap().text
}

#[test]
fn types_become_blanks() {
    let cases = [
        ("let x: number = 1; f(x)", "let x         = 1; __codemode__.value=f(x)"),
        ("interface A {\n  b: string\n}\nf()", ";            \n           \n \n__codemode__.value=f()"),
        ("import type {A} from 'a'\nf()", "\n__codemode__.value=f()"),
        (
            "import {A, b} from 'a'\nlet x: A\nb()",
            "let {\"b\": b} = await __codemode__.load('a', [\"b\"]);\nlet x   \n__codemode__.value=b()",
        ),
        ("return f<string>()!", "throw __codemode__.returned(f        () )"),
    ];
    for (code, expected) in cases {
        assert_eq!(script(code), expected, "{code}");
    }
}

#[test]
fn what_has_to_be_compiled_stays_on_its_line() {
    let code = "enum A {\n  X,\n  Y = 'y',\n}\n\n// nothing\nconst t: string = `a\nb`\nclass C {\n  constructor(private a: A) {}\n}\nmark(A.X)\n";
    let script = script(code);
    let line = |text: &str| script.lines().position(|line| line.contains(text)).map(|index| index + 1);
    assert_eq!((line("mark("), line("`a"), line("class C")), (Some(12), Some(7), Some(9)), "{script}");
    assert!(script.contains("`a\nb`") && !script.contains("private"), "{script}");
}

#[test]
fn type_only_imports_are_no_imports() {
    let reading = read(
        Language::TypeScript,
        "import type {A} from 'a'\nimport {b} from 'b'\nimport c = require('c')\nb(c)",
    )
    .unwrap();
    let modules: Vec<&str> = reading.imports.iter().map(|import| import.module.as_str()).collect();
    assert_eq!(modules, ["b", "c"]);
}

#[test]
fn a_syntax_error_has_its_place() {
    let error = read(Language::TypeScript, "let x: number = 1\nlet y: = 2").unwrap_err();
    assert_eq!((error.line, error.text.as_str()), (2, "let y: = 2"));
}
