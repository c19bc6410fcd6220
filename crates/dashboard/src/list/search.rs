//! What a text leads to: a session by its id or an attempt's, sessions by their end-user or by the
//! customer's reference. The text may be personal data: it is never said back in an error.

use uuid::Uuid;
use weir_domain::Seq;
use weir_privacy::Kind;
use weir_projector::Event;
use weir_readmodel::{Model, Row, vendor_data_hash};

use crate::State;
use crate::opened::OpenedLog;
use crate::parameters::Parameters;
use crate::problem::{Problem, echo};

/// How many sessions are held against the log whether they have the reference that was asked for.
/// Of more, the hash alone tells (decision 29).
pub(crate) const VERIFIED_MAX: usize = 10_000;

/// A text that leads to sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    /// The text.
    pub(crate) text: String,
    /// What it is, if that is said.
    pub(crate) field: Option<Field>,
}

/// What a text can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    AttemptId,
    EndUserId,
    VendorData,
}

impl Field {
    pub(crate) const ALL: [Field; 4] =
        [Field::Id, Field::AttemptId, Field::EndUserId, Field::VendorData];

    /// The name in queries.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::AttemptId => "attempt_id",
            Field::EndUserId => "end_user_id",
            Field::VendorData => "vendor_data",
        }
    }
}

impl Search {
    /// The search that the parameters ask for, if they ask for one.
    pub(super) fn read(parameters: &Parameters) -> Result<Option<Search>, Problem> {
        let field = match parameters.own("q_in") {
            None => None,
            Some(text) => {
                let found = Field::ALL.into_iter().find(|field| field.name() == text);
                Some(found.ok_or_else(|| {
                    let names = Field::ALL.map(Field::name).join(", ");
                    let detail = format!("`q_in` is `{}`: it must be one of {names}", echo(text));
                    Problem::parameter("q_in", detail)
                })?)
            }
        };
        Ok(parameters.own("q").map(|text| Search { text: text.to_owned(), field }))
    }

    /// The sessions that it leads to, in order of first sight. A UUID that is a session's id or an
    /// attempt's is not looked for elsewhere.
    pub(crate) fn sessions(&self, state: &State) -> Result<Vec<Row>, Problem> {
        let end_user = self.names(state, Kind::EndUser)?;
        let references = self.names(state, Kind::VendorData)?;
        let (rows, candidates) = {
            let model = state.turn()?;
            let rows = self.sessions_by_id(&model);
            if rows.is_empty() {
                self.sessions_by_text(&model, &end_user, &references)
            } else {
                (rows, Vec::new())
            }
        };
        let mut rows = rows;
        rows.extend(self.verified(state, candidates)?);
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    fn is(&self, field: Field) -> bool {
        self.field.is_none_or(|it| it == field)
    }

    /// The sessions of which the text is the id, or else an attempt's.
    pub(crate) fn sessions_by_id(&self, model: &Model) -> Vec<Row> {
        let Ok(id) = Uuid::try_parse(self.text.trim()) else { return Vec::new() };
        let mut rows = if self.is(Field::Id) { model.find(id) } else { Vec::new() };
        if rows.is_empty() && self.is(Field::AttemptId) {
            rows = model.sessions_with_attempt(id);
        }
        rows
    }

    /// What the model may call the text: itself, and its pseudonym where it was sealed.
    fn names(&self, state: &State, kind: Kind) -> Result<Vec<String>, Problem> {
        let mut names = vec![self.text.clone()];
        if let Some(vault) = &state.vault {
            let sealed = vault.pseudonym(kind, self.text.as_bytes())?;
            names.extend(sealed.map(|pseudonym| pseudonym.to_string()));
        }
        Ok(names)
    }

    /// The sessions of that end-user, and those that may have that reference.
    fn sessions_by_text(
        &self,
        model: &Model,
        end_user: &[String],
        references: &[String],
    ) -> (Vec<Row>, Vec<Candidate>) {
        let mut rows = Vec::new();
        if self.is(Field::EndUserId) {
            rows.extend(end_user.iter().flat_map(|name| model.sessions_of_end_user(name)));
        }
        let mut candidates = Vec::new();
        if self.is(Field::VendorData) && !self.text.is_empty() {
            let hashes = references.iter().map(|name| vendor_data_hash(name));
            let found: Vec<_> =
                hashes.flat_map(|hash| model.sessions_with_vendor_data(hash)).collect();
            if found.len() <= VERIFIED_MAX {
                candidates.extend(found.into_iter().map(|row| (row, model.deliveries(row))));
            } else {
                rows.extend(found);
            }
        }
        (rows, candidates)
    }

    /// Those candidates whose reference is the text: the log knows.
    fn verified(&self, state: &State, candidates: Vec<Candidate>) -> Result<Vec<Row>, Problem> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let mut log = state.log()?;
        let mut rows = Vec::new();
        for (row, deliveries) in candidates {
            if reference_of(&mut log, &deliveries)?.as_deref() == Some(self.text.as_str()) {
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

/// A session and its deliveries.
type Candidate = (Row, Vec<Seq>);

/// The `vendorData` of the session with these deliveries: the first that is not absent.
pub(crate) fn reference_of(
    log: &mut OpenedLog,
    deliveries: &[Seq],
) -> Result<Option<String>, Problem> {
    for &seq in deliveries {
        let missing = || Problem::internal(&format!("delivery {seq} is not in the log"));
        let recorded = log.get(seq)?.ok_or_else(missing)?;
        if let Ok(Event { vendor_data: Some(text), .. }) = Event::parse(&recorded.delivery.body) {
            return Ok(Some(text.into_owned()));
        }
    }
    Ok(None)
}
