//! Learns what tools answer whose servers do not say.

use std::collections::{HashMap, VecDeque};
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

/// What was seen of the results of tools.
pub trait Shapes: Send + Sync + Debug {
    /// Takes note of a result.
    fn note(&self, server: &str, tool: &str, result: &Value);

    /// A JSON Schema that fits every result so far, when there was one.
    fn shape(&self, server: &str, tool: &str) -> Option<Value>;
}

/// Tools that are remembered; the longest known one makes room.
const TOOLS_MAX: usize = 1000;

/// Levels of a result that are looked at.
const DEPTH_MAX: usize = 4;

/// Fields of an object, and items of a list, that are looked at.
const WIDTH_MAX: usize = 24;

/// Fields from which on an object is more likely a table than a record.
const RECORD_FIELDS_MAX: usize = 40;

/// Results of this process, in memory.
#[derive(Debug, Default)]
pub struct Observed {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    order: VecDeque<(String, String)>,
    shapes: HashMap<(String, String), Value>,
}

impl Shapes for Observed {
    fn note(&self, server: &str, tool: &str, result: &Value) {
        let seen = infer(result, 0);
        let key = (server.to_owned(), tool.to_owned());
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = state.shapes.get_mut(&key) {
            if *known != seen {
                *known = merge(known, &seen);
            }
            return;
        }
        if state.order.len() >= TOOLS_MAX
            && let Some(oldest) = state.order.pop_front()
        {
            state.shapes.remove(&oldest);
        }
        state.order.push_back(key.clone());
        state.shapes.insert(key, seen);
    }

    fn shape(&self, server: &str, tool: &str) -> Option<Value> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.shapes.get(&(server.to_owned(), tool.to_owned())).cloned()
    }
}

fn infer(value: &Value, depth: usize) -> Value {
    match value {
        Value::Array(items) if depth < DEPTH_MAX && !items.is_empty() => {
            let mut shapes = items.iter().take(WIDTH_MAX).map(|item| infer(item, depth + 1));
            let first = shapes.next().unwrap_or_default();
            json!({"type": "array", "items": shapes.fold(first, |all, item| merge(&all, &item))})
        }
        Value::Array(_) => json!({"type": "array"}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Null => json!({"type": "null"}),
        Value::Number(number) if number.is_f64() => json!({"type": "number"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::Object(fields) if depth < DEPTH_MAX && fields.len() <= RECORD_FIELDS_MAX => {
            let fields = fields.iter().take(WIDTH_MAX);
            let properties: Map<String, Value> =
                fields.map(|(name, value)| (name.clone(), infer(value, depth + 1))).collect();
            let required: Vec<&String> = properties.keys().collect();
            json!({"type": "object", "required": required, "properties": properties})
        }
        Value::Object(_) => json!({"type": "object"}),
        Value::String(_) => json!({"type": "string"}),
    }
}

/// A schema that fits what either fits.
fn merge(left: &Value, right: &Value) -> Value {
    if left == right {
        return left.clone();
    }
    let kind = |schema: &Value| schema.get("type").and_then(Value::as_str).map(str::to_owned);
    match (kind(left).as_deref(), kind(right).as_deref()) {
        (Some("object"), Some("object")) => merge_objects(left, right),
        (Some("array"), Some("array")) => match (left.get("items"), right.get("items")) {
            (Some(left), Some(right)) => json!({"type": "array", "items": merge(left, right)}),
            (Some(_), None) => left.clone(),
            _ => right.clone(),
        },
        (Some("number"), Some("integer")) | (Some("integer"), Some("number")) => json!({"type": "number"}),
        _ => {
            let members = |schema: &Value| {
                schema.get("anyOf").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![schema.clone()])
            };
            let mut all = members(left);
            for member in members(right) {
                match all.iter_mut().find(|known| kind(known) == kind(&member)) {
                    Some(known) => *known = merge(known, &member),
                    None => all.push(member),
                }
            }
            json!({"anyOf": all})
        }
    }
}

fn merge_objects(left: &Value, right: &Value) -> Value {
    let properties = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned();
    let (Some(mut all), Some(more)) = (properties(left), properties(right)) else {
        return json!({"type": "object"});
    };
    let required: Vec<String> = all
        .keys()
        .filter(|name| [left, right].iter().all(|schema| requires(schema, name)))
        .cloned()
        .collect();
    for (name, shape) in more {
        let merged = all.get(&name).map(|known| merge(known, &shape)).unwrap_or(shape);
        all.insert(name, merged);
    }
    if all.len() > RECORD_FIELDS_MAX {
        return json!({"type": "object"});
    }
    json!({"type": "object", "required": required, "properties": all})
}

fn requires(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|required| required == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_fits_every_result_so_far() {
        let observed = Observed::default();
        assert_eq!(observed.shape("s", "t"), None);
        observed.note("s", "t", &json!({"id": 1, "tags": ["a"], "next": null}));
        observed.note("s", "t", &json!({"id": 1.5, "tags": [], "next": "x", "extra": true}));
        assert_eq!(
            observed.shape("s", "t"),
            Some(json!({"type": "object", "required": ["id", "tags", "next"], "properties": {
                "id": {"type": "number"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "next": {"anyOf": [{"type": "null"}, {"type": "string"}]},
                "extra": {"type": "boolean"},
            }}))
        );
    }
}
