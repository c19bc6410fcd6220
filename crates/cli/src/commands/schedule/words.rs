//! Instants as their readers' clocks show them, and columns.

use weir_domain::Timestamp;
use weir_report::Zone;

/// `2026-03-30 08:00 +03:00`: what the clock on the wall shows there.
pub(crate) fn local(at: Timestamp, zone: &Zone) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros()).map_or_else(
        |_| at.to_string(),
        |at| at.to_zoned(zone.rules().clone()).strftime("%Y-%m-%d %H:%M %:z").to_string(),
    )
}

/// Lines with columns as wide as what is widest in them; nothing follows the last one.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| console::measure_text_width(&row[column])).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let padded = row.iter().zip(&widths).map(|(cell, &width)| {
            let gap = width.saturating_sub(console::measure_text_width(cell));
            format!("{cell}{}", " ".repeat(gap))
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A text from outside, so that it does nothing to the terminal.
pub(crate) fn safe(text: &str) -> String {
    weir_report::render::safe_text(text, 300)
}

/// The same of a sentence, which says at its end what to do.
pub(crate) fn sentence(text: &str) -> String {
    weir_report::render::safe_text(text, 2_000)
}

#[cfg(test)]
mod tests {
    use super::{columns, local};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        assert_eq!(
            columns(&[row("NAME", "NEXT"), row("päev", "today"), row("a longer one", "")]),
            "NAME          NEXT\npäev          today\na longer one\n"
        );
    }

    #[test]
    fn an_instant_is_told_as_the_zone_shows_it() {
        let zone = weir_report::Zone::named("Europe/Tallinn").unwrap();
        let at = |text: &str| local(text.parse().unwrap(), &zone);
        assert_eq!(at("2026-03-28T06:00:00Z"), "2026-03-28 08:00 +02:00");
        assert_eq!(at("2026-03-30T05:00:00Z"), "2026-03-30 08:00 +03:00");
    }
}
