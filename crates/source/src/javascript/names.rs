//! The names that a program assigns to or uses as values, wherever that is.

use std::collections::HashSet;

use swc_ecma_ast::{
    AssignTarget, Expr, ForHead, Ident, ModuleItem, Pat, Prop, SimpleAssignTarget, TsExprWithTypeArgs,
};
use swc_ecma_visit::{Visit, VisitWith};

/// Names of one program. Scopes are not told apart: a name that is assigned anywhere counts as assigned.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) assigned: HashSet<String>,
    pub(super) used: HashSet<String>,
}

impl Names {
    pub(super) fn of(items: &[ModuleItem]) -> Self {
        let mut names = Self::default();
        for item in items {
            item.visit_with(&mut names);
        }
        names
    }

    fn assign(&mut self, target: &Expr) {
        if let Expr::Ident(name) = target {
            self.assigned.insert(name.sym.to_string());
        }
    }

    fn assign_pattern(&mut self, pattern: &Pat) {
        self.assigned.extend(bound(pattern));
    }
}

impl Visit for Names {
    fn visit_assign_target(&mut self, target: &AssignTarget) {
        match target {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => {
                self.assigned.insert(name.sym.to_string());
            }
            AssignTarget::Pat(pattern) => self.assign_pattern(&pattern.clone().into()),
            AssignTarget::Simple(_) => {}
        }
        target.visit_children_with(self);
    }

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Ident(name) => {
                self.used.insert(name.sym.to_string());
            }
            Expr::Update(update) => self.assign(&update.arg),
            _ => {}
        }
        expression.visit_children_with(self);
    }

    fn visit_for_head(&mut self, head: &ForHead) {
        if let ForHead::Pat(pattern) = head {
            self.assign_pattern(pattern);
        }
        head.visit_children_with(self);
    }

    fn visit_prop(&mut self, property: &Prop) {
        if let Prop::Shorthand(name) = property {
            self.used.insert(name.sym.to_string());
        }
        property.visit_children_with(self);
    }

    fn visit_export_named_specifier(&mut self, specifier: &swc_ecma_ast::ExportNamedSpecifier) {
        if let swc_ecma_ast::ModuleExportName::Ident(name) = &specifier.orig {
            self.used.insert(name.sym.to_string());
        }
    }

    /// What a class implements is a type, though it stands there like a value.
    fn visit_ts_expr_with_type_args(&mut self, _: &TsExprWithTypeArgs) {}
}

/// The names that a pattern binds, in order.
pub(super) fn bound(pattern: &Pat) -> Vec<String> {
    let mut finder = Bound(Vec::new());
    pattern.visit_with(&mut finder);
    finder.0
}

struct Bound(Vec<String>);

impl Visit for Bound {
    fn visit_binding_ident(&mut self, name: &swc_ecma_ast::BindingIdent) {
        self.0.push(name.sym.to_string());
    }

    fn visit_pat(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Expr(target) => {
                if let Expr::Ident(Ident { sym, .. }) = &**target {
                    self.0.push(sym.to_string());
                }
            }
            _ => pattern.visit_children_with(self),
        }
    }

    /// Defaults inside a pattern bind nothing.
    fn visit_expr(&mut self, _: &Expr) {}
}
