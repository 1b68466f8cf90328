//! What the policy says of a program that was read.

use codemode_run::{Language, Policy};
use codemode_source::{Import, Reading, Reference};

fn import(module: &str, line: u32) -> Import {
    Import { module: module.to_owned(), line, guarded: false }
}

fn reference(name: &str, line: u32) -> Reference {
    Reference { name: name.to_owned(), line, called: true }
}

fn review(policy: &Policy, imports: &[Import], references: &[Reference]) -> String {
    let reading =
        Reading { imports: imports.to_vec(), references: references.to_vec(), ..Reading::default() };
    policy.review(&reading).map_or_else(|refusal| refusal.to_string(), |()| "allowed".to_owned())
}

#[test]
fn the_default_policy_allows_whatever_can_be_read() {
    let all = review(&Policy::default(), &[import("os", 1)], &[reference("eval", 2)]);
    assert_eq!(all, "allowed");
}

#[test]
fn strict_allows_its_modules_and_what_is_inside_them() {
    let imports = [import("json", 1), import("collections.abc", 2)];
    assert_eq!(review(&Policy::strict(), &imports, &[reference("print", 3)]), "allowed");
}

#[test]
fn strict_names_the_first_line_that_breaks_a_rule_and_the_mend() {
    let policy = Policy { imports: Some(vec!["json".into(), "math".into()]), ..Policy::strict() };
    assert_eq!(
        review(&policy, &[import("json", 1), import("os.path", 2)], &[reference("eval", 9)]),
        "POLICY_VIOLATION (policy.imports, line 2): import of `os.path` is not allowed; use only json, math"
    );
    assert_eq!(
        review(&policy, &[import("os", 5)], &[reference("open", 4)]),
        "POLICY_VIOLATION (policy.calls, line 4): use of `open` is not allowed; compute the result without it"
    );
}

#[test]
fn a_rule_covers_a_name_and_what_is_inside_it_but_no_other_word() {
    for (name, expected) in
        [("os", false), ("os.system", false), ("oss", true), ("my_open", true), ("opener", true)]
    {
        assert_eq!(review(&Policy::strict(), &[], &[reference(name, 1)]) == "allowed", expected, "{name}");
    }
}

#[test]
fn size_and_language_are_judged_before_a_program_is_parsed() {
    let strict = Policy::strict();
    let review = |language, code: &str| {
        strict
            .review_size(language, code)
            .map_or_else(|refusal| refusal.to_string(), |()| "allowed".to_owned())
    };
    let cases = [
        (Language::Python, "x".repeat(8000), "allowed"),
        (
            Language::Python,
            "é".repeat(8001),
            "POLICY_VIOLATION (policy.chars): the program has 8001 characters, more than 8000; split it into several runs of one session",
        ),
        (Language::Python, "\n".repeat(400), "allowed"),
        (
            Language::Python,
            "\n".repeat(401),
            "POLICY_VIOLATION (policy.lines): the program has 401 lines, more than 400; split it into several runs of one session",
        ),
        (
            Language::Bash,
            "ls".to_owned(),
            "POLICY_VIOLATION (policy.languages): programs in bash are not allowed; write it in python",
        ),
    ];
    for (language, code, expected) in cases {
        assert_eq!(review(language, &code), expected);
    }
}
