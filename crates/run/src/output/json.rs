//! Shortens a JSON value so that its text fits and stays valid JSON.

use serde_json::{Map, Value};

/// The value itself when its text has at most `chars_max` characters, else one that does: long strings lose their
/// middle, long arrays and objects their later items, and each place says what it lost.
pub fn shorten(value: &Value, chars_max: usize) -> Value {
    if value.to_string().chars().count() <= chars_max {
        return value.clone();
    }
    // The budget is shared evenly at every level, so one pass may still be too long: marks cost characters too.
    let mut budget = chars_max;
    loop {
        let short = within(value, budget, 0);
        if budget < 8 || short.to_string().chars().count() <= chars_max {
            return short;
        }
        budget = budget * 3 / 4;
    }
}

const DEPTH_MAX: usize = 64;

fn within(value: &Value, budget: usize, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::String("... nested deeper ...".to_owned());
    }
    match value {
        Value::Array(items) => array(items, budget, depth),
        Value::Object(fields) => object(fields, budget, depth),
        Value::String(text) => Value::String(string(text, budget)),
        Value::Bool(_) | Value::Null | Value::Number(_) => value.clone(),
    }
}

fn array(items: &[Value], budget: usize, depth: usize) -> Value {
    let mut short = Vec::new();
    let mut left = budget.saturating_sub(2);
    for (place, item) in items.iter().enumerate() {
        let item = within(item, left, depth + 1);
        let cost = item.to_string().chars().count() + 1;
        if cost + 32 > left && place + 1 < items.len() || cost > left {
            short.push(Value::String(format!(
                "... {} of {} items left out ...",
                items.len() - place,
                items.len()
            )));
            break;
        }
        left -= cost;
        short.push(item);
    }
    Value::Array(short)
}

fn object(fields: &Map<String, Value>, budget: usize, depth: usize) -> Value {
    let mut short = Map::new();
    let mut left = budget.saturating_sub(2);
    for (place, (name, value)) in fields.iter().enumerate() {
        let share = (left / (fields.len() - place)).max(left / 4).saturating_sub(name.len() + 4);
        let value = within(value, share, depth + 1);
        let cost = name.chars().count() + value.to_string().chars().count() + 4;
        if cost > left {
            let left_out = format!("{} of {} fields left out", fields.len() - place, fields.len());
            short.insert("...".to_owned(), Value::String(left_out));
            break;
        }
        left -= cost;
        short.insert(name.clone(), value);
    }
    Value::Object(short)
}

fn string(text: &str, budget: usize) -> String {
    let count = text.chars().count();
    let keep = budget.saturating_sub(48);
    if count + 2 <= budget {
        return text.to_owned();
    }
    let head: String = text.chars().take(keep / 2).collect();
    let tail: String = text.chars().skip(count - keep / 2).collect();
    format!("{head}[... {} characters left out ...]{tail}", count - keep / 2 * 2)
}
