//! The Python form. It parses as Python, whatever the schema says.

use std::fmt::Write;

use serde_json::Value;

use super::{LITERAL_CHARS_MAX, PARAMETER_CHARS_MAX, Stub};
use crate::catalog::shape::{Field, Shape};
use crate::catalog::text;

pub(super) fn write(out: &mut String, stub: &Stub<'_>, is_first: bool) {
    if is_first {
        let _ = writeln!(out, "class {}:", stub.server);
    }
    let mut parameters: Vec<String> = stub.parameters.fields.iter().map(parameter).collect();
    if stub.parameters.open && stub.parameters.fields.iter().all(|field| field.name != "others") {
        parameters.push("**others".to_owned());
    }
    let result = stub.result.as_ref().map_or("Any".to_owned(), annotation);
    let _ = writeln!(out, "    def {}({}) -> {result}:", stub.name, parameters.join(", "));
    let mut lines: Vec<String> = stub.description.iter().map(|line| quoted(line)).collect();
    if stub.result_is_observed {
        lines.push("(result as observed in earlier calls)".to_owned());
    }
    for field in &stub.parameters.fields {
        if let Some(description) = &field.description {
            lines.push(format!(
                "{}: {}",
                field.name,
                quoted(&text::one_line(description, PARAMETER_CHARS_MAX))
            ));
        }
    }
    match lines.split_first() {
        None => {
            let _ = writeln!(out, "        ...");
        }
        Some((first, [])) => {
            let _ = writeln!(out, "        \"\"\"{first} \"\"\"");
        }
        Some((first, rest)) => {
            let _ = writeln!(out, "        \"\"\"{first}");
            for line in rest {
                let _ = writeln!(out, "        {line}");
            }
            let _ = writeln!(out, "        \"\"\"");
        }
    }
}

/// A line inside a text in triple quotes.
fn quoted(line: &str) -> String {
    line.replace('\\', "\\\\").replace("\"\"\"", "'''")
}

fn parameter(field: &Field) -> String {
    let annotation = annotation(&field.shape);
    match (&field.default, field.required) {
        (Some(default), false) => format!("{}: {annotation} = {}", field.name, value(default)),
        (None, false) => format!("{}: {annotation} = ...", field.name),
        (_, true) => format!("{}: {annotation}", field.name),
    }
}

/// The type, whole.
pub(in crate::catalog) fn annotation(shape: &Shape) -> String {
    render(shape, 0, usize::MAX)
}

/// The type in a few words: no fields below the first level.
pub(in crate::catalog) fn brief(shape: &Shape) -> String {
    render(shape, 0, 1)
}

fn render(shape: &Shape, depth: usize, depth_max: usize) -> String {
    let inner = |shape: &Shape| render(shape, depth + 1, depth_max);
    match shape {
        Shape::Any => "Any".to_owned(),
        Shape::Boolean => "bool".to_owned(),
        Shape::Constants(values) => {
            let brief = depth_max != usize::MAX && values.len() > 8;
            if brief && values.iter().all(Value::is_string) {
                return "str".to_owned();
            }
            format!("Literal[{}]", values.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Shape::Integer => "int".to_owned(),
        Shape::List(item) if **item == Shape::Any => "list".to_owned(),
        Shape::List(item) => format!("list[{}]", inner(item)),
        Shape::Map(value) if **value == Shape::Any => "dict".to_owned(),
        Shape::Map(value) => format!("dict[str, {}]", inner(value)),
        Shape::Null => "None".to_owned(),
        Shape::Number => "float".to_owned(),
        Shape::Object(_) if depth >= depth_max => "dict".to_owned(),
        Shape::Object(fields) if fields.is_empty() => "dict".to_owned(),
        Shape::Object(fields) => {
            let field = |field: &Field| {
                let mark = if field.required { "" } else { "?" };
                format!("{}: {}", text_literal(&format!("{}{mark}", field.name)), inner(&field.shape))
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Shape::Text => "str".to_owned(),
        Shape::Tuple(items) if items.is_empty() => "tuple".to_owned(),
        Shape::Tuple(items) => format!("tuple[{}]", items.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Shape::Union(members) => members.iter().map(inner).collect::<Vec<_>>().join(" | "),
    }
}

/// A JSON value as a Python literal.
pub(in crate::catalog) fn value(json: &Value) -> String {
    let text = render_value(json, 0);
    if text.chars().count() > LITERAL_CHARS_MAX { "...".to_owned() } else { text }
}

fn render_value(json: &Value, depth: usize) -> String {
    if depth > 8 {
        return "...".to_owned();
    }
    match json {
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().take(LITERAL_CHARS_MAX).map(|item| render_value(item, depth + 1)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                format!("{}: {}", text_literal(name), render_value(value, depth + 1))
            };
            let fields: Vec<String> = fields.iter().take(LITERAL_CHARS_MAX).map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::String(text) => text_literal(text),
    }
}

/// JSON writes text in a way that Python reads alike.
fn text_literal(text: &str) -> String {
    Value::from(text::clip(&text::visible(text), LITERAL_CHARS_MAX)).to_string()
}
