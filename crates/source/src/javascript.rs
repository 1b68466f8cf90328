//! Reads JavaScript and TypeScript with swc's parser, and makes of them the script that the Node guest evaluates.

mod edits;
mod facts;
mod names;
mod redeclare;
mod script;
mod types;

use swc_common::{BytePos, Span, Spanned};
use swc_ecma_ast::{EsVersion, ModuleItem};
use swc_ecma_parser::error::{Error, SyntaxError as ParserError};
use swc_ecma_parser::{EsSyntax, Parser, StringInput, Syntax, TsSyntax, lexer::Lexer};

use crate::deep::on_deep_stack;
use crate::{Language, Reading, Script, SyntaxError};

/// What one level takes at most, of the parser or the visitors.
const STACK_BYTES_PER_CHARACTER: usize = 4096;

pub(crate) fn read(language: Language, code: &str) -> Result<Reading, SyntaxError> {
    on_deep_stack(code, STACK_BYTES_PER_CHARACTER, || {
        let source = Source::new(code);
        Ok(facts::find(&parse(language, &source)?, &source))
    })
}

pub(crate) fn prepare(language: Language, code: &str) -> Result<Script, SyntaxError> {
    let script = on_deep_stack(code, STACK_BYTES_PER_CHARACTER, || {
        let source = Source::new(code);
        Ok(script::rewrite(language, &parse(language, &source)?, &source))
    })?;
    let text = match language {
        Language::TypeScript => on_deep_stack(&script, STACK_BYTES_PER_CHARACTER, || types::strip(&script))?,
        _ => script,
    };
    Ok(Script { text })
}

pub(crate) fn redeclarable(script: &str) -> String {
    let rewritten = on_deep_stack(script, STACK_BYTES_PER_CHARACTER, || {
        let source = Source::new(script);
        Ok(redeclare::rewrite(&parse(Language::JavaScript, &source)?, &source))
    });
    rewritten.unwrap_or_else(|_| script.to_owned())
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
