//! Makes a program a script for V8's read-evaluate-print mode, every line where it was.
//!
//! Imports become awaited calls, exports disappear, a top-level `return` becomes a throw that no handler of the program
//! keeps, and the last expression or declaration is stored as the program's value. The guest defines `__codemode__`.

use swc_common::{Span, Spanned};
use swc_ecma_ast::{
    ArrowExpr, CallExpr, Callee, Constructor, Decl, DefaultDecl, ExportDefaultDecl, Expr, Function,
    GetterProp, ImportDecl, ImportSpecifier, MetaPropExpr, MetaPropKind, ModuleDecl, ModuleExportName,
    ModuleItem, Pat, ReturnStmt, SetterProp, Stmt, TryStmt, TsImportEqualsDecl, VarDecl, VarDeclKind,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::Source;
use super::edits::Edits;
use super::names::{Names, bound};
use crate::Language;

pub(super) fn rewrite(language: Language, items: &[ModuleItem], source: &Source<'_>) -> String {
    let names = Names::of(items);
    let mut writer = Writer { edits: Edits::default(), functions: 0, language, names, returns: 0, source };
    writer.imports(items);
    for item in items {
        writer.top_level(item);
        item.visit_with(&mut writer);
    }
    if let Some(last) = items.iter().rev().find(|item| !says_nothing(item)) {
        writer.value(last);
    }
    writer.edits.apply(source.code)
}

struct Writer<'a> {
    edits: Edits,
    /// Functions around this place.
    functions: usize,
    language: Language,
    names: Names,
    /// Top-level returns seen so far.
    returns: usize,
    source: &'a Source<'a>,
}

