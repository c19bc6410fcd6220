//! The API's description, to read and to try: the same that `/openapi.json` says, as a page.

mod schema; // shapes, as text with links and as tables

use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value};

use super::{Frame, Page};
use crate::reader::Reader;

/// All that the page shows.
pub(crate) struct DocsPage<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    /// The description, as `/openapi.json` has it.
    pub(crate) api: &'a Value,
    /// Where this Weir is reached.
    pub(crate) base: &'a str,
}

/// One method of one address.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    told: &'a Value,
}

/// Text of the description: what stands between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn entries<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value[name].as_object().map(Map::iter).into_iter().flatten()
}

impl DocsPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let frame = Frame {
            title: Page::Docs.title(),
            page: Some(Page::Docs),
            form: None,
            reader: self.reader,
            demo: self.demo,
        };
        let version = text(&self.api["info"], "version");
        frame.around(&html! {
            main #main.docs {
                h1 { "Everything that the pages show, as JSON, by the same names" }
                p.about {
                    (prose(text(&self.api["info"], "description"))) " Version " (version) ". For programs, the same as "
                    a href="/openapi.json" { "OpenAPI " (text(self.api, "openapi")) } "."
                }
                (self.token())
                (self.contents())
                @for tag in list(self.api, "tags") { (self.tag(tag)) }
                section aria-labelledby="shapes" {
                    h2 #shapes { "Shapes" }
                    p.about { "What answers and bodies are made of. A field is always there unless it says otherwise." }
                    @for (name, told) in entries(&self.api["components"], "schemas") {
                        (schema::table(name, told))
                    }
                }
            }
        })
    }

    fn token(&self) -> Markup {
        html! {
            section aria-labelledby="token" {
                h2 #token { "With a token" }
                p {
                    "A program sends a token with each request; whoever may sign in makes one under "
                    a href=(Page::People.path()) { "People" } ". In this browser you need none: what you try below is "
                    "asked as you. Errors are " code { "application/problem+json" } " and say what to do."
                }
                pre tabindex="0" aria-labelledby="token" {
                    "export WEIR_TOKEN=weir_…\n"
                    (curl(self.base, "GET", "/api/v1/reports/abandonment?from=-7d", false))
                }
            }
        }
    }

    fn operations(&self, tag: &str) -> Vec<Operation<'_>> {
        entries(self.api, "paths")
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().map(Map::iter).into_iter().flatten();
                methods.map(move |(method, told)| Operation { path, method, told })
            })
            .filter(|one| list(one.told, "tags").iter().any(|known| known == tag))
            .collect()
    }

    fn contents(&self) -> Markup {
        html! {
            nav.contents aria-label="Operations" {
                @for tag in list(self.api, "tags") {
                    @let name = text(tag, "name");
                    div {
                        p { a href={ "#tag-" (name) } { b { (name) } } }
                        ul {
                            @for one in self.operations(name) {
                                li { a href={ "#" (one.id()) } { (one.method.to_uppercase()) " " (one.path) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn tag(&self, tag: &Value) -> Markup {
        let name = text(tag, "name");
        html! {
            section aria-labelledby={ "tag-" (name) } {
                h2 id={ "tag-" (name) } { (text(tag, "description")) }
                @for one in self.operations(name) { (self.operation(&one)) }
            }
        }
    }

    fn operation(&self, one: &Operation<'_>) -> Markup {
        let parameters = list(one.told, "parameters");
        html! {
            article.operation aria-labelledby=(one.id()) {
                h3 id=(one.id()) { span.method { (one.method.to_uppercase()) } " " code { (one.path) } }
                @for part in ["summary", "description"] {
                    @if !text(one.told, part).is_empty() { p { (prose(text(one.told, part))) } }
                }
                @if one.method == "get" { (one.form(parameters)) } @else { (one.parameters(parameters)) }
                @if let Some((kind, body)) = entries(&one.told["requestBody"], "content").next() {
                    p { "Takes " code { (kind) } ": " (schema::kind(&body["schema"])) "." }
                }
                pre tabindex="0" aria-labelledby=(one.id()) {
                    (curl(self.base, &one.method.to_uppercase(), one.path, !one.told["requestBody"].is_null()))
                }
                (one.responses())
            }
        }
    }
}

/// The line for a shell. What stands in braces is for the reader to fill in.
fn curl(base: &str, method: &str, path: &str, body: bool) -> String {
    let ask = if method == "GET" { String::new() } else { format!(" -X {method}") };
    let body = if body { " -H 'content-type: application/json' -d @body.json" } else { "" };
    format!("curl{ask} -H \"authorization: Bearer $WEIR_TOKEN\"{body} '{base}{path}'")
}

impl Operation<'_> {
    /// Names it within the page.
    fn id(&self) -> String {
        let path = self.path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        format!("{}{path}", self.method)
    }

    /// The parameters as a form that opens the answer.
    fn form(&self, parameters: &[Value]) -> Markup {
        if parameters.iter().any(|one| text(one, "in") == "header") || self.path == "/events" {
            return self.parameters(parameters);
        }
        html! {
            form.try method="get" action="/docs/try" {
                input type="hidden" name="path" value=(self.path);
                @for one in parameters { (self.field(one)) }
                p { button type="submit" { "Try it" span.sr { ": " (self.path) } } }
            }
        }
    }

    fn field(&self, parameter: &Value) -> Markup {
        let name = text(parameter, "name");
        let id = format!("{}-{name}", self.id());
        let schema = &parameter["schema"];
        let choices = schema::choices(schema);
        let example = parameter["example"].as_str().map(|example| format!("e.g. {example}"));
        html! {
            div.parameter {
                label for=(id) { code { (name) } }
                @if choices.is_empty() {
                    input id=(id) name=(name) autocomplete="off" placeholder=[example]
                        aria-describedby={ (id) "-about" };
                } @else {
                    select id=(id) name=(name) aria-describedby={ (id) "-about" } {
                        option value="" { "–" }
                        @for choice in choices { option { (choice) } }
                    }
                }
                p id={ (id) "-about" } { (about(parameter)) }
            }
        }
    }

    /// The parameters where they cannot be tried from a page.
    fn parameters(&self, parameters: &[Value]) -> Markup {
        html! {
            @if !parameters.is_empty() {
                div.scroll {
                    table {
                        thead { tr {
                            th scope="col" { "parameter" }
                            th scope="col" { "in" }
                            th scope="col" { "what it is" }
                        } }
                        tbody {
                            @for one in parameters {
                                tr {
                                    th scope="row" { code { (text(one, "name")) } }
                                    td { (text(one, "in")) }
                                    td { (about(one)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn responses(&self) -> Markup {
        html! {
            div.scroll {
                table.responses {
                    thead { tr {
                        th scope="col" { "status" }
                        th scope="col" { "means" }
                        th scope="col" { "body" }
                    } }
                    tbody {
                        @for (status, told) in entries(self.told, "responses") {
                            tr {
                                th scope="row" { (status) }
                                td { (prose(text(told, "description"))) }
                                td {
                                    @for (place, (kind, body)) in entries(told, "content").enumerate() {
                                        @if 0 < place { br; }
                                        (schema::kind(&body["schema"]))
                                        @if kind != "application/json" { " " code { (kind) } }
                                    }
                                    @if told["content"].is_null() { span.soft { "none" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a parameter is: its meaning, its values, its default.
fn about(parameter: &Value) -> Markup {
    let schema = &parameter["schema"];
    let default = schema.pointer("/default").or_else(|| schema.pointer("/oneOf/1/default"));
    html! {
        (prose(text(parameter, "description"))) " "
        span.soft {
            (schema::kind(schema))
            @if let Some(default) = default { "; default " code { (plain(default)) } }
            @if parameter["required"] == true { "; needed" }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Markup joined by words that stand between.
fn joined(parts: &[Markup], between: &str) -> Markup {
    PreEscaped(parts.iter().map(|part| part.0.as_str()).collect::<Vec<_>>().join(between))
}
