//! Tools as a program's author sees them: typed stubs in the form of each language.

mod bash;
pub(super) mod python;
mod typescript;

use codemode_source::Language;

use super::shape::{Parameters, Shape, shape};
use super::{Catalog, Found, Shapes, text};

/// Longest description of a tool in a stub.
const DESCRIPTION_CHARS_MAX: usize = 1200;

/// Longest description of a parameter in a stub.
const PARAMETER_CHARS_MAX: usize = 200;

/// Longest constant or default in a stub.
const LITERAL_CHARS_MAX: usize = 80;

/// One tool, ready to be written down.
struct Stub<'a> {
    description: Vec<String>,
    name: &'a str,
    /// Parameters with the names that programs use.
    parameters: Parameters,
    result: Option<Shape>,
    /// True when nobody promised the result: it is what calls gave so far.
    result_is_observed: bool,
    server: &'a str,
}

impl Catalog {
    /// Full stubs of these tools: signature, description, parameters, result.
    pub fn stubs(language: Language, tools: &[Found<'_>], shapes: &dyn Shapes) -> String {
        let mut text = String::new();
        let mut server = None;
        for found in tools {
            let stub = stub(found, shapes);
            let is_first = server.replace(stub.server) != Some(stub.server);
            match language {
                Language::Bash => bash::write(&mut text, &stub),
                Language::Python => python::write(&mut text, &stub, is_first),
                Language::JavaScript | Language::TypeScript => typescript::write(&mut text, &stub),
            }
        }
        text
    }
}

fn stub<'a>(found: &Found<'a>, shapes: &dyn Shapes) -> Stub<'a> {
    let mut parameters = found.parameters().clone();
    for (field, legal) in parameters.fields.iter_mut().zip(found.parameter_names()) {
        field.name.clone_from(legal);
    }
    let tool = found.tool();
    let promised = tool.output_schema.as_ref().map(shape);
    let is_promised = promised.is_some();
    let result = promised.or_else(|| shapes.shape(&tool.server, &tool.name).as_ref().map(shape));
    Stub {
        description: text::lines(&tool.description, DESCRIPTION_CHARS_MAX),
        name: found.name(),
        parameters,
        result_is_observed: !is_promised && result.is_some(),
        result,
        server: found.server(),
    }
}

/// Signature on one line, the form of the budgeted description: `create_issue(title: str, body?: str)`.
pub(super) fn one_line(found: &Found<'_>) -> String {
    let fields = found.parameters().fields.iter().zip(found.parameter_names());
    let parameters: Vec<String> = fields
        .map(|(field, name)| {
            let mark = if field.required { "" } else { "?" };
            format!("{name}{mark}: {}", python::brief(&field.shape))
        })
        .collect();
    format!("{}({})", found.name(), parameters.join(", "))
}

/// A JSON value on one line, shortened.
fn literal(value: &serde_json::Value) -> Option<String> {
    let text = value.to_string();
    (text.chars().count() <= LITERAL_CHARS_MAX).then_some(text)
}
