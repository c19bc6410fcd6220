//! Whether a text is well-formed XML.

use roxmltree::{Document, ParsingOptions};

/// Its root, which must be called `root`; each number in it is one.
///
/// # Panics
/// If it is not.
pub(crate) fn check(text: &str, root: &str) {
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .unwrap_or_else(|error| panic!("it is no XML: {error}: {text}"));
    let found = document.root_element().tag_name().name();
    assert_eq!(found, root, "{text}");
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        for attribute in element.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            // What names and leads holds any text; all else is ours, and numbers.
            if !matches!(name, "aria-label" | "href") {
                assert!(!value.contains("NaN") && !value.contains("inf"), "{name}={value:?}");
            }
            assert!(!name.starts_with("on"), "a handler: {name}={value:?}");
        }
        assert_ne!(element.tag_name().name(), "script", "{text}");
    }
}
