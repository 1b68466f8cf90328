//! Values of settings: read from text and from TOML, and written back.

use std::fmt;
use std::time::Duration;

use super::keys::Kind;

/// A value of the kind that its setting wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number.
    Count(u64),
    /// `true` or `false`.
    Flag(bool),
    /// A list of text.
    List(Vec<String>),
    /// A number above zero.
    Number(f64),
    /// A time.
    Seconds(Duration),
    /// A size in bytes.
    Size(u64),
    /// Text, or one of the words of a choice.
    Text(String),
}

impl Kind {
    /// What a value has to be, in words that fit "expected ...".
    pub fn expected(self) -> String {
        match self {
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Count(least, most) => format!("a whole number from {least} to {most}"),
            Self::Flag => "true or false".to_owned(),
            Self::List => "a list of text".to_owned(),
            Self::Number => "a number above 0".to_owned(),
            Self::Seconds => {
                "a time above 0, a number of seconds or text such as \"45s\", \"500ms\", \"2m\", \"1h\""
                    .to_owned()
            }
            Self::Size => "a size above 0, a number of bytes or text such as \"512MiB\"".to_owned(),
            Self::Text => "text".to_owned(),
        }
    }

    /// Reads a value as an environment variable or a flag holds it; a list is separated by commas.
    pub fn parse(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Self::Choice(words) => {
                let word = text.to_ascii_lowercase();
                words.contains(&word.as_str()).then_some(Value::Text(word))
            }
            Self::Count(least, most) => {
                let count = text.replace('_', "").parse().ok()?;
                (least..=most).contains(&count).then_some(Value::Count(count))
            }
            Self::Flag => flag(text).map(Value::Flag),
            Self::List => Some(Value::List(words(text))),
            Self::Number => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite() && *number > 0.0)
                .map(Value::Number),
            Self::Seconds => seconds(text).map(Value::Seconds),
            Self::Size => size(text).map(Value::Size),
            Self::Text => Some(Value::Text(text.to_owned())),
        }
    }

    /// Reads a value as a settings file holds it.
    pub fn parse_toml(self, value: &toml_edit::Value) -> Option<Value> {
        use toml_edit::Value as Toml;
        match (self, value) {
            (Self::List, Toml::Array(items)) => {
                let words = items.iter().map(|item| item.as_str().map(str::to_owned));
                words.collect::<Option<_>>().map(Value::List)
            }
            (Self::Flag, Toml::Boolean(flag)) => Some(Value::Flag(*flag.value())),
            (Self::Flag, _) => None,
            (Self::Count(..) | Self::Number | Self::Seconds | Self::Size, Toml::Integer(number)) => {
                self.parse(&number.value().to_string())
            }
            (Self::Number | Self::Seconds, Toml::Float(number)) => self.parse(&number.value().to_string()),
            (Self::Choice(_) | Self::Seconds | Self::Size | Self::Text, Toml::String(text)) => {
                self.parse(text.value())
            }
            _ => None,
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "on" | "true" | "yes" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A number and the letters behind it.
fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.replace('_', "").parse().ok()?;
    (number > 0.0).then(|| (number, unit.trim().to_ascii_lowercase()))
}

fn seconds(text: &str) -> Option<Duration> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit.as_str() {
        "ms" => 0.001,
        "" | "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * factor).ok()
}

fn size(text: &str) -> Option<u64> {
    let (number, unit) = number_and_unit(text)?;
    // The short letters are those of Docker, where they count in 1,024s.
    let factor: u64 = match unit.as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    let bytes = number * factor as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be between 1 and 2^52"
    )]
    (1.0..4.5e15).contains(&bytes).then_some(bytes as u64)
}

impl Value {
    /// The value as TOML text.
    pub fn toml(&self) -> toml_edit::Value {
        match self {
            Self::Count(count) => i64::try_from(*count).unwrap_or(i64::MAX).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(words) => words.iter().collect::<toml_edit::Array>().into(),
            Self::Number(number) => (*number).into(),
            Self::Seconds(_) | Self::Size(_) | Self::Text(_) => self.to_string().into(),
        }
    }

    /// The value as JSON; a time is a number of seconds, a size a number of bytes.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Count(count) | Self::Size(count) => (*count).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(words) => words.clone().into(),
            Self::Number(number) => (*number).into(),
            Self::Seconds(time) => time.as_secs_f64().into(),
            Self::Text(text) => text.clone().into(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(words) => f.write_str(&words.join(",")),
            Self::Number(number) => write!(f, "{number}"),
            Self::Seconds(time) => f.write_str(&time_text(*time)),
            Self::Size(bytes) => f.write_str(&size_text(*bytes)),
            Self::Text(text) => f.write_str(text),
        }
    }
}

fn time_text(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        _ if !millis.is_multiple_of(1000) => format!("{millis}ms"),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        _ => format!("{}s", millis / 1000),
    }
}

/// A size in the largest unit that holds it in whole numbers.
pub fn size_text(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units.into_iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| bytes.to_string(), |(unit, name)| format!("{}{name}", bytes / unit))
}
