//! The bash form: a command line and what it is for, as comments.

use std::fmt::Write;

use super::{PARAMETER_CHARS_MAX, Stub, literal, python};
use crate::catalog::shape::{Field, Shape};
use crate::catalog::text;

pub(super) fn write(out: &mut String, stub: &Stub<'_>) {
    for line in &stub.description {
        let _ = writeln!(out, "# {line}");
    }
    for field in &stub.parameters.fields {
        let _ = writeln!(out, "#   {}", parameter(field));
    }
    if let Some(result) = &stub.result {
        let observed = if stub.result_is_observed { " (as observed in earlier calls)" } else { "" };
        let _ = writeln!(out, "#   prints {}{observed}", python::annotation(result));
    }
    let words: Vec<String> = stub.parameters.fields.iter().map(word).collect();
    let _ = writeln!(out, "tool {}.{} {}", stub.server, stub.name, words.join(" "));
}

fn parameter(field: &Field) -> String {
    let default =
        field.default.as_ref().and_then(literal).map(|value| format!("; default {}", text::visible(&value)));
    let description =
        field.description.as_ref().map(|text| format!(": {}", text::one_line(text, PARAMETER_CHARS_MAX)));
    let (description, default) = (description.unwrap_or_default(), default.unwrap_or_default());
    format!("{} {}{description}{default}", field.name, python::annotation(&field.shape))
}

fn word(field: &Field) -> String {
    let value = match field.shape {
        Shape::Boolean => "true",
        Shape::Integer | Shape::Number => "1",
        Shape::Text | Shape::Constants(_) => "TEXT",
        _ => "JSON",
    };
    let word = format!("{}={value}", field.name);
    if field.required { word } else { format!("[{word}]") }
}
