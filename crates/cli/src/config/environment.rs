//! `WEIR_SECTION__KEY` lies over `[section] key`.

use toml::{Table, Value};

const PREFIX: &str = "WEIR_";
const SEPARATOR: &str = "__";

/// Lays the environment over a configuration. A key that there is not is refused later, by name,
/// as one in the file would be.
pub(crate) fn overlay(table: &mut Table, variables: impl Iterator<Item = (String, String)>) {
    for (name, text) in variables {
        let Some((section, key)) =
            name.strip_prefix(PREFIX).and_then(|name| name.split_once(SEPARATOR))
        else {
            continue;
        };
        let section =
            table.entry(section.to_lowercase()).or_insert_with(|| Value::Table(Table::new()));
        // A section that is no table is refused by name when the whole is read.
        if let Value::Table(section) = section {
            section.insert(key.to_lowercase(), value(text));
        }
    }
}

/// A number or a truth value where it reads as one, else text.
fn value(text: String) -> Value {
    text.parse()
        .map(Value::Integer)
        .or_else(|_| text.parse().map(Value::Boolean))
        .unwrap_or(Value::String(text))
}

#[cfg(test)]
mod tests {
    use super::overlay;

    #[test]
    fn a_variable_lies_over_the_file() {
        let mut table: toml::Table = "[server]\nlisten = \"a\"\n".parse().unwrap();
        let variables =
            [("WEIR_SERVER__LISTEN", "b"), ("WEIR_INGEST__BODY_BYTES_MAX", "7"), ("WEIR_BIN", "x")];
        overlay(&mut table, variables.map(|(a, b)| (a.to_owned(), b.to_owned())).into_iter());
        let want: toml::Table =
            "[server]\nlisten = \"b\"\n\n[ingest]\nbody_bytes_max = 7\n".parse().unwrap();
        assert_eq!(table, want);
    }
}
