//! The few files that a page asks for: one style sheet, one script, one icon. All are in the
//! binary, so that a page needs nothing from outside.

use std::sync::LazyLock;

/// The frame's styles after the report's, then those of the pages, as one file.
static STYLES: LazyLock<String> = LazyLock::new(|| {
    let parts = [
        weir_report::render::STYLE_SHEET,
        include_str!("assets/weir.css"),
        include_str!("assets/rows.css"),
        include_str!("assets/sessions.css"),
        include_str!("assets/people.css"),
        include_str!("assets/health.css"),
        include_str!("assets/views.css"),
        include_str!("assets/reports.css"),
    ];
    parts.join("\n")
});
const SCRIPT: &[u8] = include_bytes!("assets/weir.js");
const ICON: &[u8] = include_bytes!("assets/weir.svg");

/// The content type and the bytes of `/assets/{name}`; none if there is no such file.
#[must_use]
pub fn get(name: &str) -> Option<(&'static str, &'static [u8])> {
    match name {
        "weir.css" => Some(("text/css; charset=utf-8", STYLES.as_bytes())),
        "weir.js" => Some(("text/javascript; charset=utf-8", SCRIPT)),
        "weir.svg" => Some(("image/svg+xml", ICON)),
        _ => None,
    }
}

/// The address of a file with a mark of its content, so that a browser may keep it for ever.
#[must_use]
pub fn href(name: &str) -> String {
    let bytes = get(name).map_or(&[][..], |(_, bytes)| bytes);
    // FNV-1a: it tells versions apart and guards nothing.
    let mark = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("/assets/{name}?v={mark:016x}")
}

#[cfg(test)]
mod tests {
    use super::{get, href};

    #[test]
    fn every_file_has_a_type_and_an_address_that_changes_with_it() {
        for name in ["weir.css", "weir.js", "weir.svg"] {
            let (kind, bytes) = get(name).unwrap();
            assert!(kind.contains('/') && !bytes.is_empty());
            assert!(href(name).starts_with(&format!("/assets/{name}?v=")));
        }
        assert_eq!(get("../Cargo.toml"), None);
    }

    #[test]
    fn the_script_is_small() {
        assert!(get("weir.js").unwrap().1.len() <= 10 * 1024);
    }

    #[test]
    fn no_file_refers_to_the_outside() {
        for name in ["weir.css", "weir.js"] {
            let text = String::from_utf8_lossy(get(name).unwrap().1).into_owned();
            assert!(
                !text.contains("http:") && !text.contains("https:") && !text.contains("@import")
            );
        }
    }
}
