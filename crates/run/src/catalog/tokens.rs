//! How many tokens a text costs a model, without a tokenizer: linear, and rather too many than too few.

/// An upper estimate for the tokenizers of current models.
pub fn estimate(text: &str) -> usize {
    let mut total = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let kind = Kind::of(c);
        let end = rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        total += kind.cost(run);
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
            Self::Mark => run.len().div_ceil(2),
            Self::Other => run.chars().map(|c| if ('\u{c0}'..'\u{3000}').contains(&c) { 2 } else { 3 }).sum(),
            // A single space belongs to the word behind it.
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
    if longest > CONSONANTS_MAX || is_shouted {
        letters.len().div_ceil(2)
    } else {
        letters.len().div_ceil(WORD_LETTERS)
    }
}
