//! The inputs that are kept: small, of one folder a target, and with words that are worth a try.

use std::fs;
use std::path::PathBuf;

use crate::Target;

/// An input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The name of its file.
    pub name: String,
    /// What is tried.
    pub data: Vec<u8>,
}

impl Target {
    /// The folder of its corpus.
    #[must_use]
    pub fn corpus_dir(&self) -> PathBuf {
        root().join("corpus").join(self.name)
    }

    /// Its corpus, by name.
    ///
    /// # Panics
    /// If it cannot be read: then there is nothing to say of the target.
    #[must_use]
    pub fn corpus(&self) -> Vec<Input> {
        let dir = self.corpus_dir();
        let entries = fs::read_dir(&dir)
            .unwrap_or_else(|error| panic!("{} cannot be listed: {error}", dir.display()));
        let paths = entries.map(|entry| entry.expect("a listed folder reads on").path());
        let mut inputs: Vec<Input> = paths
            .map(|path| Input {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                data: fs::read(&path).expect("a file of the corpus is read"),
            })
            .collect();
        inputs.sort_by(|a, b| a.name.cmp(&b.name));
        inputs
    }

    /// Words that its inputs are made of, as libFuzzer's dictionary has them: `"word"` a line.
    ///
    /// # Panics
    /// If the dictionary is none.
    #[must_use]
    pub fn words(&self) -> Vec<Vec<u8>> {
        let path = self.dictionary();
        let Ok(text) = fs::read_to_string(&path) else { return Vec::new() };
        text.lines().filter(|line| line.starts_with('"')).map(word).collect()
    }

    /// Where its dictionary is, if it has one.
    #[must_use]
    pub fn dictionary(&self) -> PathBuf {
        root().join("words").join(format!("{}.dict", self.name))
    }
}

/// `"a\"b\x0a"` is a word of four bytes.
fn word(line: &str) -> Vec<u8> {
    let inner = line.strip_prefix('"').and_then(|rest| rest.trim_end().strip_suffix('"'));
    let mut rest = inner.unwrap_or_else(|| panic!("no word: {line}")).as_bytes();
    let mut word = Vec::new();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, rest) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap_or_default();
                word.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
                rest = after;
            }
            (b'\\', [escaped, after @ ..]) => {
                word.push(*escaped);
                rest = after;
            }
            _ => word.push(*byte),
        }
    }
    word
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_word_is_read_as_libfuzzer_reads_it() {
        assert_eq!(word(r#""a\"b\x0a\\""#), b"a\"b\n\\");
        assert_eq!(word(r#""""#), b"");
    }
}
