//! What a JavaScript or TypeScript program imports and uses.

use std::collections::HashMap;

use swc_common::{BytePos, Spanned};
use swc_ecma_ast::{
    BindingIdent, CallExpr, Callee, ClassDecl, Expr, ExprOrSpread, FnDecl, ImportDecl, ImportSpecifier, Lit,
    MemberProp, ModuleDecl, ModuleExportName, ModuleItem, NewExpr, ObjectLit, ObjectPat, ObjectPatProp,
    OptCall, OptChainBase, Pat, Prop, PropName, PropOrSpread, Str, TryStmt, TsExprWithTypeArgs, TsModuleRef,
    VarDeclarator,
};
use swc_ecma_visit::{Visit, VisitWith};

use super::Source;
use crate::{Call, Import, Reading, Reference};

pub(super) fn find(items: &[ModuleItem], source: &Source<'_>) -> Reading {
    let mut finder = Finder { aliases: HashMap::new(), guards: 0, reading: Reading::default(), source };
    for item in items {
        item.visit_with(&mut finder);
    }
    finder.reading
}

/// Walks a program and notes what it imports and uses.
struct Finder<'a> {
    /// What a local name stands for: after `import cp from "node:child_process"`, `cp` is `child_process`.
    aliases: HashMap<String, String>,
    /// Blocks around this place in which a failed import is dealt with.
    guards: usize,
    reading: Reading,
    source: &'a Source<'a>,
}

impl Finder<'_> {
    fn import(&mut self, module: &Str, at: BytePos) {
        let (line, guarded) = (self.source.line(at), self.guards > 0);
        self.reading.imports.push(Import { module: text(module), line, guarded });
    }

    fn refer(&mut self, name: &str, at: BytePos, called: bool) {
        let line = self.source.line(at);
        if let Some(global) = name.strip_prefix("globalThis.").or_else(|| name.strip_prefix("global.")) {
            self.reading.references.push(Reference { name: global.to_owned(), line, called });
        }
        self.reading.references.push(Reference { name: name.to_owned(), line, called });
    }

    fn import_declaration(&mut self, import: &ImportDecl) {
        self.import(&import.src, import.span.lo);
        let module = plain_name(&import.src);
        for specifier in &import.specifiers {
            let name = match specifier {
                ImportSpecifier::Named(named) => match &named.imported {
                    Some(ModuleExportName::Ident(imported)) => format!("{module}.{}", imported.sym),
                    Some(ModuleExportName::Str(imported)) => format!("{module}.{}", text(imported)),
                    None => format!("{module}.{}", named.local.sym),
                },
                ImportSpecifier::Default(_) | ImportSpecifier::Namespace(_) => module.clone(),
            };
            self.reading.bound.insert(specifier.local().sym.to_string());
            self.aliases.insert(specifier.local().sym.to_string(), name);
        }
    }

    fn module_declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) if !import.type_only => self.import_declaration(import),
            ModuleDecl::ExportAll(export) if !export.type_only => self.import(&export.src, export.span.lo),
            ModuleDecl::ExportNamed(export) => {
                if let (Some(module), false) = (&export.src, export.type_only) {
                    self.import(module, export.span.lo);
                }
            }
            ModuleDecl::TsImportEquals(import) if !import.is_type_only => {
                if let TsModuleRef::TsExternalModuleRef(module) = &import.module_ref {
                    self.import(&module.expr, import.span.lo);
                    self.aliases.insert(import.id.sym.to_string(), plain_name(&module.expr));
                }
            }
            _ => {}
        }
    }

    fn guarded(&mut self, walk: impl FnOnce(&mut Self)) {
        self.guards += 1;
        walk(self);
        self.guards -= 1;
    }

    fn call(&mut self, call: &CallExpr) {
        if let Some(module) = imported_by(call) {
            self.import(module, call.span.lo);
        }
        match &call.callee {
            Callee::Expr(callee) => {
                self.note_call(callee, call);
                self.callee(callee, call.span.lo);
            }
            Callee::Import(_) | Callee::Super(_) => {}
        }
        call.args.visit_with(self);
    }

    fn note_call(&mut self, callee: &Expr, call: &CallExpr) {
        let Some(name) = self.dotted(callee).filter(|name| name.contains('.')) else { return };
        let (line, guarded) = (self.source.line(call.span.lo), self.guards > 0);
        let names = match &call.args[..] {
            [ExprOrSpread { spread: None, expr }] => object_names(expr),
            _ => Vec::new(),
        };
        self.reading.calls.push(Call { name, line, guarded, names, places: None });
    }

    fn callee(&mut self, callee: &Expr, at: BytePos) {
        match self.dotted(callee) {
            Some(name) => {
                self.refer(&name, at, true);
                self.visit_root(callee);
            }
            None => callee.visit_with(self),
        }
    }

    /// A dotted name that starts at a call, as in `require("fs").promises`: the call is a use of its own.
    fn visit_root(&mut self, expression: &Expr) {
        let mut root = expression;
        while let Some((object, _)) = member(root) {
            root = object;
        }
        if !matches!(root, Expr::Ident(_)) {
            root.visit_with(self);
        }
    }

    /// `a.b.c` with its first name resolved; `None` for anything that is not a plain dotted name.
    fn dotted(&self, expression: &Expr) -> Option<String> {
        let mut parts = Vec::new();
        let mut inner = expression;
        loop {
            if let Some((object, property)) = member(inner) {
                parts.push(property);
                inner = object;
                continue;
            }
            let first = match inner {
                Expr::Ident(name) => {
                    self.aliases.get(&*name.sym).cloned().unwrap_or_else(|| name.sym.to_string())
                }
                Expr::Call(call) => plain_name(imported_by(call)?),
                Expr::Await(wait) => {
                    inner = &wait.arg;
                    continue;
                }
                Expr::Paren(paren) => {
                    inner = &paren.expr;
                    continue;
                }
                _ => return None,
            };
            parts.push(first);
            parts.reverse();
            return Some(parts.join("."));
        }
    }

    /// Notes what the names of `const x = require("m")` and `const {a, b: c} = m` stand for.
    fn alias(&mut self, pattern: &Pat, value: &Expr) {
        let Some(name) = self.dotted(value) else { return };
        match pattern {
            Pat::Ident(local) if !matches!(value, Expr::Ident(_)) => {
                self.aliases.insert(local.sym.to_string(), name);
            }
            Pat::Object(pattern) => self.alias_properties(pattern, &name),
            _ => {}
        }
    }

    fn alias_properties(&mut self, pattern: &ObjectPat, name: &str) {
        for property in &pattern.props {
            match property {
                ObjectPatProp::Assign(local) => {
                    self.aliases.insert(local.key.sym.to_string(), format!("{name}.{}", local.key.sym));
                }
                ObjectPatProp::KeyValue(pair) => {
                    if let (PropName::Ident(key), Pat::Ident(local)) = (&pair.key, &*pair.value) {
                        self.aliases.insert(local.sym.to_string(), format!("{name}.{}", key.sym));
                    }
                }
                ObjectPatProp::Rest(_) => {}
            }
        }
    }
}

