//! The languages that a program can be written in.

use std::fmt;
use std::str::FromStr;

/// A language of a program. Its canonical name is what reports, logs and the guest protocol carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// The host's bash.
    Bash,
    /// JavaScript, run by Node or QuickJS.
    JavaScript,
    /// CPython.
    Python,
    /// TypeScript: its types are stripped, then it is JavaScript.
    TypeScript,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Python, Self::JavaScript, Self::TypeScript, Self::Bash];

    /// The canonical lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::JavaScript => "javascript",
            Self::Python => "python",
            Self::TypeScript => "typescript",
        }
    }

    /// What a program without a file name of its own is called in tracebacks.
    pub fn default_filename(self) -> &'static str {
        match self {
            Self::Bash => "main.sh",
            Self::JavaScript => "main.js",
            Self::Python => "main.py",
            Self::TypeScript => "main.ts",
        }
    }

    /// The language that a file's extension stands for, if any.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "bash" | "sh" => Some(Self::Bash),
            "cjs" | "js" | "mjs" => Some(Self::JavaScript),
            "py" => Some(Self::Python),
            "mts" | "ts" => Some(Self::TypeScript),
            _ => None,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no language; its text lists the valid ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLanguage(pub String);

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown language `{}`; valid are python, javascript, typescript, bash", self.0)
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.to_ascii_lowercase().as_str() {
            "bash" | "sh" | "shell" => Ok(Self::Bash),
            "javascript" | "js" | "node" => Ok(Self::JavaScript),
            "py" | "python" | "python3" => Ok(Self::Python),
            "ts" | "typescript" => Ok(Self::TypeScript),
            _ => Err(UnknownLanguage(word.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_alias_is_its_language() {
        for language in Language::ALL {
            assert_eq!(language.name().parse(), Ok(language));
        }
        assert_eq!(
            ["node", "js", "ts", "sh", "py"].map(|word| word.parse::<Language>().unwrap().name()),
            ["javascript", "javascript", "typescript", "bash", "python"]
        );
    }

    #[test]
    fn an_unknown_language_names_the_valid_ones() {
        assert_eq!(
            "cobol".parse::<Language>().unwrap_err().to_string(),
            "unknown language `cobol`; valid are python, javascript, typescript, bash"
        );
    }
}
