//! Reads JavaScript and TypeScript with swc's parser, and makes of them the script that the Node guest evaluates.

mod edits;
mod facts;
mod names;
mod redeclare;
mod script;
mod types;

use std::thread;

use swc_common::{BytePos, Span, Spanned};
use swc_ecma_ast::{EsVersion, ModuleItem};
use swc_ecma_parser::error::{Error, SyntaxError as ParserError};
use swc_ecma_parser::{EsSyntax, Parser, StringInput, Syntax, TsSyntax, lexer::Lexer};

use crate::{Language, Reading, Script, SyntaxError};

/// The parser and the visitors descend with the program's nesting, and a program is hostile: each character can be a
/// level. Pages of a stack that are not reached cost nothing.
const STACK_BYTES_PER_CHARACTER: usize = 4096;
const STACK_BYTES_MIN: usize = 8 * 1024 * 1024;
const STACK_BYTES_MAX: usize = 4096 * 1024 * 1024;

pub(crate) fn read(language: Language, code: &str) -> Result<Reading, SyntaxError> {
    on_deep_stack(code, || {
        let source = Source::new(code);
        Ok(facts::find(&parse(language, &source)?, &source))
    })
}

pub(crate) fn prepare(language: Language, code: &str) -> Result<Script, SyntaxError> {
    let script = on_deep_stack(code, || {
        let source = Source::new(code);
        Ok(script::rewrite(language, &parse(language, &source)?, &source))
    })?;
    let text = match language {
        Language::TypeScript => on_deep_stack(&script, || types::strip(&script))?,
        _ => script,
    };
    Ok(Script { text })
}

pub(crate) fn redeclarable(script: &str) -> String {
    let rewritten = on_deep_stack(script, || {
        let source = Source::new(script);
        Ok(redeclare::rewrite(&parse(Language::JavaScript, &source)?, &source))
    });
    rewritten.unwrap_or_else(|_| script.to_owned())
}

fn on_deep_stack<T: Send>(
    code: &str,
    work: impl FnOnce() -> Result<T, SyntaxError> + Send,
) -> Result<T, SyntaxError> {
    let stack = code.len().saturating_mul(STACK_BYTES_PER_CHARACTER).clamp(STACK_BYTES_MIN, STACK_BYTES_MAX);
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(stack).spawn_scoped(scope, work);
        // Without a thread, or when the parser itself breaks, the program is refused; it never takes us with it.
        worker.ok().and_then(|worker| worker.join().ok()).unwrap_or_else(|| Err(unreadable(code)))
    })
}

fn unreadable(code: &str) -> SyntaxError {
    let text = code.lines().next().unwrap_or_default().to_owned();
    SyntaxError { message: "the program cannot be read".to_owned(), line: 1, column: 1, text }
}

/// Position 0 means "nowhere" to swc.
const START: BytePos = BytePos(1);

/// A program's text and the places in it.
struct Source<'a> {
    code: &'a str,
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    fn new(code: &'a str) -> Self {
        let starts = std::iter::once(0).chain(code.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { code, starts }
    }

    /// The byte that a position of the parser stands for.
    fn at(&self, position: BytePos) -> usize {
        let at = (position.0.saturating_sub(START.0) as usize).min(self.code.len());
        self.code.floor_char_boundary(at)
    }

    fn slice(&self, span: Span) -> &'a str {
        let start = self.at(span.lo);
        &self.code[start..self.at(span.hi).max(start)]
    }

    /// The line of a position, from 1.
    fn line(&self, position: BytePos) -> u32 {
        let at = self.at(position);
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    fn input(&self) -> StringInput<'a> {
        let end = START.0.saturating_add(u32::try_from(self.code.len()).unwrap_or(u32::MAX - 1));
        StringInput::new(self.code, START, BytePos(end))
    }

    fn error(&self, error: &Error) -> SyntaxError {
        let at = self.at(error.span().lo);
        let line = self.line(error.span().lo);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or_default();
        let text = self.code[start..].lines().next().unwrap_or_default().to_owned();
        let column = u32::try_from(self.code[start..at].chars().count() + 1).unwrap_or(u32::MAX);
        SyntaxError { message: error.kind().msg().into_owned(), line, column, text }
    }
}

/// The program's statements.
///
/// A program is a module first (top-level `await`). What only sloppy scripts may say is tried as one of those.
fn parse(language: Language, source: &Source<'_>) -> Result<Vec<ModuleItem>, SyntaxError> {
    let syntax = if language == Language::TypeScript { typescript() } else { javascript() };
    let parser = || Parser::new_from(Lexer::new(syntax, EsVersion::latest(), source.input(), None));
    let mut module = parser();
    let items = checked(module.parse_module(), module.take_errors()).map(|module| module.body);
    items.or_else(|error| {
        let mut script = parser();
        let items = checked(script.parse_script(), script.take_errors());
        items
            .map(|script| script.body.into_iter().map(ModuleItem::Stmt).collect())
            .map_err(|_| source.error(&error))
    })
}

fn javascript() -> Syntax {
    Syntax::Es(EsSyntax {
        allow_return_outside_function: true,
        explicit_resource_management: true,
        import_attributes: true,
        ..EsSyntax::default()
    })
}

fn typescript() -> Syntax {
    Syntax::Typescript(TsSyntax { decorators: true, ..TsSyntax::default() })
}

/// The result, unless the parser noted an error on its way: the first one counts.
fn checked<T>(result: Result<T, Error>, noted: Vec<Error>) -> Result<T, Error> {
    // A top-level `return` is legal here, and TypeScript's parser has no option that says so.
    let noted = noted.into_iter().filter(|error| !matches!(error.kind(), ParserError::ReturnNotAllowed));
    let first = noted.min_by_key(|error| error.span().lo);
    match (result, first) {
        (Ok(value), None) => Ok(value),
        (Ok(_), Some(error)) => Err(error),
        (Err(fatal), Some(error)) if error.span().lo < fatal.span().lo => Err(error),
        (Err(fatal), _) => Err(fatal),
    }
}
