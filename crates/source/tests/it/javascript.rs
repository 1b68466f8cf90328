//! JavaScript: what is seen, what is only text, and the script that it becomes.

use codemode_source::{Language, prepare, read};

/// Imports as `module@line`, with `?` when the program deals with their absence.
fn imports(code: &str) -> Vec<String> {
    let reading = read(Language::JavaScript, code).unwrap();
    let mark = |guarded| if guarded { "?" } else { "" };
    reading
        .imports
        .iter()
        .map(|import| format!("{}@{}{}", import.module, import.line, mark(import.guarded)))
        .collect()
}

/// Names as `name@line`, with `()` when they are called.
fn references(code: &str) -> Vec<String> {
    let reading = read(Language::JavaScript, code).unwrap();
    let mark = |called| if called { "()" } else { "" };
    reading
        .references
        .iter()
        .map(|name| format!("{}{}@{}", name.name, mark(name.called), name.line))
        .collect()
}

fn script(code: &str) -> String {
    prepare(Language::JavaScript, code).unwrap().text
}

#[test]
fn every_way_to_import_is_seen() {
    let cases: &[(&str, &[&str])] = &[
        ("import fs from 'node:fs'", &["node:fs@1"]),
        ("import 'side-effect'", &["side-effect@1"]),
        ("x()\nimport * as a from 'a'; import {b as c} from \"b\"", &["a@2", "b@2"]),
        ("export * from 'c'\nexport {d} from 'd'", &["c@1", "d@2"]),
        ("const x = await import('e')", &["e@1"]),
        ("const {f} = require('f').g", &["f@1"]),
        ("function lazy() {\n  return require('g')\n}", &["g@2"]),
        ("import(`h`); import(name); require(name)", &[]),
        ("// import 'i'\nconst s = \"require('i')\"", &[]),
        ("try {\n  require('j')\n} catch {\n  require('k')\n}", &["j@2?", "k@4?"]),
        ("try {\n  require('l')\n} finally {}", &["l@2"]),
    ];
    for (code, expected) in cases {
        assert_eq!(imports(code), *expected, "{code}");
    }
}

#[test]
fn names_are_resolved_through_imports_and_destructuring() {
    let cases: &[(&str, &[&str])] = &[
        ("eval('1')", &["eval()@1"]),
        ("globalThis.eval('1')", &["eval()@1", "globalThis.eval()@1"]),
        ("import cp from 'node:child_process'\ncp.execSync('ls')", &["child_process.execSync()@2"]),
        ("import {execSync as run} from 'child_process'\nrun('ls')", &["child_process.execSync()@2"]),
        (
            "const {exec: run} = require('child_process')\nrun('ls')",
            &["require()@1", "child_process.exec()@2"],
        ),
        ("require('fs').promises.rm('x')", &["fs.promises.rm()@1", "require()@1"]),
        ("const fs = await import('fs')\nfs['rmSync']?.('x')", &["fs.rmSync()@2"]),
        ("new Function('return 1')()", &["Function()@1"]),
        ("a.b().c", &["a.b()@1"]),
        ("({process})", &["process@1"]),
        ("// eval(1)\nconst s = 'eval(1)'", &[]),
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
        "if (x) return",
        "for await (const x of y) {}",
        "import.meta.url",
        "with (a) b()",
        "010",
        "#!/usr/bin/env node\n1",
    ] {
        assert!(read(Language::JavaScript, code).is_ok(), "{code}");
        assert!(prepare(Language::JavaScript, code).is_ok(), "{code}");
    }
}

#[test]
fn a_syntax_error_has_its_line_and_a_caret() {
    let cases = [
        ("const x = 1\nconsole.log(x", 2),
        ("é = = 1", 1),
        ("let a\nlet b = {\n  c: }\n", 3),
        ("const x: number = 1", 1),
    ];
    for (code, line) in cases {
        let error = read(Language::JavaScript, code).unwrap_err();
        assert_eq!(
            (error.line, error.text.as_str()),
            (line, code.lines().nth(line as usize - 1).unwrap()),
            "{code}: {error}"
        );
        assert!(error.to_string().ends_with('^'), "{error}");
    }
    assert_eq!(read(Language::JavaScript, "é = = 1").unwrap_err().column, 5);
}

#[test]
fn a_program_becomes_a_script_on_the_same_lines() {
    let cases = [
        ("1 + 1 // two", "__codemode__.value=1 + 1 // two"),
        ("a, b", "__codemode__.value=(a, b)"),
        ("const x = 5", "let   x = 5;__codemode__.value=x"),
        ("const x = 5\nx = 6", "const x = 5\n__codemode__.value=x = 6"),
        ("const {a, b: [c]} = f()", "let   {a, b: [c]} = f();__codemode__.value=({a, c})"),
        (
            "import a, {b as c} from 'm'\na()",
            "let {\"default\": a, \"b\": c} = await __codemode__.load('m', [\"default\", \"b\"]);\n__codemode__.value=a()",
        ),
        (
            "import {\n  a\n} from 'm'\nf(a);",
            "let {\"a\": a} = await __codemode__.load('m', [\"a\"]);\n\n\n__codemode__.value=f(a);",
        ),
        ("import * as n from 'm'", "let n = await __codemode__.load('m', []);"),
        (
            "if (x) return 1;\nf(() => { return 2 })",
            "if (x) throw __codemode__.returned(1);\n__codemode__.value=f(() => { return 2 })",
        ),
        (
            "try { return } catch (e) { }",
            "try { throw __codemode__.returned() } catch (e) {__codemode__.pass(); }",
        ),
        ("export default 5", "__codemode__.value=(5)"),
        ("export const a = 1, b = 2;", "       let   a = 1, b = 2;;__codemode__.value=b"),
        (
            "await import(import.meta.url)",
            "__codemode__.value=await __codemode__.import(__codemode__.meta.url)",
        ),
        ("function f() {}", "function f() {}"),
    ];
    for (code, expected) in cases {
        assert_eq!(script(code), expected, "{code}");
    }
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
        "{".repeat(deep) + &"}".repeat(deep),
        "x=>".repeat(deep) + "1",
        "if(x)".repeat(deep) + "y",
        "`${".repeat(deep),
    ];
    for program in programs {
        // Either answer is right; what counts is that there is one.
        for language in [Language::JavaScript, Language::TypeScript] {
            let _ = read(language, &program);
            let _ = prepare(language, &program);
        }
    }
}

#[test]
fn every_prefix_of_a_program_is_read_or_refused() {
    let program = include_str!("../../../engines/guest/runner.mjs");
    for end in (0..program.len()).step_by(397).map(|end| program.floor_char_boundary(end)) {
        for language in [Language::JavaScript, Language::TypeScript] {
            let _ = prepare(language, &program[..end]);
        }
    }
}

#[test]
fn a_large_program_is_read() {
    let program = "console.log('a line of some length')\n".repeat(6_500);
    let reading = read(Language::JavaScript, &program).unwrap();
    assert_eq!((program.len() > 200_000, reading.references.len()), (true, 6_500));
}
