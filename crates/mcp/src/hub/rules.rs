//! Which tools of a server may be called, and how. Pure.

/// The rules of one server. A pattern is a tool's name in which `*` stands for any part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Only these are there at all; every tool when absent.
    pub allowed: Option<Vec<String>>,
    /// A person is asked before each call of these.
    pub ask: Vec<String>,
    /// These are not there at all.
    pub denied: Vec<String>,
    /// These are never asked about.
    pub trusted: Vec<String>,
}

/// What the rules say about one tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It may be called.
    Allow,
    /// A person decides at each call.
    Ask,
    /// It is not there.
    Deny,
}

impl Rules {
    /// What holds for a tool.
    pub fn permission(&self, tool: &str) -> Permission {
        let among = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, tool));
        if among(&self.denied) || self.allowed.as_deref().is_some_and(|allowed| !among(allowed)) {
            Permission::Deny
        } else if among(&self.ask) && !among(&self.trusted) {
            Permission::Ask
        } else {
            Permission::Allow
        }
    }
}

/// True when the pattern covers the whole name. Every `*` takes the shortest part that works, which is enough.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}
