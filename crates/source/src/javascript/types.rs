//! Takes the types out of TypeScript.
//!
//! Types become blanks, so every line and column stays. What cannot be blanked (an enum, a namespace, a parameter
//! property) is compiled, and the compiled lines are put back to where they came from.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use swc_common::comments::{Comment, SingleThreadedComments};
use swc_common::errors::{DiagnosticBuilder, Emitter, Handler};
use swc_common::sync::Lrc;
use swc_common::{GLOBALS, Globals, SourceMap, Spanned};
use swc_ecma_ast::{EsVersion, Tpl};
use swc_ecma_parser::Parser;
use swc_ecma_parser::lexer::Lexer;
use swc_ecma_visit::{Visit, VisitWith};
use swc_ts_fast_strip::{ErrorCode, Options, TransformOutput, TsError, operate};

use super::edits::Edits;
use super::{Source, parse, typescript};
use crate::deep::unreadable;
use crate::{Language, SyntaxError};

pub(super) fn strip(text: &str) -> Result<String, SyntaxError> {
    match transform(text, "strip-only") {
        Ok(output) => Ok(output.code),
        Err((TsError { code: ErrorCode::UnsupportedSyntax, .. }, _)) => compile(text),
        Err((error, said)) => Err(refused(text, &error, said)),
    }
}

fn compile(text: &str) -> Result<String, SyntaxError> {
    let bare = without_comments(text);
    let output = transform(&bare, "transform").map_err(|(error, said)| refused(text, &error, said))?;
    let map = output.map.unwrap_or_default();
    let map = swc_sourcemap::SourceMap::from_slice(map.as_bytes()).map_err(|_| unreadable(text))?;
    Ok(put_lines_back(&output.code, &map))
}

fn transform(text: &str, mode: &str) -> Result<TransformOutput, (TsError, Option<String>)> {
    let options = json!({
        "mode": mode,
        "module": true,
        "sourceMap": mode == "transform",
        "transform": {"noEmptyExport": true, "nativeClassProperties": true},
    });
    let failed = |error: serde_json::Error| (anyhow_error(&error), None);
    let options: Options = serde_json::from_value(options).map_err(failed)?;
    let said = Said::default();
    let map: Lrc<SourceMap> = Lrc::default();
    let handler = Handler::with_emitter(true, false, Box::new(said.clone()));
    let result = GLOBALS.set(&Globals::default(), || operate(&map, &handler, text.to_owned(), options));
    result.map_err(|error| (error, said.first()))
}

fn anyhow_error(error: &serde_json::Error) -> TsError {
    TsError { message: error.to_string(), code: ErrorCode::Unknown }
}

fn refused(text: &str, error: &TsError, said: Option<String>) -> SyntaxError {
    SyntaxError { message: said.unwrap_or_else(|| error.message.clone()), ..unreadable(text) }
}

/// What the compiler complained about.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<String>>>);

impl Said {
    fn first(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }
}

impl Emitter for Said {
    fn emit(&mut self, diagnostic: &mut DiagnosticBuilder<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(diagnostic.message());
    }
}

/// The program without comments: a line comment would swallow what is joined to its line.
fn without_comments(text: &str) -> String {
    let source = Source::new(text);
    let comments = SingleThreadedComments::default();
    let lexer = Lexer::new(typescript(), EsVersion::latest(), source.input(), Some(&comments));
    let _ = Parser::new_from(lexer).parse_module();
    let (leading, trailing) = comments.take_all();
    let mut edits = Edits::default();
    let lists = [leading.borrow(), trailing.borrow()];
    let all = lists.iter().flat_map(|list| list.values().flatten());
    for Comment { span, .. } in all {
        edits.blank(text, source.at(span.lo)..source.at(span.hi));
    }
    edits.apply(text)
}

/// Lays the compiled lines so that each starts on the line that it came from.
///
/// The compiler ends every statement with a semicolon, so a line break outside a template can become a blank.
fn put_lines_back(code: &str, map: &swc_sourcemap::SourceMap) -> String {
    let mut origins: HashMap<u32, u32> = HashMap::new();
    for token in map.tokens().filter(|token| token.has_source()) {
        origins.entry(token.get_dst_line()).or_insert(token.get_src_line());
    }
    let templates = templates(code);
    let mut text = String::with_capacity(code.len());
    let (mut line, mut start) = (0, 0);
    for (number, part) in (0..).zip(code.split('\n')) {
        let origin = origins.get(&number).copied().unwrap_or_default();
        let inside = start > 0 && templates.iter().any(|range| range.contains(&(start - 1)));
        let breaks = if inside { 1 } else { origin.saturating_sub(line) };
        text.push_str(&"\n".repeat(breaks as usize));
        if breaks == 0 && start > 0 {
            text.push(' ');
        }
        line += breaks;
        text.push_str(part);
        start += part.len() + 1;
    }
    text
}

/// Where template literals are: their line breaks are text.
fn templates(code: &str) -> Vec<Range<usize>> {
    struct Finder<'a>(&'a Source<'a>, Vec<Range<usize>>);
    impl Visit for Finder<'_> {
        fn visit_tpl(&mut self, template: &Tpl) {
            self.1.push(self.0.at(template.span_lo())..self.0.at(template.span_hi()));
            template.visit_children_with(self);
        }
    }
    let source = Source::new(code);
    let mut finder = Finder(&source, Vec::new());
    if let Ok(items) = parse(Language::JavaScript, &source) {
        items.visit_with(&mut finder);
    }
    finder.1
}
