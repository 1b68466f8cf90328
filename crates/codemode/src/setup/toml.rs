//! Changes TOML, and keeps its comments and its order.

use serde_json::{Map, Value};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value as Toml};

use super::merge::NAME;

/// The text with the entry in the table; `None` when the text is not TOML, or the table is no table in it.
pub(super) fn edit(text: &str, table: &str, entry: &Map<String, Value>) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let servers = document.entry(table).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let ours = servers.as_table_like_mut()?.entry(NAME).or_insert_with(|| Item::Table(Table::new()));
    let ours = ours.as_table_like_mut()?;
    for (key, value) in entry {
        let value = convert(value)?;
        // What is the same keeps its spelling and its comment.
        if ours
            .get(key)
            .and_then(Item::as_value)
            .is_none_or(|old| old.to_string().trim() != value.to_string().trim())
        {
            ours.insert(key, Item::Value(value));
        }
    }
    Some(document.to_string())
}

fn convert(value: &Value) -> Option<Toml> {
    Some(match value {
        Value::Array(items) => Toml::Array(items.iter().map(convert).collect::<Option<Array>>()?),
        Value::Bool(flag) => (*flag).into(),
        Value::Null => return None,
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64()?.into(),
        },
        Value::Object(table) => {
            let pairs = table.iter().map(|(key, value)| Some((key.clone(), convert(value)?)));
            Toml::InlineTable(pairs.collect::<Option<InlineTable>>()?)
        }
        Value::String(text) => text.as_str().into(),
    })
}
