//! Prints settings: the commented default file, and the values in force.

use std::fmt::Write;

use super::keys::{GROUPS, KEYS, Key, Kind};
use super::layers::Layers;

/// A settings file with every key at its default, commented out.
pub fn default_file() -> String {
    let mut text = "# Settings of codemode. Every key is shown with its default; remove the # in front of those that you change.\n\
                    # Later wins: this file, ./codemode.toml of a project, CODEMODE_* variables, flags.\n"
        .to_owned();
    for (group, about) in GROUPS {
        let _ = write!(text, "\n# {about}\n");
        if !group.is_empty() {
            let _ = writeln!(text, "[{group}]");
        }
        for key in KEYS.iter().filter(|key| key.parts().0 == *group) {
            write_key(&mut text, key);
        }
    }
    text
}

fn write_key(text: &mut String, key: &Key) {
    let value =
        key.kind.parse(key.default).map_or_else(|| "\"\"".to_owned(), |value| value.toml().to_string());
    let unit = match key.kind {
        Kind::Choice(words) => format!(" One of {}.", words.join(", ")),
        Kind::Count(least, most) => format!(" From {least} to {most}."),
        Kind::Seconds => " A number of seconds, or text with ms, s, m or h.".to_owned(),
        Kind::Size => " A number of bytes, or text with KiB, MiB or GiB.".to_owned(),
        Kind::Flag | Kind::List | Kind::Number | Kind::Text => String::new(),
    };
    let _ = write!(text, "\n# {}{unit}\n# {} = {}\n", key.about, key.parts().1, value.trim());
}

/// The values in force, one a line, with their origins when asked for.
pub fn show(layers: &Layers, with_origin: bool) -> String {
    let mut text = String::new();
    for key in KEYS {
        let Some(setting) = setting(layers, key) else { continue };
        text.push_str(&setting);
        if let (true, Some((_, origin))) = (with_origin, layers.get(key)) {
            let _ = write!(text, "  # {origin}");
        }
        text.push('\n');
    }
    text
}

/// One setting in force, `limits.wall = "60s"`.
pub fn setting(layers: &Layers, key: &Key) -> Option<String> {
    let (value, _) = layers.get(key)?;
    Some(format!("{} = {}", key.name, value.toml().to_string().trim()))
}

/// The same as JSON: `{KEY: {value, origin}}`.
pub fn json(layers: &Layers) -> serde_json::Value {
    let entry = |key: &Key| {
        let (value, origin) = layers.get(key)?;
        let entry = serde_json::json!({"value": value.json(), "origin": origin.to_string()});
        Some((key.name.to_owned(), entry))
    };
    serde_json::Value::Object(KEYS.iter().filter_map(entry).collect())
}
