//! Python: what is seen, and what is only text.

use codemode_source::{Language, read};

/// Imports as `module@line`, with `?` when the program deals with their absence.
fn imports(code: &str) -> Vec<String> {
    let reading = read(Language::Python, code).unwrap();
    let mark = |guarded| if guarded { "?" } else { "" };
    reading
        .imports
        .iter()
        .map(|import| format!("{}@{}{}", import.module, import.line, mark(import.guarded)))
        .collect()
}

/// Names as `name@line`, with `()` when they are called.
fn references(code: &str) -> Vec<String> {
    let reading = read(Language::Python, code).unwrap();
    let mark = |called| if called { "()" } else { "" };
    reading
        .references
        .iter()
        .map(|name| format!("{}{}@{}", name.name, mark(name.called), name.line))
        .collect()
}

#[test]
fn every_way_to_import_is_seen() {
    let cases: &[(&str, &[&str])] = &[
        ("import os", &["os@1"]),
        ("x=1; import os", &["os@1"]),
        ("import json, os.path as p", &["json@1", "os.path@1"]),
        ("from a.b import c", &["a.b@1"]),
        ("from . import sibling", &[]),
        ("__import__('os')", &["os@1"]),
        ("import importlib\nimportlib.import_module('yaml')", &["importlib@1", "yaml@2"]),
        ("from importlib import import_module as im\nim('yaml')", &["importlib@1", "yaml@2"]),
        ("def f():\n    import lazy", &["lazy@2"]),
        ("# import pandas", &[]),
        ("x = 'import pandas'", &[]),
        ("\"\"\"\nimport pandas\n\"\"\"", &[]),
    ];
    for (code, expected) in cases {
        assert_eq!(imports(code), *expected, "{code}");
    }
}

#[test]
fn an_import_that_the_program_guards_is_marked() {
    let cases: &[(&str, &[&str])] = &[
        ("try:\n    import a\nexcept ImportError:\n    import b", &["a@2?", "b@4?"]),
        ("try:\n    import a\nexcept (ValueError, ModuleNotFoundError):\n    pass", &["a@2?"]),
        ("try:\n    import a\nexcept:\n    pass\nimport c", &["a@2?", "c@5"]),
        ("try:\n    import a\nexcept ValueError:\n    pass", &["a@2"]),
        ("try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import d", &["d@6"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import e", &["typing@1", "e@3?"]),
        (
            "import contextlib\nwith contextlib.suppress(ImportError):\n    import f",
            &["contextlib@1", "f@3?"],
        ),
    ];
    for (code, expected) in cases {
        assert_eq!(imports(code), *expected, "{code}");
    }
}

#[test]
fn names_are_resolved_through_imports_and_builtins() {
    let cases: &[(&str, &[&str])] = &[
        ("open ('x')", &["open()@1"]),
        ("import os as o\no.system('ls')", &["os.system()@2"]),
        ("from os import system as s\ns('ls')", &["os.system()@2"]),
        ("e = eval\ne('1')", &["eval@1", "e()@2"]),
        ("import os\ngetattr(os, 'system')('ls')", &["os.system@2", "getattr()@2", "os@2"]),
        ("__builtins__['eval']('1')", &["eval@1", "__builtins__@1"]),
        ("import builtins\nbuiltins.exec('1')", &["exec()@2", "builtins.exec()@2"]),
        ("x.y().z", &["x.y()@1"]),
        ("# open( a door\ns = 'eval(1)'", &[]),
        ("f'{open(1)}'", &["open()@1"]),
        ("class open: pass", &[]),
    ];
    for (code, expected) in cases {
        assert_eq!(references(code), *expected, "{code}");
    }
}

#[test]
fn what_codemode_allows_at_the_top_level_is_no_error() {
    for code in [
        "await f()",
        "return 1",
        "if x:\n    return 1",
        "async for x in y:\n    pass",
        "from __future__ import annotations",
    ] {
        assert!(read(Language::Python, code).is_ok(), "{code}");
    }
}

#[test]
fn a_syntax_error_has_its_line_and_a_caret() {
    let cases = [
        ("x = 1\nprint(x", "line 2: unexpected EOF while parsing\n    print(x\n           ^"),
        ("é = = 1", "line 1: Expected an expression\n    é = = 1\n        ^"),
        ("a\0b", "line 1: source code cannot contain null bytes\n    a\0b\n     ^"),
    ];
    for (code, expected) in cases {
        assert_eq!(read(Language::Python, code).unwrap_err().to_string(), expected, "{code:?}");
    }
    assert_eq!(read(Language::Python, "if True:\nprint(1)").unwrap_err().line, 2);
}

#[test]
fn nesting_does_not_break_the_reader() {
    let deep = 20_000;
    let programs = [
        "(".repeat(deep) + &")".repeat(deep),
        "1+".repeat(deep) + "1",
        "-".repeat(deep) + "1",
        "a.".repeat(deep) + "b",
        "a(".repeat(deep) + &")".repeat(deep),
        "[".repeat(deep),
        "not ".repeat(deep) + "x",
        "lambda:".repeat(deep) + "1",
    ];
    for program in programs {
        // Either answer is right; what counts is that there is one.
        let _ = read(Language::Python, &program);
    }
}

#[test]
fn every_prefix_of_a_program_is_read_or_refused() {
    let program = include_str!("../../../engines/guest/runner.py");
    for end in (0..program.len()).step_by(97).map(|end| program.floor_char_boundary(end)) {
        let _ = read(Language::Python, &program[..end]);
    }
}

#[test]
fn a_large_program_is_read() {
    let program = "print('a line of some length')\n".repeat(6_500);
    let reading = read(Language::Python, &program).unwrap();
    assert_eq!((program.len() > 200_000, reading.references.len()), (true, 6_500));
}

/// The expression that a program ends with, and where: `line:column`.
fn last(code: &str) -> Option<(String, String)> {
    let found = read(Language::Python, code).unwrap().last?;
    let text = code.chars().skip(found.start).take(found.end - found.start).collect();
    Some((text, format!("{}:{}", found.line, found.column)))
}

#[test]
fn the_expression_that_a_program_ends_with_is_told_with_its_place() {
    let cases = [
        ("1 + 1", "1 + 1", "1:0"),
        ("x = 1\nx", "x", "2:0"),
        ("é = 'é'\nprint('ü');  (é +\n    é)  # tail\n", "(é +\n    é)", "2:14"),
        ("'''a\nb'''\nf(\n  1,\n)\n", "f(\n  1,\n)", "3:0"),
        ("await x()", "await x()", "1:0"),
    ];
    for (code, text, place) in cases {
        assert_eq!(last(code), Some((text.to_owned(), place.to_owned())), "{code}");
    }
}

#[test]
fn a_program_without_a_value_says_so() {
    for code in ["", "# nothing", "for i in x:\n    i", "def f():\n    return 1", "import os", "del x"] {
        assert_eq!(last(code).map(|(text, _)| text), Some(String::new()), "{code}");
    }
}

#[test]
fn where_only_the_interpreter_can_tell_a_value_nothing_is_said() {
    let programs =
        ["x = 1", "x += 1", "x: int = 1", "a = 1; a", "if x:\n    return 1\n2", "a = 1\r\na", "\u{feff}1"];
    for code in programs {
        assert_eq!(last(code), None, "{code}");
    }
}
