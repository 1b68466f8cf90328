//! The TypeScript form.

use std::fmt::Write;

use super::{PARAMETER_CHARS_MAX, Stub, literal};
use crate::catalog::shape::{Field, Shape};
use crate::catalog::text;
use serde_json::Value;

pub(super) fn write(out: &mut String, stub: &Stub<'_>) {
    if !stub.description.is_empty() || stub.result_is_observed {
        let _ = writeln!(out, "/**");
        for line in &stub.description {
            let _ = writeln!(out, " * {}", safe(line));
        }
        if stub.result_is_observed {
            let _ = writeln!(out, " * (result as observed in earlier calls)");
        }
        let _ = writeln!(out, " */");
    }
    let mut lines: Vec<String> = stub.parameters.fields.iter().map(parameter).collect();
    if stub.parameters.open {
        lines.push("  [other: string]: any;\n".to_owned());
    }
    let all_optional = stub.parameters.fields.iter().all(|field| !field.required);
    let mark = if all_optional { "?" } else { "" };
    let result = stub.result.as_ref().map_or("any".to_owned(), render);
    let arguments =
        if lines.is_empty() { String::new() } else { format!("args{mark}: {{\n{}}}", lines.concat()) };
    let _ = writeln!(out, "{}.{}({arguments}): Promise<{result}>;", stub.server, stub.name);
}

fn safe(line: &str) -> String {
    line.replace("*/", "* /")
}

fn parameter(field: &Field) -> String {
    let mark = if field.required { "" } else { "?" };
    let default = field.default.as_ref().and_then(literal).map(|value| format!("default {value}"));
    let description = field.description.as_ref().map(|text| text::one_line(text, PARAMETER_CHARS_MAX));
    let notes: Vec<String> =
        [description, default].into_iter().flatten().map(|note| text::visible(&note)).collect();
    let comment =
        if notes.is_empty() { String::new() } else { format!(" // {}", notes.join("; ").replace('\n', " ")) };
    format!("  {}{mark}: {};{comment}\n", property(&field.name), render(&field.shape))
}

fn property(name: &str) -> String {
    let is_plain = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c == '$' || c.is_ascii_alphanumeric());
    if is_plain { name.to_owned() } else { Value::from(text::clip(&text::visible(name), 80)).to_string() }
}

fn render(shape: &Shape) -> String {
    match shape {
        Shape::Any => "any".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Constants(values) => {
            let value = |value: &Value| literal(value).map_or("any".to_owned(), |text| text::visible(&text));
            values.iter().map(value).collect::<Vec<_>>().join(" | ")
        }
        Shape::Integer | Shape::Number => "number".to_owned(),
        Shape::List(item) => match **item {
            Shape::Union(_) | Shape::Constants(_) => format!("({})[]", render(item)),
            _ => format!("{}[]", render(item)),
        },
        Shape::Map(value) => format!("Record<string, {}>", render(value)),
        Shape::Null => "null".to_owned(),
        Shape::Object(fields) => {
            let field = |field: &Field| {
                let mark = if field.required { "" } else { "?" };
                format!("{}{mark}: {}", property(&field.name), render(&field.shape))
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join("; "))
        }
        Shape::Text => "string".to_owned(),
        Shape::Tuple(items) => format!("[{}]", items.iter().map(render).collect::<Vec<_>>().join(", ")),
        Shape::Union(members) => members.iter().map(render).collect::<Vec<_>>().join(" | "),
    }
}
