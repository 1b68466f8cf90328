//! Reads Python with ruff's parser: errors, imports and names, never by matching text.

use std::collections::HashMap;

use ruff_python_ast::visitor::{
    Visitor, walk_except_handler, walk_expr, walk_parameter, walk_pattern, walk_stmt,
};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, ExprCall, ExprContext, Identifier, Parameter, Pattern, Stmt, StmtIf, StmtTry,
    StmtWith,
};
use ruff_python_parser::{ParseError, parse_module};
use ruff_text_size::{Ranged, TextSize};

use crate::deep::on_deep_stack;
use crate::{Call, Import, Last, Reading, Reference, SyntaxError};

/// What one level takes at most, of the parser or the visitor.
const STACK_BYTES_PER_CHARACTER: usize = 2048;

pub(crate) fn read(code: &str) -> Result<Reading, SyntaxError> {
    on_deep_stack(code, STACK_BYTES_PER_CHARACTER, || read_here(code))
}

fn read_here(code: &str) -> Result<Reading, SyntaxError> {
    let lines = Lines::new(code);
    // CPython reads `\0` as an error of its own; the parser would point at it with less care.
    if let Some(at) = code.find('\0') {
        return Err(lines.error("source code cannot contain null bytes".to_owned(), at));
    }
    let parsed = parse_module(code).map_err(|error| syntax_error(&lines, &error))?;
    let mut finder =
        Finder { aliases: HashMap::new(), guards: 0, lines, reading: Reading::default(), tries: 0 };
    for statement in parsed.suite() {
        finder.visit_stmt(statement);
    }
    let last = last(code, parsed.suite(), &finder.lines);
    Ok(Reading { last, ..finder.reading })
}

/// The expression that a program ends with. `None` where only the interpreter can tell its value: of an assignment, behind a
/// `return`, and where its lines are others than ours.
fn last(code: &str, suite: &[Stmt], lines: &Lines<'_>) -> Option<Last> {
    let mut returns = Returns(false);
    returns.visit_body(suite);
    if returns.0 || code.contains(['\r', '\u{feff}']) {
        return None;
    }
    let characters = |at: usize| code[..at].chars().count();
    let whole = code.chars().count();
    match suite.last() {
        Some(Stmt::Expr(statement)) => {
            let (start, end) = (usize::from(statement.start()), usize::from(statement.end()));
            let line = lines.line(start);
            let column = start - code[..start].rfind('\n').map_or(0, |at| at + 1);
            // On the first line there is no room before it for what keeps it in its place.
            (line > 1 || column == 0).then(|| Last {
                start: characters(start),
                end: characters(end),
                line,
                column,
            })
        }
        Some(Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_)) => None,
        _ => Some(Last { start: whole, end: whole, line: 1, column: 0 }),
    }
}

/// Whether something returns outside of every function.
struct Returns(bool);

