//! Changes YAML line by line, which keeps comments and order. The caller reads the result back and compares.

use serde_json::{Map, Value};

use super::merge::NAME;

/// The text with the entry in the table; `None` when the table is written in a way that is not changed line by line.
pub(super) fn edit(text: &str, table: &str, entry: &Map<String, Value>) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let heading = format!("{table}:");
    let place =
        lines.iter().position(|line| line.trim_end() == heading || line.starts_with(&format!("{heading} ")));
    let Some(place) = place else {
        lines.push(heading);
        lines.extend(block(entry, 2));
        return Some(lines.join("\n") + "\n");
    };
    let inline = lines[place][heading.len()..].trim();
    if matches!(inline, "{}" | "null" | "~") {
        lines[place] = heading;
    } else if !inline.is_empty() && !inline.starts_with('#') {
        return None;
    }
    let end = end_of(&lines, place, 0);
    let indent = lines[place + 1..end].iter().find(|line| is_content(line)).map_or(2, |line| indent_of(line));
    let ours = (place + 1..end).find(|number| {
        indent_of(&lines[*number]) == indent && lines[*number].trim_end() == format!("{:indent$}{NAME}:", "")
    });
    let range = match ours {
        Some(start) => start..end_of(&lines[..end], start, indent),
        None => place + 1..place + 1,
    };
    lines.splice(range, block(entry, indent));
    Some(lines.join("\n") + "\n")
}

/// JSON values are YAML values.
fn block(entry: &Map<String, Value>, indent: usize) -> Vec<String> {
    let heading = format!("{:indent$}{NAME}:", "");
    let deeper = indent + 2;
    let pairs = entry.iter().map(|(key, value)| format!("{:deeper$}{key}: {value}", ""));
    std::iter::once(heading).chain(pairs).collect()
}

/// The line behind the block that begins at `start`, without comments and empty lines at its end.
fn end_of(lines: &[String], start: usize, indent: usize) -> usize {
    let next = (start + 1..lines.len())
        .find(|number| is_content(&lines[*number]) && indent_of(&lines[*number]) <= indent);
    let mut end = next.unwrap_or(lines.len());
    while end > start + 1 && !is_content(&lines[end - 1]) {
        end -= 1;
    }
    end
}

fn is_content(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
