//! The report as JSON: the object of `--format json` and of the API.

use crate::Report;

/// One line with a line end, the same bytes for the same report.
///
/// # Panics
/// Never: a report has only text for keys, and writing to memory does not fail.
#[must_use]
pub fn json(report: &Report) -> String {
    #[allow(clippy::expect_used)]
    let mut text = serde_json::to_string(report).expect("a report's keys are texts");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::json;
    use crate::render::fixture;

    #[test]
    fn a_report_is_one_line_and_reads_back() {
        let text = json(&fixture::small());
        assert_eq!(text.lines().count(), 1);
        assert!(
            text.starts_with("{\"report\":\"abandonment\",\"version\":1,\"input\":{"),
            "{text}"
        );
        assert!(text.ends_with("}\n"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["totals"]["started"], 40);
        assert_eq!(text, json(&fixture::small()));
    }

    #[test]
    fn a_hostile_name_stays_one_line() {
        assert_eq!(json(&fixture::hostile()).lines().count(), 1);
    }
}