impl<'a> Visitor<'a> for Returns {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(_) => self.0 = true,
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

fn syntax_error(lines: &Lines<'_>, error: &ParseError) -> SyntaxError {
    lines.error(error.error.to_string(), usize::from(error.location.start()))
}

/// Places in a program as lines and columns.
struct Lines<'a> {
    code: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(code: &'a str) -> Self {
        let starts = std::iter::once(0).chain(code.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { code, starts }
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    fn error(&self, message: String, at: usize) -> SyntaxError {
        let at = self.code.floor_char_boundary(at.min(self.code.len()));
        let line = self.line(at);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or_default();
        let text = self.code[start..].lines().next().unwrap_or_default().to_owned();
        let column = u32::try_from(self.code[start..at].chars().count() + 1).unwrap_or(u32::MAX);
        SyntaxError { message, line, column, text }
    }
}

/// Walks a program and notes what it imports and uses.
struct Finder<'a> {
    /// What a local name stands for: after `import os as o`, `o` is `os`.
    aliases: HashMap<String, String>,
    /// Blocks around this place in which a failed import is dealt with.
    guards: usize,
    lines: Lines<'a>,
    reading: Reading,
    /// Blocks around this place in which some failure is dealt with.
    tries: usize,
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let tries = matches!(statement, Stmt::Try(block) if !block.handlers.is_empty());
        self.tries += usize::from(tries);
        self.statement(statement);
        self.tries -= usize::from(tries);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.bind(inner.name.as_ref());
        walk_except_handler(self, handler);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bind(Some(&parameter.name));
        walk_parameter(self, parameter);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(name) => self.bind(name.name.as_ref()),
            Pattern::MatchMapping(mapping) => self.bind(mapping.rest.as_ref()),
            Pattern::MatchStar(name) => self.bind(name.name.as_ref()),
            _ => {}
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.reading.bound.insert(name.id.to_string());
            }
            Expr::Name(_) | Expr::Attribute(_) => match self.dotted(expression) {
                Some(name) => self.refer(name, expression.start(), false),
                None => walk_expr(self, expression),
            },
            Expr::Subscript(item) => {
                if let (Some(name), Expr::StringLiteral(key)) = (self.dotted(&item.value), &*item.slice)
                    && is_builtins(&name)
                {
                    self.refer(key.value.to_str().to_owned(), item.start(), false);
                }
                walk_expr(self, expression);
            }
            _ => walk_expr(self, expression),
        }
    }
}