impl Writer<'_> {
    fn replace(&mut self, span: Span, text: &str) {
        let range = self.source.at(span.lo)..self.source.at(span.hi);
        self.edits.replace(self.source.code, range, text);
    }

    fn blank(&mut self, span: Span) {
        let range = self.source.at(span.lo)..self.source.at(span.hi);
        self.edits.blank(self.source.code, range);
    }

    fn wrap(&mut self, before: Span, before_text: &str, inner: Span, after_text: &str) {
        self.replace(before.with_hi(inner.lo), before_text);
        self.edits.insert(self.source.at(inner.hi), after_text);
    }

    /// An import takes effect before the program's first statement, wherever it stands.
    fn imports(&mut self, items: &[ModuleItem]) {
        let mut only_imports = true;
        for item in items {
            let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item else {
                only_imports = false;
                continue;
            };
            let text = self.import(import);
            if only_imports {
                self.replace(import.span, &text);
            } else {
                self.blank(import.span);
                let first = items.first().map_or(import.span, Spanned::span);
                self.edits.insert(self.source.at(first.lo), text);
            }
        }
    }

    fn import(&self, import: &ImportDecl) -> String {
        let kept: Vec<&ImportSpecifier> =
            import.specifiers.iter().filter(|specifier| self.is_used(specifier)).collect();
        // TypeScript drops an import of nothing but types.
        if import.type_only || (kept.is_empty() && !import.specifiers.is_empty()) {
            return String::new();
        }
        let module = self.source.slice(import.src.span);
        let named: Vec<(String, &str)> = kept.iter().filter_map(|specifier| imported(specifier)).collect();
        let properties: Vec<String> = named.iter().map(|(name, local)| format!("{name}: {local}")).collect();
        let expected: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let load = format!("await __codemode__.load({module}, [{}])", expected.join(", "));
        let namespace = kept.iter().find(|specifier| matches!(specifier, ImportSpecifier::Namespace(_)));
        match namespace.map(|specifier| &specifier.local().sym) {
            None if named.is_empty() => format!("{load};"),
            None => format!("let {{{}}} = {load};", properties.join(", ")),
            Some(local) if named.is_empty() => format!("let {local} = {load};"),
            Some(local) => format!("let {local} = {load}, {{{}}} = {local};", properties.join(", ")),
        }
    }

    fn is_used(&self, specifier: &ImportSpecifier) -> bool {
        let is_value =
            self.language != Language::TypeScript || self.names.used.contains(&*specifier.local().sym);
        is_value && !specifier.is_type_only()
    }

    fn top_level(&mut self, item: &ModuleItem) {
        match item {
            ModuleItem::ModuleDecl(declaration) => self.module_declaration(declaration),
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => self.soften(variables),
            ModuleItem::Stmt(_) => {}
        }
    }

    fn module_declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::ExportDecl(export) => {
                let keyword = export.span.lo + swc_common::BytePos(6);
                self.blank(export.span.with_hi(keyword));
                if let Decl::Var(variables) = &export.decl {
                    self.soften(variables);
                }
            }
            ModuleDecl::ExportNamed(export) => match &export.src {
                Some(module) if !export.type_only => self.load_only(export.span, module.span),
                _ => self.blank(export.span),
            },
            ModuleDecl::ExportAll(export) if !export.type_only => {
                self.load_only(export.span, export.src.span);
            }
            ModuleDecl::ExportAll(export) => self.blank(export.span),
            ModuleDecl::ExportDefaultExpr(export) => {
                self.wrap(export.span, "__codemode__.value=(", export.expr.span(), ")");
            }
            ModuleDecl::ExportDefaultDecl(export) => self.export_default(export),
            ModuleDecl::TsExportAssignment(export) => {
                self.wrap(export.span, "__codemode__.value=(", export.expr.span(), ")");
            }
            ModuleDecl::TsImportEquals(import) => self.import_equals(import),
            ModuleDecl::Import(_) | ModuleDecl::TsNamespaceExport(_) => {}
        }
    }

    fn load_only(&mut self, span: Span, module: Span) {
        let module = self.source.slice(module);
        self.replace(span, &format!("await __codemode__.load({module}, []);"));
    }

    fn export_default(&mut self, export: &ExportDefaultDecl) {
        let (span, is_named) = match &export.decl {
            DefaultDecl::Class(class) => (class.class.span, class.ident.is_some()),
            DefaultDecl::Fn(function) => (function.function.span, function.ident.is_some()),
            DefaultDecl::TsInterfaceDecl(interface) => (interface.span, true),
        };
        if is_named {
            self.blank(export.span.with_hi(span.lo));
        } else {
            self.wrap(export.span, "__codemode__.value=(", span, ")");
        }
    }

    fn import_equals(&mut self, import: &TsImportEqualsDecl) {
        if import.is_type_only {
            return self.blank(import.span);
        }
        // `import x = require("y")` and, exported, the same behind the keyword.
        let end = import.id.span.lo;
        self.replace(import.span.with_hi(end), "let ");
    }

    /// A session may declare a name again, as `let` or `const` as it likes: V8 allows that of `let` alone. A constant that
    /// the program tries to change stays one, for its error.
    fn soften(&mut self, variables: &VarDecl) {
        let names = variables.decls.iter().flat_map(|declarator| bound(&declarator.name));
        let is_changed = names.into_iter().any(|name| self.names.assigned.contains(&name));
        let keyword = variables.span.with_hi(variables.span.lo + swc_common::BytePos(5));
        if variables.kind == VarDeclKind::Const
            && !variables.declare
            && !is_changed
            && self.source.slice(keyword) == "const"
        {
            self.replace(keyword, "let  ");
        }
    }

    /// Stores what the last statement leaves as the program's value.
    fn value(&mut self, last: &ModuleItem) {
        match last {
            ModuleItem::Stmt(Stmt::Expr(statement)) => {
                let span = statement.expr.span();
                // A prefix alone, which the guest takes out of a traceback's lines and columns.
                let is_list = matches!(&*statement.expr, Expr::Seq(_));
                let (before, after) =
                    if is_list { ("__codemode__.value=(", ")") } else { ("__codemode__.value=", "") };
                self.edits.insert(self.source.at(span.lo), before);
                self.edits.insert(self.source.at(span.hi), after);
            }
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => self.declared_value(variables, last.span()),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                if let Decl::Var(variables) = &export.decl {
                    self.declared_value(variables, last.span());
                }
            }
            _ => {}
        }
    }

    fn declared_value(&mut self, variables: &VarDecl, statement: Span) {
        let Some(last) = variables.decls.last().filter(|last| last.init.is_some() && !variables.declare)
        else {
            return;
        };
        let names = bound(&last.name).join(", ");
        let value = match &last.name {
            Pat::Array(_) => format!("[{names}]"),
            Pat::Object(_) => format!("({{{names}}})"),
            _ => names,
        };
        self.edits.insert(self.source.at(statement.hi), format!(";__codemode__.value={value}"));
    }

    fn inside_function(&mut self, walk: impl FnOnce(&mut Self)) {
        self.functions += 1;
        walk(self);
        self.functions -= 1;
    }
}

