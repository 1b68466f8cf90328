//! JSON Schema 2020-12 as far as a program's author needs it. Total and bounded for any schema, however hostile.

use serde_json::{Map, Value};

/// References and containers that a shape follows into each other.
const DEPTH_MAX: usize = 7;

/// Parts of one shape: a schema that refers to itself many times over would grow without end.
const PARTS_MAX: usize = 600;

/// Members of a union or an enumeration that are kept.
const MEMBERS_MAX: usize = 24;

/// What a JSON value can be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Any,
    Boolean,
    Constants(Vec<Value>),
    Integer,
    List(Box<Shape>),
    Map(Box<Shape>),
    Null,
    Number,
    Object(Vec<Field>),
    Text,
    Tuple(Vec<Shape>),
    Union(Vec<Shape>),
}

/// One property of an object, or one parameter of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) default: Option<Value>,
    pub(super) description: Option<String>,
}

/// The parameters of a tool.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parameters {
    pub(super) fields: Vec<Field>,
    /// True when the schema says that it takes others too.
    pub(super) open: bool,
}

/// The parameters that an input schema describes, required ones first.
pub(super) fn parameters(schema: &Value) -> Parameters {
    let mut reader = Reader { root: schema, open: Vec::new(), parts: 0 };
    let mut fields = match reader.shape(schema, 0) {
        Shape::Object(fields) => fields,
        _ => Vec::new(),
    };
    fields.sort_by_key(|field| !field.required);
    let allows = |schema: &Map<String, Value>| match schema.get("additionalProperties") {
        None => schema.contains_key("patternProperties"),
        Some(Value::Bool(allowed)) => *allowed,
        Some(_) => true,
    };
    let open = schema.as_object().is_none_or(|schema| {
        let says_nothing =
            fields.is_empty() && !schema.contains_key("properties") && schema.contains_key("$ref");
        allows(schema) || says_nothing
    });
    Parameters { fields, open }
}

/// The shape that a schema describes.
pub(super) fn shape(schema: &Value) -> Shape {
    Reader { root: schema, open: Vec::new(), parts: 0 }.shape(schema, 0)
}

struct Reader<'a> {
    root: &'a Value,
    /// References that are being followed now.
    open: Vec<&'a str>,
    parts: usize,
}

impl<'a> Reader<'a> {
    fn shape(&mut self, schema: &'a Value, depth: usize) -> Shape {
        self.parts += 1;
        if depth > DEPTH_MAX || self.parts > PARTS_MAX {
            return Shape::Any;
        }
        let Some(schema) = schema.as_object() else { return Shape::Any };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.follow(reference, schema, depth);
        }
        if let Some(value) = schema.get("const") {
            return Shape::Constants(vec![value.clone()]);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return constants(values);
        }
        for word in ["anyOf", "oneOf"] {
            if let Some(members) = schema.get(word).and_then(Value::as_array) {
                return self.union(members, schema, depth);
            }
        }
        if let Some(members) = schema.get("allOf").and_then(Value::as_array) {
            return self.all_of(members, schema, depth);
        }
        self.of_type(schema, depth)
    }

    /// Only references inside the schema are followed: nothing is ever fetched.
    fn follow(&mut self, reference: &'a str, schema: &'a Map<String, Value>, depth: usize) -> Shape {
        let target = reference.strip_prefix('#').and_then(|pointer| {
            let pointer = percent_decoded(pointer);
            self.root.pointer(&pointer).or_else(|| self.anchored(&pointer))
        });
        let Some(target) = target.filter(|_| !self.open.contains(&reference)) else {
            return if schema.contains_key("properties") { self.object(schema, depth) } else { Shape::Any };
        };
        self.open.push(reference);
        let shape = self.shape(target, depth + 1);
        self.open.pop();
        shape
    }

    fn anchored(&self, name: &str) -> Option<&'a Value> {
        let root = self.root;
        let definitions =
            ["$defs", "definitions"].into_iter().filter_map(move |word| root.get(word)?.as_object());
        definitions
            .flat_map(|definitions| definitions.values())
            .find(|schema| schema.get("$anchor").and_then(Value::as_str) == Some(name))
    }

    fn union(&mut self, members: &'a [Value], schema: &'a Map<String, Value>, depth: usize) -> Shape {
        // A union of conditions on one object, such as "either of these is required", describes that object.
        if schema.contains_key("properties") {
            return self.object(schema, depth);
        }
        let members = members.iter().take(MEMBERS_MAX).map(|member| self.shape(member, depth + 1));
        join(members.collect())
    }

    fn all_of(&mut self, members: &'a [Value], schema: &'a Map<String, Value>, depth: usize) -> Shape {
        let mut fields: Vec<Field> = Vec::new();
        let own = schema.contains_key("properties").then(|| self.object(schema, depth));
        let mut first = None;
        for shape in members.iter().take(MEMBERS_MAX).map(|member| self.shape(member, depth + 1)).chain(own) {
            match shape {
                Shape::Object(more) => fields.extend(more),
                Shape::Any => {}
                other => first = first.or(Some(other)),
            }
        }
        match (fields.is_empty(), first) {
            (false, _) => Shape::Object(merged(fields, schema)),
            (true, Some(shape)) => shape,
            (true, None) => Shape::Any,
        }
    }

    fn of_type(&mut self, schema: &'a Map<String, Value>, depth: usize) -> Shape {
        let is_nullable = schema.get("nullable") == Some(&Value::Bool(true));
        let shape = match schema.get("type") {
            Some(Value::String(kind)) => self.of_kind(kind, schema, depth),
            Some(Value::Array(kinds)) => {
                let kinds = kinds.iter().filter_map(Value::as_str).take(8);
                join(kinds.map(|kind| self.of_kind(kind, schema, depth)).collect())
            }
            _ if schema.contains_key("properties") => self.object(schema, depth),
            _ if schema.contains_key("items") || schema.contains_key("prefixItems") => {
                self.list(schema, depth)
            }
            _ => Shape::Any,
        };
        if is_nullable { join(vec![shape, Shape::Null]) } else { shape }
    }

    fn of_kind(&mut self, kind: &str, schema: &'a Map<String, Value>, depth: usize) -> Shape {
        match kind {
            "array" => self.list(schema, depth),
            "boolean" => Shape::Boolean,
            "integer" => Shape::Integer,
            "null" => Shape::Null,
            "number" => Shape::Number,
            "object" => self.object(schema, depth),
            "string" => Shape::Text,
            _ => Shape::Any,
        }
    }

    fn list(&mut self, schema: &'a Map<String, Value>, depth: usize) -> Shape {
        if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
            let items = items.iter().take(MEMBERS_MAX).map(|item| self.shape(item, depth + 1));
            return Shape::Tuple(items.collect());
        }
        Shape::List(Box::new(schema.get("items").map_or(Shape::Any, |items| self.shape(items, depth + 1))))
    }

    fn object(&mut self, schema: &'a Map<String, Value>, depth: usize) -> Shape {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            let values = schema.get("additionalProperties").filter(|values| values.is_object());
            return Shape::Map(Box::new(values.map_or(Shape::Any, |values| self.shape(values, depth + 1))));
        };
        let field = |(name, property): (&'a String, &'a Value)| Field {
            name: name.clone(),
            shape: self.shape(property, depth + 1),
            required: is_required(schema, name),
            default: property.get("default").cloned(),
            description: property.get("description").and_then(Value::as_str).map(str::to_owned),
        };
        Shape::Object(properties.iter().map(field).collect())
    }
}

fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|required| required.as_str() == Some(name)))
}

/// One field for each name; what one member of `allOf` requires is required.
fn merged(fields: Vec<Field>, schema: &Map<String, Value>) -> Vec<Field> {
    let mut merged: Vec<Field> = Vec::new();
    for mut field in fields {
        field.required |= is_required(schema, &field.name);
        match merged.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.required |= field.required,
            None => merged.push(field),
        }
    }
    merged
}

fn constants(values: &[Value]) -> Shape {
    if values.is_empty() || values.len() > MEMBERS_MAX {
        let is_text = !values.is_empty() && values.iter().all(Value::is_string);
        return if is_text { Shape::Text } else { Shape::Any };
    }
    Shape::Constants(values.to_vec())
}

/// A union without doubles; constants of several members become one list.
pub(super) fn join(members: Vec<Shape>) -> Shape {
    let mut kinds: Vec<Shape> = Vec::new();
    let mut constants: Vec<Value> = Vec::new();
    for member in members {
        match member {
            Shape::Any => return Shape::Any,
            Shape::Constants(values) => constants.extend(values),
            Shape::Union(inner) => inner.into_iter().for_each(|shape| push_new(&mut kinds, shape)),
            shape => push_new(&mut kinds, shape),
        }
    }
    if !constants.is_empty() {
        constants.truncate(MEMBERS_MAX);
        kinds.insert(0, Shape::Constants(constants));
    }
    match (kinds.len(), kinds.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            kinds.push(last);
            Shape::Union(kinds)
        }
        (_, None) => Shape::Any,
    }
}

fn push_new(kinds: &mut Vec<Shape>, shape: Shape) {
    if !kinds.contains(&shape) {
        kinds.push(shape);
    }
}

/// Pointers in references are percent-encoded.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if let (b'%', [high, low, after @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (hex(high), hex(low))
        {
            bytes.push(high * 16 + low);
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Shape {
    /// Whether a value can be one of these. Says yes where the shape does not know better.
    pub(super) fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Boolean => value.is_boolean(),
            Self::Constants(values) => values.iter().any(|constant| is_same(constant, value)),
            Self::Integer => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            Self::List(item) => {
                value.as_array().is_some_and(|items| items.iter().all(|value| item.fits(value)))
            }
            Self::Map(inner) => {
                value.as_object().is_some_and(|fields| fields.values().all(|value| inner.fits(value)))
            }
            Self::Null => value.is_null(),
            Self::Number => value.is_number(),
            Self::Object(fields) => value.as_object().is_some_and(|value| {
                fields.iter().all(|field| match value.get(&field.name) {
                    None => !field.required,
                    Some(value) => field.shape.fits(value),
                })
            }),
            Self::Text => value.is_string(),
            Self::Tuple(items) => value
                .as_array()
                .is_some_and(|values| items.iter().zip(values).all(|(item, value)| item.fits(value))),
            Self::Union(members) => members.iter().any(|member| member.fits(value)),
        }
    }
}

/// JSON Schema compares numbers by their value: 1 is 1.0.
fn is_same(left: &Value, right: &Value) -> bool {
    left == right || left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| left == right)
}