impl Finder<'_> {
    fn bind(&mut self, name: Option<&Identifier>) {
        self.reading.bound.extend(name.map(ToString::to_string));
    }

    fn statement<'a>(&mut self, statement: &'a Stmt)
    where
        Self: Visitor<'a>,
    {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bind(Some(&function.name));
                walk_stmt(self, statement);
            }
            Stmt::ClassDef(class) => {
                self.bind(Some(&class.name));
                walk_stmt(self, statement);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.import(alias.name.as_str(), import.start());
                    self.name_module(alias);
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                self.import(module, import.start());
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(Some(name));
                    self.aliases.insert(name.to_string(), format!("{module}.{}", alias.name));
                }
            }
            Stmt::ImportFrom(import) => {
                let names = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name));
                names.for_each(|name| self.bind(Some(name)));
            }
            Stmt::Try(block) if catches_import_error(block) => self.guarded_try(block),
            Stmt::If(block) if is_type_checking(block) => self.guarded(|finder| walk_stmt(finder, statement)),
            Stmt::With(block) if suppresses_import_error(block) => {
                self.guarded(|finder| walk_stmt(finder, statement));
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn import(&mut self, module: &str, at: TextSize) {
        let (line, guarded) = (self.lines.line(at.into()), self.guards > 0);
        self.reading.imports.push(Import { module: module.to_owned(), line, guarded });
    }

    fn name_module(&mut self, alias: &Alias) {
        let module = alias.name.as_str();
        let first = module.split('.').next().unwrap_or(module);
        let (name, stands_for) = alias.asname.as_ref().map_or((first, first), |name| (name.as_str(), module));
        self.reading.bound.insert(name.to_owned());
        self.aliases.insert(name.to_owned(), stands_for.to_owned());
    }

    fn guarded(&mut self, walk: impl FnOnce(&mut Self)) {
        self.guards += 1;
        walk(self);
        self.guards -= 1;
    }

    fn guarded_try<'a>(&mut self, block: &'a StmtTry)
    where
        Self: Visitor<'a>,
    {
        self.guarded(|finder| finder.visit_body(&block.body));
        for handler in &block.handlers {
            // What a handler imports instead is a guess of the program's own.
            self.guarded(|finder| finder.visit_except_handler(handler));
        }
        self.visit_body(&block.orelse);
        self.visit_body(&block.finalbody);
    }

    fn refer(&mut self, name: String, at: TextSize, called: bool) {
        let line = self.lines.line(at.into());
        if let Some(builtin) = name.strip_prefix("builtins.").or_else(|| name.strip_prefix("__builtins__.")) {
            self.reading.references.push(Reference { name: builtin.to_owned(), line, called });
        }
        self.reading.references.push(Reference { name, line, called });
    }

    fn call<'a>(&mut self, call: &'a ExprCall)
    where
        Self: Visitor<'a>,
    {
        match self.dotted(&call.func) {
            Some(name) => {
                self.literal_call(&name, call);
                self.note_call(&name, call);
                self.refer(name, call.start(), true);
            }
            None => self.visit_expr(&call.func),
        }
        self.visit_arguments(&call.arguments);
    }

    fn note_call(&mut self, name: &str, call: &ExprCall) {
        if !name.contains('.') {
            return;
        }
        let (line, guarded) = (self.lines.line(call.start().into()), self.tries > 0);
        let names = call
            .arguments
            .keywords
            .iter()
            .filter_map(|keyword| keyword.arg.as_ref())
            .map(ToString::to_string);
        let is_known = !call.arguments.args.iter().any(Expr::is_starred_expr);
        let places = is_known.then_some(call.arguments.args.len());
        self.reading.calls.push(Call {
            name: name.to_owned(),
            line,
            guarded,
            names: names.collect(),
            places,
        });
    }

    /// Calls that import or look up by a name that stands in the program.
    fn literal_call(&mut self, name: &str, call: &ExprCall) {
        let arguments: Vec<&Expr> = call.arguments.args.iter().collect();
        match (name, &arguments[..]) {
            (
                "__import__" | "builtins.__import__" | "importlib.import_module",
                [Expr::StringLiteral(module), ..],
            ) => {
                self.import(module.value.to_str(), call.start());
            }
            ("getattr" | "builtins.getattr", [object, Expr::StringLiteral(attribute), ..]) => {
                if let Some(object) = self.dotted(object) {
                    self.refer(format!("{object}.{}", attribute.value.to_str()), call.start(), false);
                }
            }
            _ => {}
        }
    }

    /// `a.b.c` with its first name resolved; `None` for anything that is not a plain dotted name.
    fn dotted(&self, expression: &Expr) -> Option<String> {
        let mut parts = Vec::new();
        let mut inner = expression;
        loop {
            match inner {
                Expr::Attribute(attribute) => {
                    parts.push(attribute.attr.as_str());
                    inner = &attribute.value;
                }
                Expr::Name(name) => {
                    let first = self.aliases.get(name.id.as_str()).map_or(name.id.as_str(), String::as_str);
                    parts.push(first);
                    parts.reverse();
                    return Some(parts.join("."));
                }
                _ => return None,
            }
        }
    }
}

fn is_builtins(name: &str) -> bool {
    matches!(name, "__builtins__" | "__builtins__.__dict__" | "builtins.__dict__" | "vars")
}

fn catches_import_error(block: &StmtTry) -> bool {
    block.handlers.iter().any(|handler| {
        let ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().is_none_or(names_import_error)
    })
}

fn names_import_error(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => {
            matches!(name.id.as_str(), "BaseException" | "Exception" | "ImportError" | "ModuleNotFoundError")
        }
        Expr::Tuple(tuple) => tuple.elts.iter().any(names_import_error),
        _ => false,
    }
}

fn is_type_checking(block: &StmtIf) -> bool {
    match &*block.test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

fn suppresses_import_error(block: &StmtWith) -> bool {
    block.items.iter().any(|item| {
        let Expr::Call(call) = &item.context_expr else { return false };
        let suppress = match &*call.func {
            Expr::Name(name) => name.id.as_str() == "suppress",
            Expr::Attribute(attribute) => attribute.attr.as_str() == "suppress",
            _ => false,
        };
        suppress && call.arguments.args.iter().any(names_import_error)
    })
}
