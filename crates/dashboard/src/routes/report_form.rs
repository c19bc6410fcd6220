//! `GET` and `POST /reports/new` and `/reports/{name}/edit`: making and changing a definition.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_report::{Definition, DefinitionError};
use weir_schedule::{SaveError, Trouble, is_name};

use super::report::own;
use super::reports::{stage, told};
use super::views::zone;
use crate::choices::choices;
use crate::fields::{Fault, Fields};
use crate::page::reports::{Checked, FormPage, Mode, path};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::schedules::{Draft, NEXT_COUNT, RESERVED, beginning, entry_of};
use crate::{State, answer};

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
        Ok(sheet.page(&state, &reader))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// The form for a new one as it was sent.
pub(crate) async fn make(
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    sent(state, reader, None, fields).await
}

/// The form for one that is there, as it was sent.
pub(crate) async fn change(
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    sent(state, reader, Some(name.into_inner()), fields).await
}

async fn sent(
    state: web::Data<State>,
    reader: Reader,
    of: Option<String>,
    fields: Fields,
) -> Result<HttpResponse, Problem> {
    let done = blocking(move || {
        if let Some(name) = &of {
            own(&state.entry(name)?)?;
        }
        let mut sheet = Sheet::sent(of, &fields);
        let done = sheet.act(&state, fields.get("do"))?;
        Ok(done.map_or_else(|| Err((sheet.status(), sheet.page(&state, &reader))), Ok))
    });
    Ok(match done.await? {
        Ok(name) => answer::see_other(&told(&path(&name), "saved")),
        Err((status, markup)) => answer::html(status, markup),
    })
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
                 digit first, at most 64",
                echo(name)
            ))
        } else if RESERVED.contains(&name) {
            Some(format!("`{name}` is an address of its own; choose another"))
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
        let now = state.schedules.definitions.get(name).map(|known| known.text.clone());
        let Some(now) = now.filter(|now| now.replace("\r\n", "\n") != self.was) else {
            return true;
        };
        self.was = now;
        let message = "somebody else has changed it since you opened this form, and nothing was \
                       saved; look at it in another window, or save again to put yours in its place";
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
