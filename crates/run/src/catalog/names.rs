//! Names that are legal in every language that programs are written in.

use std::collections::HashSet;

/// Words that no tool or parameter can be called by in Python.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// What a server cannot be called beside: words of JavaScript, what every Python program expects to find, and what
/// codemode itself puts there.
const TAKEN: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "EOFError",
    "Ellipsis",
    "Exception",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplemented",
    "OSError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TimeoutError",
    "ToolError",
    "TypeError",
    "ValueError",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "arguments",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "call",
    "callable",
    "case",
    "catch",
    "chr",
    "classmethod",
    "codemode",
    "compile",
    "complex",
    "const",
    "copyright",
    "credits",
    "debugger",
    "default",
    "delattr",
    "delete",
    "describe",
    "dict",
    "dir",
    "display",
    "divmod",
    "do",
    "enum",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "export",
    "extends",
    "false",
    "filter",
    "float",
    "format",
    "frozenset",
    "function",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "implements",
    "input",
    "instanceof",
    "int",
    "interface",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "let",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "new",
    "next",
    "null",
    "object",
    "oct",
    "open",
    "ord",
    "package",
    "pow",
    "print",
    "private",
    "property",
    "protected",
    "public",
    "quit",
    "range",
    "repr",
    "require",
    "reversed",
    "round",
    "search",
    "servers",
    "set",
    "setattr",
    "slice",
    "sorted",
    "static",
    "staticmethod",
    "str",
    "sum",
    "super",
    "switch",
    "then",
    "this",
    "throw",
    "tools",
    "true",
    "tuple",
    "type",
    "typeof",
    "undefined",
    "var",
    "vars",
    "void",
    "zip",
];

/// A tool of this name would make its server look like something to wait for.
const THENABLE: &str = "then";

/// Legal names for servers, in their order.
pub(super) fn for_servers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    unique(names, |name| TAKEN.contains(&name))
}

/// Legal names for the tools of a server or the parameters of a tool, in their order.
pub(super) fn for_members<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    unique(names, |name| name == THENABLE)
}

/// A name that is legal already keeps it; of the others that come to the same, later ones get a number.
fn unique<'a>(names: impl Iterator<Item = &'a str>, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
    let names: Vec<(&str, String)> = names.map(|name| (name, legal(name, &is_taken))).collect();
    let mut used: HashSet<String> =
        names.iter().filter(|(name, legal)| name == legal).map(|(_, legal)| legal.clone()).collect();
    let mut kept: HashSet<String> = HashSet::new();
    let number = |(name, legal): (&str, String)| {
        if name == legal && kept.insert(legal.clone()) {
            return legal;
        }
        let mut candidate = legal.clone();
        for count in 2.. {
            if used.insert(candidate.clone()) {
                break;
            }
            candidate = format!("{legal}_{count}");
        }
        candidate
    };
    names.into_iter().map(number).collect()
}

fn legal(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut legal: String = name.chars().map(|c| if is_word(c) { c } else { '_' }).collect();
    if legal.is_empty() || legal.starts_with(|c: char| c.is_ascii_digit()) {
        legal.insert(0, '_');
    }
    // Names between two underscores on each side are those of the languages themselves.
    if KEYWORDS.contains(&legal.as_str()) || legal.starts_with("__") || is_taken(&legal) {
        legal.push('_');
    }
    legal
}

/// Letters that Python and JavaScript both take, and that Python does not rewrite (it normalises names to NFKC).
fn is_word(c: char) -> bool {
    matches!(c,
        '0'..='9' | 'A'..='Z' | '_' | 'a'..='z'
        | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ'
        | 'Α'..='Ρ' | 'Σ'..='ω' | 'Ѐ'..='ҁ'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_legal_unique_and_keep_what_is_legal_already() {
        let names = ["a-b", "a_b", "a.b", "class", "9lives", "", "__init__", "検索", "a b", "a-b", "then"];
        assert_eq!(
            for_members(names.into_iter()),
            [
                "a_b_2",
                "a_b",
                "a_b_3",
                "class_",
                "_9lives",
                "_",
                "__init___",
                "検索",
                "a_b_4",
                "a_b_5",
                "then_"
            ]
        );
    }

    #[test]
    fn a_server_never_hides_what_a_program_expects() {
        assert_eq!(
            for_servers(["open", "time", "delete", "tools", "my-server"].into_iter()),
            ["open_", "time", "delete_", "tools_", "my_server"]
        );
    }
}
