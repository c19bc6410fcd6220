//! `GET` and `POST /reports/new` and `/reports/{name}/edit`: making and changing a definition.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_report::{Definition, DefinitionError};
use weir_schedule::{SaveError, Trouble, is_name};

use super::report::own;
use super::reports::{or_page, stage, told};
use super::views::zone;
use crate::choices::choices;
use crate::fields::{Fault, Fields};
use crate::page::reports::{Checked, FormPage, Mode, path};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::schedules::{Draft, NEXT_COUNT, beginning, entry_of};
use crate::{State, answer};

/// What the form says that the file was, once somebody has said that it is gone: no definition is
/// this text.
const GONE: &str = "-";

/// What stands in the form, and what is said of it.
struct Sheet {
    /// The definition that is changed; none where a new one is made.
    of: Option<String>,
    name: String,
    /// What fields are laid over.
    base: String,
    /// What the file was when the form was opened; empty where there was none.
    was: String,
    entered: Entered,
    faults: Vec<Fault>,
    troubles: Vec<Trouble>,
    /// Whether the troubles are of what is kept already.
    as_it_is: bool,
    may_keep: bool,
    checked: Option<Checked>,
}

enum Entered {
    Fields(Box<Draft>),
    Toml(String),
}

/// The form for a new one, which may begin as another.
pub(crate) async fn new(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> HttpResponse {
    let begun = begun(&request, reader.clone(), state.clone()).await;
    or_page(&state, &reader, begun)
}

async fn begun(
    request: &HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["from", "kind", "as"])?;
    let markup = blocking(move || {
        let (name, text) = match parameters.own("from") {
            Some(from) => {
                let entry = state.entry(from)?;
                // A copy of one's own needs a name of its own.
                (if entry.shipped { entry.name.clone() } else { String::new() }, entry.text.clone())
            }
            None => {
                let alert = parameters.own("kind") == Some("alert");
                (String::new(), beginning(alert, &state.timezone_default))
            }
        };
        let sheet = Sheet::opened(None, name, text, parameters.own("as") == Some("toml"));
        Ok(sheet.page(&state, &reader))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// The form for one that is there.
pub(crate) async fn edit(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
) -> HttpResponse {
    let opened = opened(&request, reader.clone(), state.clone(), name.into_inner()).await;
    or_page(&state, &reader, opened)
}

async fn opened(
    request: &HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    name: String,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["as"])?;
    let markup = blocking(move || {
        let entry = state.entry(&name)?;
        own(&entry)?;
        let as_toml = parameters.own("as") == Some("toml");
        let mut sheet =
            Sheet::opened(Some(entry.name.clone()), String::new(), entry.text.clone(), as_toml);
        sheet.was.clone_from(&entry.text);
        sheet.troubles.clone_from(&entry.troubles);
        sheet.as_it_is = true;
        Ok(sheet.page(&state, &reader))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// The form for a new one as it was sent.
pub(crate) async fn make(
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> HttpResponse {
    let sent = sent(state.clone(), reader.clone(), None, &body).await;
    or_page(&state, &reader, sent)
}

/// The form for one that is there, as it was sent.
pub(crate) async fn change(
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    let sent = sent(state.clone(), reader.clone(), Some(name.into_inner()), &body).await;
    or_page(&state, &reader, sent)
}

async fn sent(
    state: web::Data<State>,
    reader: Reader,
    of: Option<String>,
    body: &web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, body)?;
    let done = blocking(move || {
        if let Some(name) = &of {
            editable(&state, name, &fields)?;
        }
        let mut sheet = Sheet::sent(of, &fields);
        let done = sheet.act(&state, fields.get("do"))?;
        if let Some(name) = &done {
            reader.notes.what(name);
        }
        Ok(done.map_or_else(|| Err((sheet.status(), sheet.page(&state, &reader))), Ok))
    });
    Ok(match done.await? {
        Ok(name) => answer::see_other(&told(&path(&name), "saved")),
        Err((status, markup)) => answer::html(status, markup),
    })
}

/// Whether the form is of a definition that can be changed. One that somebody deleted meanwhile can
/// be put back: what was entered is not lost.
fn editable(state: &State, name: &str, fields: &Fields) -> Result<(), Problem> {
    match state.schedules.definitions.get(name) {
        None if is_name(name) && !fields.get("was").is_empty() => Ok(()),
        Some(listed) if listed.shipped && !fields.get("was").is_empty() => Ok(()),
        _ => own(&state.entry(name)?),
    }
}

impl Sheet {
    /// As it is opened: with fields, where the text can be read.
    fn opened(of: Option<String>, name: String, text: String, as_toml: bool) -> Sheet {
        let entered = match Definition::read(&text) {
            Ok(definition) if !as_toml => Entered::Fields(Box::new(Draft::of(&definition))),
            _ => Entered::Toml(text.clone()),
        };
        Sheet {
            of,
            name,
            base: text,
            was: String::new(),
            entered,
            faults: Vec::new(),
            troubles: Vec::new(),
            as_it_is: false,
            may_keep: false,
            checked: None,
        }
    }

    /// As it was sent.
    fn sent(of: Option<String>, fields: &Fields) -> Sheet {
        let lines = |name: &str| fields.get(name).replace("\r\n", "\n");
        let entered = match fields.get("mode") {
            "fields" => Entered::Fields(Box::new(Draft::read(fields))),
            _ => Entered::Toml(lines("toml")),
        };
        Sheet {
            of,
            name: fields.get("name").trim().to_owned(),
            base: lines("base"),
            was: lines("was"),
            entered,
            faults: Vec::new(),
            troubles: Vec::new(),
            as_it_is: false,
            may_keep: false,
            checked: None,
        }
    }

    fn page(&self, state: &State, reader: &Reader) -> Markup {
        let choices = choices(&state.live.model(), &state.catalogue());
        let zone = zone(state);
        let page = FormPage {
            stage: stage(state, reader, &zone),
            of: self.of.as_deref(),
            name: &self.name,
            base: &self.base,
            was: &self.was,
            mode: match &self.entered {
                Entered::Fields(draft) => Mode::Fields(draft),
                Entered::Toml(text) => Mode::Toml(text),
            },
            choices: &choices,
            faults: &self.faults,
            troubles: &self.troubles,
            as_it_is: self.as_it_is,
            may_keep: self.may_keep,
            checked: self.checked.as_ref(),
        };
        page.page()
    }

    fn status(&self) -> StatusCode {
        let well = self.faults.is_empty() && self.troubles.is_empty();
        if well { StatusCode::OK } else { StatusCode::BAD_REQUEST }
    }

    /// Does what the button says; the name, where it is saved.
    fn act(&mut self, state: &State, what: &str) -> Result<Option<String>, Problem> {
        let Some((definition, text)) = self.definition() else { return Ok(None) };
        match what {
            "toml" => {
                self.entered = Entered::Toml(text);
                return Ok(None);
            }
            "fields" => {
                self.entered = Entered::Fields(Box::new(Draft::of(&definition)));
                self.base = text;
                return Ok(None);
            }
            "check" | "save" | "keep" => {}
            _ => {
                let detail = "the button is not known; nothing was saved";
                return Err(Problem::parameter("do", detail));
            }
        }
        let name = self.of.clone().unwrap_or_else(|| self.name.clone());
        self.troubles = state.troubles(&definition, &text);
        self.may_keep = !self.troubles.is_empty();
        if what != "check" || !self.name.is_empty() {
            self.named(state)?;
        }
        let well = self.faults.is_empty() && (self.troubles.is_empty() || what == "keep");
        if !well {
            return Ok(None);
        }
        if what == "check" {
            self.checked = Some(checked(state, &name, &definition, &text));
            return Ok(None);
        }
        if !self.is_as_it_was(state) {
            return Ok(None);
        }
        match state.schedules.definitions.save(&name, &text) {
            Ok(()) => Ok(Some(name)),
            Err(SaveError::Text(trouble)) => {
                self.troubles = vec![trouble];
                Ok(None)
            }
            Err(other) => {
                self.troubles = vec![Trouble { line: None, message: other.to_string() }];
                Ok(None)
            }
        }
    }

    /// The definition that is meant, and its text; else what is wrong stands on the sheet.
    fn definition(&mut self) -> Option<(Definition, String)> {
        match &self.entered {
            Entered::Toml(text) => match Definition::read(text) {
                Ok(definition) => Some((definition, text.clone())),
                Err(error) => {
                    self.troubles = vec![unread(error)];
                    None
                }
            },
            Entered::Fields(draft) => {
                let base = Definition::read(&self.base).or_else(|_| {
                    // What the form brings along is its own; somebody else wrote this.
                    Definition::read("title = \"New\"\n")
                });
                let base = match base {
                    Ok(base) => base,
                    Err(error) => {
                        self.troubles = vec![unread(error)];
                        return None;
                    }
                };
                match draft.apply(&base) {
                    // What nothing was changed in keeps its comments.
                    Ok(made) if made == base => Some((made, self.base.clone())),
                    Ok(made) => {
                        let text = made.to_toml();
                        match Definition::read(&text) {
                            Ok(read) => Some((read, text)),
                            Err(error) => {
                                self.troubles = vec![unread(error)];
                                None
                            }
                        }
                    }
                    Err(faults) => {
                        self.faults = faults;
                        None
                    }
                }
            }
        }
    }

    /// Whether a new one can be called so.
    fn named(&mut self, state: &State) -> Result<(), Problem> {
        if self.of.is_some() {
            return Ok(());
        }
        let name = self.name.as_str();
        let wrong = if name.is_empty() {
            Some("it has none; write one, such as weekly-product".to_owned())
        } else if !is_name(name) {
            Some(format!(
                "`{}` cannot be one; write lower-case letters, digits and hyphens, a letter or \
                 digit first, at most 64, and not `new` or `runs`",
                echo(name)
            ))
        } else {
            let taken = state.schedules.definitions.get(name).is_some_and(|known| !known.shipped);
            taken.then(|| {
                format!("there is one called `{name}` already; choose another, or edit that")
            })
        };
        self.faults.extend(wrong.map(|sentence| Fault { name: "name", sentence }));
        Ok(())
    }

    /// Whether nobody has changed the file since the form was opened. Else the form is of the new
    /// one from now on: saving again is meant.
    fn is_as_it_was(&mut self, state: &State) -> bool {
        let Some(name) = &self.of else { return true };
        let known = state.schedules.definitions.get(name).filter(|known| !known.shipped);
        let now = known.as_ref().map_or_else(|| GONE.to_owned(), |known| known.text.clone());
        if now.replace("\r\n", "\n") == self.was {
            return true;
        }
        let message = if known.is_some() {
            "somebody else has changed it since you opened this form, and nothing was saved; look \
             at it in another window, or save again to put yours in its place"
        } else {
            "somebody has deleted it since you opened this form, and nothing was saved; leave it so, \
             or save again to put yours back"
        };
        self.was = now;
        self.troubles = vec![Trouble { line: None, message: message.to_owned() }];
        false
    }
}

fn unread(DefinitionError { line, message }: DefinitionError) -> Trouble {
    Trouble { line, message }
}

/// What a definition without fault would do.
fn checked(state: &State, name: &str, definition: &Definition, text: &str) -> Checked {
    let now = state.clock.now();
    let entry = entry_of(name, definition.clone(), text, now);
    let next = super::report::next(&entry, now);
    let at = next.first().copied().unwrap_or(now);
    let query = definition.query(at, &state.timezone_default).ok();
    Checked {
        zone: entry.zone_or(&zone(state)).clone(),
        range: query.map(|query| (query.from, query.to)),
        targets: entry.targets().into_iter().map(str::to_owned).collect(),
        next: next.into_iter().take(NEXT_COUNT).collect(),
    }
}

#[cfg(test)]
mod tests {
    use weir_report::Definition;

    use crate::fixture::{Answer, Fixture, LOG};
    use crate::page::form::Query;
    use crate::reader::Reader;

    const TEXT: &str = "# Ours.
title = \"Weekly\"
range = \"previous week\"

[schedule]
when = \"weekly monday 08:00 UTC\"

[[recipient]]
mail = [\"ann@example.com\"]
";

    fn form(fields: &[(&str, &str)]) -> String {
        let mut query = Query::default();
        fields.iter().for_each(|(name, value)| query.push(name, value));
        query.0
    }

    /// The form of a page, as a browser would send it that changed these fields and pressed a button.
    fn sent(page: &Answer, changes: &[(&str, &str)], button: &str) -> String {
        let mut fields: Vec<(String, String)> = Vec::new();
        let page = page.body.replace("\r\n", "\n");
        let (_, rest) = page.split_once("<form class=\"entry definition\"").unwrap();
        let inside = rest.split("</form>").next().unwrap();
        let value = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(unescaped(rest.split('"').next().unwrap()))
        };
        let mut select = String::new();
        for part in inside.split('<').skip(1) {
            let (tag, text) = part.split_once('>').unwrap();
            let name = value(tag, "name");
            if tag.starts_with("select") {
                select = name.unwrap();
            } else if tag.starts_with("option") && tag.contains(" selected") {
                fields.push((select.clone(), value(tag, "value").unwrap()));
            } else if tag.starts_with("textarea") {
                let text = unescaped(text.strip_prefix('\n').unwrap());
                fields.push((name.unwrap(), text.replace('\n', "\r\n")));
            } else if tag.starts_with("input") {
                let picked = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
                if !picked || tag.contains(" checked") {
                    let value = value(tag, "value").unwrap_or_default();
                    fields.push((name.unwrap(), value.replace('\n', "\r\n")));
                }
            }
        }
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        fields.push(("do".to_owned(), button.to_owned()));
        let all: Vec<_> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form(&all)
    }

    fn unescaped(text: &str) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
    }

    #[actix_web::test]
    async fn a_new_one_is_checked_and_kept() {
        let fixture = Fixture::of(LOG);
        let page = fixture.get_as(&Reader::open(), "/reports/new").await;
        let changes = [
            ("name", "pulse"),
            ("title", "Pulse <b>"),
            ("repeats", "daily"),
            ("time", "07:30"),
            ("zone", "Europe/Tallinn"),
            ("mail", "ann@example.com\r\nbo@example.com"),
        ];
        let checked = fixture.post("/reports/new", &sent(&page, &changes, "check")).await;
        assert_eq!(checked.status, 200, "{}", checked.body);
        assert!(checked.body.contains("It is well. Nothing was saved or sent."));
        assert!(checked.body.contains("Wed 1 Apr 2026 07:30"), "{}", checked.body);
        assert_eq!(fixture.defined("pulse"), None);
        let kept = fixture.post("/reports/new", &sent(&checked, &[], "save")).await;
        assert_eq!((kept.status, kept.header("location")), (303, "/reports/pulse?done=saved"));
        let read = Definition::read(&fixture.defined("pulse").unwrap()).unwrap();
        assert_eq!(read.title, "Pulse <b>");
        assert_eq!(read.schedule.unwrap().when, "daily 07:30 Europe/Tallinn");
        assert_eq!(read.recipient[0].mail, ["ann@example.com", "bo@example.com"]);
    }

    #[actix_web::test]
    async fn what_nobody_touched_is_kept_as_it_was_to_the_last_comment() {
        let fixture = Fixture::of(LOG);
        for text in [TEXT.to_owned(), TEXT.replace('\n', "\r\n")] {
            fixture.define("weekly", &text);
            let page = fixture.get_as(&Reader::open(), "/reports/weekly/edit").await;
            let got = fixture.post("/reports/weekly/edit", &sent(&page, &[], "save")).await;
            assert_eq!(got.status, 303, "{}", got.body);
            assert_eq!(fixture.defined("weekly").unwrap(), TEXT);
            let page = fixture.get_as(&Reader::open(), "/reports/weekly/edit?as=toml").await;
            let got = fixture.post("/reports/weekly/edit", &sent(&page, &[], "save")).await;
            assert_eq!(got.status, 303, "{}", got.body);
            assert_eq!(fixture.defined("weekly").unwrap(), TEXT);
        }
    }

    #[actix_web::test]
    async fn a_name_is_new_and_no_address_of_ours() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TEXT);
        let page = fixture.get_as(&Reader::open(), "/reports/new").await;
        for (name, says) in [
            ("", "it has none; write one"),
            ("Weekly", "cannot be one"),
            ("../weekly", "cannot be one"),
            ("new", "and not <code>new</code> or <code>runs</code>"),
            ("runs", "and not <code>new</code> or <code>runs</code>"),
            ("weekly", "there is one called <code>weekly</code> already"),
        ] {
            let changes = [("name", name), ("mail", "ann@example.com")];
            let got = fixture.post("/reports/new", &sent(&page, &changes, "save")).await;
            assert_eq!(got.status, 400, "{name}");
            assert!(unescaped(&got.body).contains(says), "{name}: {}", got.body);
            assert!(got.body.contains("aria-invalid=\"true\""), "{name}");
        }
        assert_eq!(fixture.defined("weekly").unwrap(), TEXT);
        // A shipped one may be followed by one's own.
        let page = fixture.get_as(&Reader::open(), "/reports/new?from=daily-pulse").await;
        let got = fixture
            .post("/reports/new", &sent(&page, &[("mail", "ann@example.com")], "save"))
            .await;
        assert_eq!(got.header("location"), "/reports/daily-pulse?done=saved", "{}", got.body);
    }

    #[actix_web::test]
    async fn what_is_not_well_is_kept_only_as_it_is() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TEXT);
        let page = fixture.get_as(&Reader::open(), "/reports/weekly/edit").await;
        let changes = [("slack", "nowhere")];
        let got = fixture.post("/reports/weekly/edit", &sent(&page, &changes, "save")).await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("<code>nowhere</code> is not configured"), "{}", got.body);
        assert!(got.body.contains("value=\"keep\""));
        assert_eq!(fixture.defined("weekly").unwrap(), TEXT);
        let got = fixture.post("/reports/weekly/edit", &sent(&got, &[], "keep")).await;
        assert_eq!(got.status, 303, "{}", got.body);
        assert!(fixture.defined("weekly").unwrap().contains("nowhere"));
        let page = fixture.get_as(&Reader::open(), "/reports/weekly/edit").await;
        assert!(page.body.contains("As it is now, something is wrong with it:"));
    }

    #[actix_web::test]
    async fn toml_with_a_slip_says_its_line_and_loses_nothing() {
        let fixture = Fixture::of(LOG);
        let slip = TEXT.replace("range", "rnage");
        let fields = form(&[("name", "weekly"), ("mode", "toml"), ("toml", &slip), ("do", "save")]);
        let got = fixture.post("/reports/new", &fields).await;
        assert_eq!(got.status, 400);
        assert!(
            got.body.contains("Line 3: <bdi>there is no key <code>rnage</code>"),
            "{}",
            got.body
        );
        assert!(unescaped(&got.body).contains(&slip));
        assert!(!got.body.contains("value=\"keep\""), "what is no definition cannot be kept");
        assert_eq!(fixture.defined("weekly"), None);
        let long = "#".repeat(70_000);
        let fields = form(&[
            ("name", "weekly"),
            ("mode", "toml"),
            ("toml", &format!("{TEXT}{long}")),
            ("do", "save"),
        ]);
        let got = fixture.post("/reports/new", &fields).await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("it is longer than 65536 bytes"), "{}", got.body);
    }

    #[actix_web::test]
    async fn fields_and_toml_are_two_looks_at_one_text() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TEXT);
        let page = fixture.get_as(&Reader::open(), "/reports/weekly/edit").await;
        let as_toml = fixture.post("/reports/weekly/edit", &sent(&page, &[], "toml")).await;
        assert_eq!(as_toml.status, 200);
        assert!(as_toml.body.contains("# Ours.\n"), "{}", as_toml.body);
        let as_fields = fixture.post("/reports/weekly/edit", &sent(&as_toml, &[], "fields")).await;
        assert!(
            as_fields.body.contains("id=\"title\" type=\"text\" name=\"title\" value=\"Weekly\"")
        );
        let got = fixture.post("/reports/weekly/edit", &sent(&as_fields, &[], "save")).await;
        assert_eq!(got.status, 303, "{}", got.body);
        assert_eq!(fixture.defined("weekly").unwrap(), TEXT);
    }

    #[actix_web::test]
    async fn what_somebody_else_changed_is_not_written_over_unasked() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TEXT);
        let page = fixture.get_as(&Reader::open(), "/reports/weekly/edit").await;
        let theirs = TEXT.replace("Weekly", "Theirs");
        fixture.define("weekly", &theirs);
        let mine = [("title", "Mine")];
        let got = fixture.post("/reports/weekly/edit", &sent(&page, &mine, "save")).await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("somebody else has changed it"), "{}", got.body);
        assert!(got.body.contains("value=\"Mine\""), "what was entered is lost");
        assert_eq!(fixture.defined("weekly").unwrap(), theirs);
        // And again before the second try.
        fixture.define("weekly", &theirs.replace("Theirs", "Third"));
        let again = fixture.post("/reports/weekly/edit", &sent(&got, &[], "save")).await;
        assert_eq!(again.status, 400);
        let done = fixture.post("/reports/weekly/edit", &sent(&again, &[], "save")).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(fixture.defined("weekly").unwrap().contains("Mine"));
    }

    #[actix_web::test]
    async fn what_somebody_deleted_meanwhile_can_be_put_back() {
        let fixture = Fixture::of(LOG);
        for name in ["weekly", "daily-pulse"] {
            fixture.define(name, TEXT);
            let path = format!("/reports/{name}/edit");
            let page = fixture.get_as(&Reader::open(), &path).await;
            fixture.post(&format!("/reports/{name}"), "do=remove").await;
            let got = fixture.post(&path, &sent(&page, &[("title", "Mine")], "save")).await;
            assert_eq!(got.status, 400, "{name}");
            assert!(got.body.contains("somebody has deleted it"), "{}", got.body);
            assert!(got.body.contains("value=\"Mine\""), "what was entered is lost");
            let done = fixture.post(&path, &sent(&got, &[], "save")).await;
            assert_eq!(done.status, 303, "{}", done.body);
            assert!(fixture.defined(name).unwrap().contains("Mine"));
        }
    }

    #[actix_web::test]
    async fn what_cannot_be_read_is_mended_as_toml() {
        let fixture = Fixture::of(LOG);
        fixture.define("torn", "title = ");
        let page = fixture.get_as(&Reader::open(), "/reports/torn/edit").await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("name=\"mode\" value=\"toml\""));
        let got = fixture.post("/reports/torn/edit", &sent(&page, &[("toml", TEXT)], "save")).await;
        assert_eq!(got.status, 303, "{}", got.body);
        let got = fixture.post("/reports/torn/edit", &sent(&page, &[], "dance")).await;
        assert_eq!(got.status, 400);
    }
}
