//! The zone of a schedule, and which one was likely meant.

use weir_report::Zone;

use super::error::ZoneUnknown;

/// So many letters may be wrong, missing or too many in a name that is still recognised.
const SLIPS_MAX: usize = 2;

/// No zone has a name as long, and to compare one takes as much work as both are long.
const NAME_CHARS_MAX: usize = 64;

/// The zone of this name.
///
/// # Errors
/// If there is none; the error says which one was likely meant.
pub(crate) fn zone(name: &str) -> Result<Zone, ZoneUnknown> {
    Zone::named(name).ok_or_else(|| ZoneUnknown {
        name: name.chars().take(80).flat_map(char::escape_debug).collect(),
        meant: meant(name),
    })
}

/// The zone of a city that was named without its continent, or else the name with the fewest slips.
fn meant(name: &str) -> Option<String> {
    if name.chars().nth(NAME_CHARS_MAX).is_some() {
        return None;
    }
    let name = name.to_lowercase().replace(' ', "_");
    let mut near: Vec<(usize, String)> = jiff::tz::db()
        .available()
        .filter_map(|known| {
            let known = known.to_string();
            let slips = slips_of(&name, &known.to_lowercase())?;
            Some((slips, known))
        })
        .collect();
    near.sort();
    near.into_iter().next().map(|(_, known)| known)
}

fn slips_of(name: &str, known: &str) -> Option<usize> {
    let city = known.rsplit('/').next().unwrap_or(known);
    let whole = distance(name, known);
    // Of three letters two slips leave nothing of a name.
    let allowed = SLIPS_MAX.min(name.chars().count() / 4);
    let of_city = name.rsplit('/').next().map_or(whole, |name| distance(name, city));
    [whole, of_city].into_iter().filter(|slips| *slips <= allowed).min()
}

/// How many letters must be changed, added or left out to come from one to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(name: &str, want: &str) {
        let got = super::zone(name).map(|zone| zone.name().to_owned());
        assert_eq!(got.unwrap_or_else(|error| error.to_string()), want);
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        let unknown = |name: &str, meant: &str| {
            check(
                name,
                &format!("`{name}` is not the name of an IANA time zone; did you mean `{meant}`?"),
            );
        };
        check("europe/tallinn", "Europe/Tallinn");
        unknown("Europe/Talinn", "Europe/Tallinn");
        unknown("Tallinn", "Europe/Tallinn");
        unknown("Europe/New_York", "America/New_York");
        check(
            "Mars/Olympus_Mons",
            "`Mars/Olympus_Mons` is not the name of an IANA time zone: write one such as \
             Europe/Tallinn or UTC",
        );
    }
    #[test]
    fn what_is_longer_than_any_name_is_no_slip() {
        let meant = |name: &str| super::zone(name).unwrap_err().meant;
        assert_eq!(meant("Europe/Talinn").as_deref(), Some("Europe/Tallinn"));
        // The city alone would be recognised.
        assert_eq!(meant(&format!("{}/Talinn", "Europe".repeat(20))), None);
        assert_eq!(meant(&"Europe/Talinn ".repeat(5_000)), None);
    }
}
