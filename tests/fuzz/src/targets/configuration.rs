//! `weir.toml`, and what the environment lays over it: whatever is wrong is said in one line that
//! names its place.
//!
//! The input is the file, a line `---`, and variables, one a line.

use crate::text;

pub(super) fn run(data: &[u8]) {
    let Some(input) = text::of(data) else { return };
    let (file, variables) = text::halves(input);
    let variables: Vec<(String, String)> = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let Err(said) = weir_cli::configuration(file, &variables) else { return };
    assert!(!said.chars().any(char::is_control), "more than a line: {said:?}");
    assert!(names_its_place(&said, file, &variables), "no place: {said:?}");
}

/// Whether it names the file, with a line that is there if it names one, a variable, or a section by
/// the name that the file gives it.
fn names_its_place(said: &str, file: &str, variables: &[(String, String)]) -> bool {
    if let Some(rest) = said.strip_prefix("weir.toml, line ") {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let lines = file.matches('\n').count() + 1;
        return digits.parse().is_ok_and(|line: usize| (1..=lines).contains(&line));
    }
    said.starts_with("weir.toml: ")
        || said.starts_with("the configuration is wrong: ")
        || said.starts_with("the environment variable ")
            && variables.iter().any(|(name, _)| said.contains(&shown(name)))
}

/// A name as it stands in a sentence: what acts on a terminal is written out.
fn shown(name: &str) -> String {
    let one = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(one).collect()
}