impl Visit for Finder<'_> {
    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::Ident(_) | Expr::Member(_) => match self.dotted(expression) {
                Some(name) => {
                    self.refer(&name, expression.span_lo(), false);
                    self.visit_root(expression);
                }
                None => expression.visit_children_with(self),
            },
            _ => expression.visit_children_with(self),
        }
    }

    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        self.reading.bound.insert(name.id.sym.to_string());
        name.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.reading.bound.insert(class.ident.sym.to_string());
        class.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.reading.bound.insert(function.ident.sym.to_string());
        function.visit_children_with(self);
    }

    fn visit_module_decl(&mut self, declaration: &ModuleDecl) {
        self.module_declaration(declaration);
        declaration.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        self.callee(&new.callee, new.span.lo);
        new.args.visit_with(self);
    }

    fn visit_opt_call(&mut self, call: &OptCall) {
        self.callee(&call.callee, call.span.lo);
        call.args.visit_with(self);
    }

    fn visit_prop(&mut self, property: &Prop) {
        if let Prop::Shorthand(name) = property {
            let resolved = self.aliases.get(&*name.sym).cloned().unwrap_or_else(|| name.sym.to_string());
            self.refer(&resolved, name.span.lo, false);
        }
        property.visit_children_with(self);
    }

    fn visit_try_stmt(&mut self, statement: &TryStmt) {
        match &statement.handler {
            // What a handler imports instead is a guess of the program's own.
            Some(handler) => self.guarded(|finder| {
                statement.block.visit_with(finder);
                handler.visit_with(finder);
            }),
            None => statement.block.visit_with(self),
        }
        statement.finalizer.visit_with(self);
    }

    fn visit_ts_expr_with_type_args(&mut self, _: &TsExprWithTypeArgs) {}

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        declarator.visit_children_with(self);
        if let Some(value) = &declarator.init {
            self.alias(&declarator.name, value);
        }
    }
}

/// The literal module name of `require("m")` or `import("m")`.
fn imported_by(call: &CallExpr) -> Option<&Str> {
    let Some(ExprOrSpread { spread: None, expr }) = call.args.first() else { return None };
    let Expr::Lit(Lit::Str(module)) = &**expr else { return None };
    match &call.callee {
        Callee::Import(_) => Some(module),
        Callee::Expr(callee) => {
            let is_require = matches!(&**callee, Expr::Ident(name) if &*name.sym == "require");
            is_require.then_some(module)
        }
        Callee::Super(_) => None,
    }
}

/// The names that an object literal gives; what it spreads in is not seen.
fn object_names(expression: &Expr) -> Vec<String> {
    let Expr::Object(ObjectLit { props, .. }) = expression else { return Vec::new() };
    let name = |property: &PropOrSpread| {
        let PropOrSpread::Prop(property) = property else { return None };
        match &**property {
            Prop::KeyValue(pair) => match &pair.key {
                PropName::Ident(name) => Some(name.sym.to_string()),
                PropName::Str(name) => Some(text(name)),
                _ => None,
            },
            Prop::Shorthand(name) => Some(name.sym.to_string()),
            _ => None,
        }
    };
    props.iter().filter_map(name).collect()
}

/// The object and the property of `a.b`, `a?.b` or `a["b"]`.
fn member(expression: &Expr) -> Option<(&Expr, String)> {
    let member = match expression {
        Expr::Member(member) => member,
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Member(member) => member,
            OptChainBase::Call(_) => return None,
        },
        _ => return None,
    };
    let property = match &member.prop {
        MemberProp::Ident(name) => name.sym.to_string(),
        MemberProp::Computed(computed) => match &*computed.expr {
            Expr::Lit(Lit::Str(name)) => text(name),
            _ => return None,
        },
        MemberProp::PrivateName(_) => return None,
    };
    Some((&member.obj, property))
}

fn text(literal: &Str) -> String {
    literal.value.to_string_lossy().into_owned()
}

/// A built-in module has two names, `fs` and `node:fs`; rules are written for the first.
fn plain_name(module: &Str) -> String {
    let name = text(module);
    name.strip_prefix("node:").map(str::to_owned).unwrap_or(name)
}
