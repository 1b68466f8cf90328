//! How many tokens a text costs a model, without a tokenizer: linear, and rather too many than too few.

/// An upper estimate for the tokenizers of current models.
pub fn estimate(text: &str) -> usize {
    let mut total = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let kind = Kind::of(c);
        let end = rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        // A single space belongs to the word behind it, but never to a number.
        let before_number =
            kind == Kind::Space && run.len() == 1 && after.starts_with(|c: char| c.is_ascii_digit());
        total += kind.cost(run) + usize::from(before_number);
        rest = after;
    }
    total
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Letter,
    Mark,
    Other,
    Space,
}

/// Letters of a word that a token holds at least, on average over text of people.
const WORD_LETTERS: usize = 7;

/// Consonants in a row from which on a word is no word.
const CONSONANTS_MAX: usize = 4;

impl Kind {
    fn of(c: char) -> Self {
        match c {
            ' ' => Self::Space,
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            c if c.is_ascii() => Self::Mark,
            _ => Self::Other,
        }
    }

    fn cost(self, run: &str) -> usize {
        match self {
            Self::Digit => run.len().div_ceil(3),
            Self::Letter => words(run),
            // Marks in a row mostly come in known groups, such as `",` and `()`.
            Self::Mark => (run.len() * 2).div_ceil(3),
            Self::Other => run.chars().map(|c| if ('\u{c0}'..'\u{3000}').contains(&c) { 2 } else { 3 }).sum(),
            Self::Space => usize::from(run.len() > 1),
        }
    }
}

/// Words in a run of letters: `createIssue` is two.
fn words(run: &str) -> usize {
    let bytes = run.as_bytes();
    let (mut total, mut start) = (0, 0);
    for at in 1..=bytes.len() {
        let is_end =
            at == bytes.len() || bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase();
        if is_end {
            total += word(&bytes[start..at]);
            start = at;
        }
    }
    total
}

fn word(letters: &[u8]) -> usize {
    let is_vowel = |letter: &u8| b"aeiouyAEIOUY".contains(letter);
    let longest = letters.split(is_vowel).map(<[u8]>::len).max().unwrap_or(0);
    let is_shouted = letters.len() > 4 && letters.iter().all(u8::is_ascii_uppercase);
    if longest > CONSONANTS_MAX || is_shouted { letters.len() } else { letters.len().div_ceil(WORD_LETTERS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts of the tokenizer o200k, taken with js-tiktoken 1.0.
    #[test]
    fn the_estimate_is_not_below_a_real_tokenizer_for_signatures_and_odd_text() {
        let signature = "create_issue(owner: str, repo: str, title: str, body?: str, labels?: list[str], assignees?: list[str]) # Create a new issue in a GitHub repository\nlist_directory_with_sizes(path: str, sortBy?: Literal[\"name\", \"size\"]) # Get a detailed listing of all files and directories in a specified path\nsequentialthinking(thought: str, nextThoughtNeeded: bool, thoughtNumber: int, totalThoughts: int, isRevision?: bool) # A detailed tool for dynamic and reflective problem-solving\nread_text_file(path: str, tail?: float, head?: float)";
        let cases = [
            (signature, 130),
            ("# github: 3 of 12 tools; search for the rest\n# files: all 14 tools", 22),
            ("xqzvkjw bcdfgh QWRTYP aGVsbG8gd29ybGQ= 8f3a9c2e1b zzkxq_vbnm", 42),
            ("Erzeugt eine Zusammenfassung für größere Übungsdateien", 12),
            ("検索ツールを使ってファイルを探します", 11),
            ("🚀🔥 done ✅", 5),
        ];
        for (text, real) in cases {
            assert!(estimate(text) >= real, "{} < {real}: {text}", estimate(text));
        }
    }
}
