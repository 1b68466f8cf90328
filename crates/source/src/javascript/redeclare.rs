//! Makes what a script declares at its top level declarable again, by another script of the same session.

use swc_common::{BytePos, Span, Spanned};
use swc_ecma_ast::{ClassDecl, Decl, ModuleItem, Stmt, VarDecl, VarDeclKind};

use super::Source;
use super::edits::Edits;

pub(super) fn rewrite(items: &[ModuleItem], source: &Source<'_>) -> String {
    let mut edits = Edits::default();
    for item in items {
        match item {
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => declare(variables, source, &mut edits),
            ModuleItem::Stmt(Stmt::Decl(Decl::Class(class))) => name(class, source, &mut edits),
            _ => {}
        }
    }
    edits.apply(source.code)
}

/// A constant stays one: only one that the program tries to change comes here as such, and wants its error.
fn declare(variables: &VarDecl, source: &Source<'_>, edits: &mut Edits) {
    if variables.kind != VarDeclKind::Let {
        return;
    }
    let keyword = variables.span.with_hi(variables.span.lo + BytePos(3));
    if source.slice(keyword) != "let" {
        return;
    }
    edits.replace(source.code, source.at(keyword.lo)..source.at(keyword.hi), "var");
    for bare in variables.decls.iter().filter(|declarator| declarator.init.is_none()) {
        // What is declared again without a value has none.
        edits.insert(source.at(bare.name.span().hi), "=void 0");
    }
}

fn name(class: &ClassDecl, source: &Source<'_>, edits: &mut Edits) {
    let Span { lo, hi } = class.class.span;
    edits.insert(source.at(lo), format!("var {}=", class.ident.sym));
    edits.insert(source.at(hi), ";");
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_the_top_level_can_be_declared_again() {
        let cases = [
            ("let  x = 1, y", "var  x = 1, y=void 0"),
            ("let {a, b: [c]} = d", "var {a, b: [c]} = d"),
            (
                "class A extends B {\n  m() { let y }\n}\n(f)()",
                "var A=class A extends B {\n  m() { let y }\n};\n(f)()",
            ),
            ("for (let i = 0; ;) { class C {} }", "for (let i = 0; ;) { class C {} }"),
            ("const fixed = 1; fixed = 2", "const fixed = 1; fixed = 2"),
            ("function f() {}; await f()", "function f() {}; await f()"),
            ("let let let", "let let let"),
        ];
        for (script, expected) in cases {
            assert_eq!(crate::redeclarable(script), expected, "{script}");
        }
    }
}