impl Visit for Writer<'_> {
    fn visit_arrow_expr(&mut self, function: &ArrowExpr) {
        self.inside_function(|writer| function.visit_children_with(writer));
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Import(import) = &call.callee {
            self.replace(import.span, "__codemode__.import");
        }
        call.visit_children_with(self);
    }

    fn visit_constructor(&mut self, function: &Constructor) {
        self.inside_function(|writer| function.visit_children_with(writer));
    }

    fn visit_function(&mut self, function: &Function) {
        self.inside_function(|writer| function.visit_children_with(writer));
    }

    fn visit_getter_prop(&mut self, function: &GetterProp) {
        self.inside_function(|writer| function.visit_children_with(writer));
    }

    fn visit_meta_prop_expr(&mut self, expression: &MetaPropExpr) {
        if expression.kind == MetaPropKind::ImportMeta {
            self.replace(expression.span, "__codemode__.meta");
        }
    }

    fn visit_return_stmt(&mut self, statement: &ReturnStmt) {
        if self.functions == 0 {
            self.returns += 1;
            match &statement.arg {
                Some(value) => self.wrap(statement.span, "throw __codemode__.returned(", value.span(), ")"),
                None => {
                    let keyword = statement.span.lo + swc_common::BytePos(6);
                    self.replace(statement.span.with_hi(keyword), "throw __codemode__.returned()");
                }
            }
        }
        statement.visit_children_with(self);
    }

    fn visit_setter_prop(&mut self, function: &SetterProp) {
        self.inside_function(|writer| function.visit_children_with(writer));
    }

    fn visit_try_stmt(&mut self, statement: &TryStmt) {
        let before = self.returns;
        statement.block.visit_with(self);
        let may_return = self.returns > before;
        if let (true, Some(handler)) = (may_return, &statement.handler) {
            self.edits.insert(self.source.at(handler.body.span.lo) + 1, "__codemode__.pass();");
        }
        statement.handler.visit_with(self);
        statement.finalizer.visit_with(self);
    }
}

/// Statements behind which the last one that counts may stand.
fn says_nothing(item: &ModuleItem) -> bool {
    match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(_) | ModuleDecl::Import(_)) => true,
        ModuleItem::Stmt(Stmt::Empty(_)) => true,
        ModuleItem::Stmt(Stmt::Decl(declaration)) => {
            matches!(declaration, Decl::TsInterface(_) | Decl::TsTypeAlias(_))
        }
        _ => false,
    }
}

/// The name that a specifier imports, as a property key, and what it is called here.
fn imported(specifier: &ImportSpecifier) -> Option<(String, &str)> {
    let name = match specifier {
        ImportSpecifier::Default(_) => "default".to_owned(),
        ImportSpecifier::Named(named) => match &named.imported {
            Some(ModuleExportName::Ident(name)) => name.sym.to_string(),
            Some(ModuleExportName::Str(name)) => name.value.to_string_lossy().into_owned(),
            None => named.local.sym.to_string(),
        },
        ImportSpecifier::Namespace(_) => return None,
    };
    Some((serde_json::Value::String(name).to_string(), &specifier.local().sym))
}
