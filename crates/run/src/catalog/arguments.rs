//! Checks the arguments of a call before anything is sent, and says what would be right.

use serde_json::{Map, Value};

use super::shape::{Field, Shape};
use super::stubs::python;
use super::{Found, text};
use crate::host::ToolError;

/// Longest value that an error shows.
const SHOWN_CHARS_MAX: usize = 60;

impl Found<'_> {
    /// The arguments as the server expects them: own names of parameters, nothing unknown, nothing missing, right types.
    pub fn check(&self, arguments: Map<String, Value>) -> Result<Map<String, Value>, ToolError> {
        let mut checked = Map::new();
        for (name, value) in arguments {
            match self.field(&name) {
                Some(field) => {
                    // Programs say None for what they leave out.
                    if value.is_null() && !field.required && !field.shape.fits(&value) {
                        continue;
                    }
                    self.check_value(field, &value)?;
                    checked.insert(field.name.clone(), value);
                }
                None if self.parameters().open => {
                    checked.insert(name, value);
                }
                None => return Err(self.unknown(&name)),
            }
        }
        let missing: Vec<&str> = self.missing(&checked).collect();
        if missing.is_empty() {
            return Ok(checked);
        }
        let word = if missing.len() == 1 { "parameter" } else { "parameters" };
        Err(self.wrong(&format!("missing {word} `{}`", missing.join("`, `"))))
    }

    /// The first of these names that no parameter has; the error lists those that there are.
    pub fn check_names<'n>(&self, mut names: impl Iterator<Item = &'n str>) -> Result<(), ToolError> {
        let is_unknown = |name: &&str| self.field(name).is_none() && !self.parameters().open;
        names.find(is_unknown).map_or(Ok(()), |name| Err(self.unknown(name)))
    }

    /// How many arguments a call may give by their place.
    pub fn check_count(&self, count: usize) -> Result<(), ToolError> {
        let most = self.parameter_names().len();
        if count <= most {
            return Ok(());
        }
        Err(self.wrong(&format!("{count} arguments by place, but it has {most} parameters")))
    }

    /// Reads the words of a command line: `name=value` each, or one JSON object.
    pub fn read_words(&self, words: &[String]) -> Result<Map<String, Value>, ToolError> {
        if let [only] = words
            && only.trim_start().starts_with('{')
        {
            let parsed: Result<Map<String, Value>, _> = serde_json::from_str(only);
            return parsed.map_err(|error| self.wrong(&format!("the argument is no JSON object: {error}")));
        }
        let mut arguments = Map::new();
        for word in words {
            let Some((name, value)) = word.split_once('=') else {
                let word = text::one_line(word, SHOWN_CHARS_MAX);
                return Err(self.wrong(&format!("`{word}` is neither name=value nor a JSON object")));
            };
            let shape = self.field(name).map_or(&Shape::Any, |field| &field.shape);
            arguments.insert(name.to_owned(), read_word(value, shape));
        }
        Ok(arguments)
    }

    fn missing<'s>(&'s self, given: &'s Map<String, Value>) -> impl Iterator<Item = &'s str> {
        let fields = self.parameters().fields.iter().zip(self.parameter_names());
        fields
            .filter(|(field, _)| field.required && !given.contains_key(&field.name))
            .map(|(_, name)| name.as_str())
    }

    /// A parameter by its own or its legal name.
    fn field(&self, name: &str) -> Option<&Field> {
        let fields = &self.parameters().fields;
        let by_own = fields.iter().find(|field| field.name == name);
        by_own.or_else(|| {
            self.parameter_names().iter().position(|legal| legal == name).map(|place| &fields[place])
        })
    }

    fn check_value(&self, field: &Field, value: &Value) -> Result<(), ToolError> {
        if field.shape.fits(value) {
            return Ok(());
        }
        let expected = python::annotation(&field.shape);
        let shown = text::clip(&python::value(value), SHOWN_CHARS_MAX);
        let expected = text::clip(&expected, 4 * SHOWN_CHARS_MAX);
        Err(self.wrong(&format!("parameter `{}` expects {expected}, got {shown}", field.name)))
    }

    fn unknown(&self, name: &str) -> ToolError {
        let near = nearest(name, self.parameter_names().iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.wrong(&format!("unknown parameter `{}`{near}", text::one_line(name, SHOWN_CHARS_MAX)))
    }

    fn wrong(&self, problem: &str) -> ToolError {
        let fields = self.parameters().fields.iter().zip(self.parameter_names());
        let names: Vec<String> = fields
            .map(|(field, name)| if field.required { name.clone() } else { format!("{name}?") })
            .collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let dot = if problem.ends_with('?') { "" } else { "." };
        let message = format!("{}: {problem}{dot} Parameters: {names}", self.path());
        let data = serde_json::json!({"parameters": self.parameter_names()});
        ToolError { code: "invalid_arguments".to_owned(), data, message }
    }
}

/// Text stays text where the tool wants text; elsewhere it is read as JSON when it is JSON.
fn read_word(word: &str, shape: &Shape) -> Value {
    let as_text = Value::from(word);
    let takes_text = match shape {
        Shape::Any => false,
        shape => shape.fits(&as_text),
    };
    if takes_text {
        return as_text;
    }
    let parsed = serde_json::from_str::<Value>(word).ok();
    parsed.filter(|value| !matches!(shape, Shape::Any) || !value.is_string()).unwrap_or(as_text)
}

/// The known name that is most like this one, when any is.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let name: Vec<char> = name.to_lowercase().chars().take(64).collect();
    let allowed = (name.len() / 3).max(1);
    let distances = known.map(|known| (distance(&name, known), known));
    distances
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Edits between two words, without regard to case; bounded by the length of the first.
fn distance(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, c) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in right.iter().enumerate() {
            let change = diagonal + usize::from(c != other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
