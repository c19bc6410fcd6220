//! `WEIR_SECTION__KEY` lies over `[section] key`, `WEIR_SECTION__PART__KEY` over `[section.part] key`,
//! and `WEIR_CATALOG` over `catalog`.

use std::collections::BTreeMap;

use toml::{Table, Value};

const PREFIX: &str = "WEIR_";
const SEPARATOR: &str = "__";
const CATALOG: &str = "WEIR_CATALOG";

/// The variable that each key came from: `server.listen`, `WEIR_SERVER__LISTEN`.
pub(crate) type LaidOver = BTreeMap<String, String>;

/// Lays the environment over a configuration. A key that there is not is refused later, by name,
/// as one in the file would be.
///
/// # Errors
/// If a variable names a list, which has no keys: the sentence says which and what to do.
pub(crate) fn overlay(
    table: &mut Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<LaidOver, String> {
    let mut laid_over = LaidOver::new();
    for (name, text) in variables {
        if name == CATALOG {
            table.insert("catalog".to_owned(), Value::String(text));
            laid_over.insert("catalog".to_owned(), name);
            continue;
        }
        let Some((sections, key)) =
            name.strip_prefix(PREFIX).and_then(|name| name.rsplit_once(SEPARATOR))
        else {
            continue;
        };
        let mut place = &mut *table;
        for section in sections.split(SEPARATOR).map(str::to_lowercase) {
            let found = place.entry(&section).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(next) = found else { return Err(no_table(&name, &section)) };
            place = next;
        }
        place.insert(key.to_lowercase(), value(text));
        let path = format!("{}.{key}", sections.replace(SEPARATOR, ".")).to_lowercase();
        laid_over.insert(path, name.clone());
    }
    Ok(laid_over)
}

fn no_table(name: &str, section: &str) -> String {
    format!(
        "the environment variable {name} cannot be laid over `{section}`, which is no table with one \
         value a key; write it in the configuration file (secrets can come from the environment, \
         where a key that ends in _env names the variable)"
    )
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

    #[track_caller]
    fn check(file: &str, variables: &[(&str, &str)], want: &str) {
        let mut table: toml::Table = file.parse().unwrap();
        let variables = variables.iter().map(|&(a, b)| (a.to_owned(), b.to_owned()));
        let got = match overlay(&mut table, variables) {
            Ok(_) => table.to_string(),
            Err(sentence) => sentence,
        };
        assert!(got.contains(want), "{got}");
    }

    #[test]
    fn a_variable_lies_over_the_file() {
        let file = "[server]\nlisten = \"a\"\n";
        check(file, &[("WEIR_SERVER__LISTEN", "b")], "[server]\nlisten = \"b\"\n");
        check(file, &[("WEIR_INGEST__BODY_BYTES_MAX", "7")], "[ingest]\nbody_bytes_max = 7\n");
        check(
            "[channels.mail]\nport = 25\n",
            &[("WEIR_CHANNELS__MAIL__PORT", "587"), ("WEIR_CHANNELS__MAIL__HOST", "smtp")],
            "[channels.mail]\nhost = \"smtp\"\nport = 587\n",
        );
        check(file, &[("WEIR_CATALOG", "c.toml")], "catalog = \"c.toml\"");
        check(file, &[("WEIR_BIN", "x")], file);
    }

    #[test]
    fn a_variable_that_names_a_list_is_refused() {
        let file = "[[integration]]\nname = \"main\"\n";
        check(
            file,
            &[("WEIR_INTEGRATION__API_KEY", "x")],
            "WEIR_INTEGRATION__API_KEY cannot be laid over `integration`",
        );
        check(
            "[[channels.webhook]]\nname = \"ops\"\n",
            &[("WEIR_CHANNELS__WEBHOOK__URL", "x")],
            "WEIR_CHANNELS__WEBHOOK__URL cannot be laid over `webhook`",
        );
    }
}
