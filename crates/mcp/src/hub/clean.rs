//! Takes out of a text what a person would not see and a model would: control, bidirectional and tag characters.

use serde_json::Value;

/// The text without hidden characters; line ends and tabs stay.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// The text on one line, for names and titles.
pub(super) fn clean_name(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// Cleans every description and title in a schema. Names of parameters and values stay as they are: they are sent back.
pub(super) fn clean_schema(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(clean_schema),
        Value::Object(table) => {
            for (key, value) in table.iter_mut() {
                match value {
                    Value::String(text) if matches!(key.as_str(), "description" | "title" | "$comment") => {
                        *text = clean(text);
                    }
                    other => clean_schema(other),
                }
            }
        }
        _ => {}
    }
}

fn is_hidden(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\t');
    let direction =
        matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let invisible = matches!(c, '\u{00ad}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    let tag = matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}');
    control || direction || invisible || tag
}
