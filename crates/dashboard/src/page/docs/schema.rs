//! Shapes of the description: as a few words with links, and as tables.

use maud::{Markup, html};
use serde_json::Value;

use super::{entries, joined, list, prose, text};

/// The values that can be chosen from; none where anything can be entered.
pub(super) fn choices(schema: &Value) -> Vec<&str> {
    let own = list(schema, "enum").iter().filter_map(Value::as_str);
    let nested = ["oneOf", "allOf"].into_iter().flat_map(|name| list(schema, name));
    // One of a list can be chosen; who wants several writes them into the address.
    let nested = nested.chain(schema.get("items"));
    own.chain(nested.flat_map(choices)).collect()
}

/// A shape in a few words.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or(name);
        return html! { a href={ "#shape-" (name) } { (name) } };
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().map(|value| html! { code { (super::plain(value)) } });
        return joined(&values.collect::<Vec<_>>(), " | ");
    }
    for (name, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(parts) = schema[name].as_array() {
            return joined(&parts.iter().map(kind).collect::<Vec<_>>(), between);
        }
    }
    let names = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    let words = names.into_iter().map(|name| match name {
        "array" => html! { "list of " (kind(&schema["items"])) },
        "object" if schema["properties"].is_object() => html! {
            "{ " (joined(&fields(schema), ", ")) " }"
        },
        name => html! { (name) @if let Some(format) = format(schema) { " (" (format) ")" } },
    });
    joined(&words.collect::<Vec<_>>(), " or ")
}

/// A format that tells a reader something; the width of a number does not.
fn format(schema: &Value) -> Option<&str> {
    schema["format"].as_str().filter(|format| ["date-time", "uuid"].contains(format))
}

fn fields(schema: &Value) -> Vec<Markup> {
    let field = |(name, told): (&String, &Value)| html! { (name) ": " (kind(told)) };
    entries(schema, "properties").map(field).collect()
}

/// A shape with a name, field by field.
pub(super) fn table(name: &str, schema: &Value) -> Markup {
    let id = format!("shape-{name}");
    html! {
        article.shape aria-labelledby=(id) {
            h3 id=(id) { (name) }
            @if !text(schema, "description").is_empty() { p { (prose(text(schema, "description"))) } }
            @if parts(schema).iter().any(|part| part["properties"].is_object()) {
                div.scroll {
                    table {
                        thead { tr {
                            th scope="col" { "field" }
                            th scope="col" { "is" }
                            th scope="col" { "means" }
                        } }
                        tbody { @for part in parts(schema) { (rows(part)) } }
                    }
                }
            } @else {
                p { (kind(schema)) }
            }
        }
    }
}

/// The shape, or those that it is put together from.
fn parts(schema: &Value) -> Vec<&Value> {
    schema["allOf"].as_array().map_or_else(|| vec![schema], |parts| parts.iter().collect())
}

fn rows(part: &Value) -> Markup {
    let needed = list(part, "required");
    html! {
        @if part["$ref"].is_string() {
            tr { th scope="row" { "all of" } td { (kind(part)) } td {} }
        }
        @for (name, told) in entries(part, "properties") {
            tr {
                th scope="row" { code { (name) } }
                td {
                    (kind(told))
                    @if !needed.iter().any(|known| known == name) { span.soft { ", may be missing" } }
                }
                td { (prose(text(told, "description"))) }
            }
        }
    }
}
