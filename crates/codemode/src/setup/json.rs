//! Changes JSON with comments, and keeps them.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};
use serde_json::{Map, Value};

use super::merge::NAME;

/// The text with the entry in the table; `None` when the text is no object.
pub(super) fn edit(text: &str, table: &str, entry: &Map<String, Value>) -> Option<String> {
    let root = CstRootNode::parse(text, &ParseOptions::default()).ok()?;
    let table = root.object_value_or_create()?.object_value_or_create(table)?;
    match table.get(NAME).and_then(|property| property.object_value()) {
        Some(found) => {
            for (key, value) in entry {
                match found.get(key) {
                    Some(property) => property.set_value(input(value)),
                    None => {
                        found.append(key, input(value));
                    }
                }
            }
        }
        None => match table.get(NAME) {
            Some(property) => property.set_value(input(&Value::Object(entry.clone()))),
            None => {
                table.append(NAME, input(&Value::Object(entry.clone())));
            }
        },
    }
    let text = root.to_string();
    Some(if text.ends_with('\n') { text } else { text + "\n" })
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Null => CstInputValue::Null,
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::Object(table) => {
            CstInputValue::Object(table.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
        Value::String(text) => CstInputValue::String(text.clone()),
    }
}
