//! A clock, an engine and a post of the simulation.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use weir_channel::{Handing, Parcel, Post, Receipt, Refusal, Target};
use weir_domain::{Catalogue, Clock, Timestamp};
use weir_projector::Opened;
use weir_report::render::{Document, Mail};
use weir_report::{Output, Query, Silence, Zone, compute};
use weir_schedule::{Answer, Engine, EngineError, Paint, Question};

/// A clock that stands where it is put.
#[derive(Debug, Default)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn set(&self, at_us: i64) {
        self.0.store(at_us, Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Answers from the model that is served.
pub(crate) struct ServedEngine(pub(crate) Arc<Mutex<Opened>>);

impl Engine for ServedEngine {
    fn answer(&self, question: &Question<'_>) -> Result<Answer, EngineError> {
        let query = question.definition.query(question.as_of, "UTC").unwrap();
        let catalogue = question.again.map_or_else(Catalogue::shipped, |(_, then)| then.clone());
        let served = self.0.lock().unwrap();
        let report = compute(&served.model, &catalogue, &query, 1).unwrap();
        let document = Document {
            name: question.name.to_owned(),
            title: question.definition.title.clone(),
            report,
            before: None,
            profile: None,
            sections: Vec::new(),
            catalogue,
            base_url: None,
            notes: Vec::new(),
            alarm: None,
        };
        Ok(Answer { document, position: served.model.position() })
    }

    fn silence(
        &self,
        _: Option<&str>,
        _: Timestamp,
        _: &Zone,
    ) -> Result<Option<Silence>, EngineError> {
        Ok(None)
    }

    fn unknown_values(&self, _: &Query) -> Vec<String> {
        Vec::new()
    }
}

/// What a message of an alert is called that fires, and of one that is over.
pub(crate) const FIRES: &str = "it fires";
pub(crate) const OVER: &str = "it is over";

/// What the other side does with a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Take,
    Later,
    /// Takes it and says nothing.
    TakeSilently,
    /// Has all of it and says nothing, but lost it.
    LoseSilently,
}

/// A post that keeps what arrived.
#[derive(Default)]
pub(crate) struct KeepingPost {
    pub(crate) does: Mutex<Vec<Does>>,
    /// Run and target.
    pub(crate) arrived: Mutex<Vec<(u64, String)>>,
    /// Run and subject, of the same.
    pub(crate) subjects: Mutex<Vec<(u64, String)>>,
}

impl Post for KeepingPost {
    fn check(&self, _: &Target) -> Result<(), String> {
        Ok(())
    }

    fn send(
        &self,
        target: &Target,
        parcel: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        let does = self.does.lock().unwrap().pop().unwrap_or(Does::Take);
        let transient = |cause: String| Refusal::Transient { cause, retry_after: None };
        if does == Does::Later {
            return Err(transient("450 come again".to_owned()));
        }
        handing().map_err(|error| transient(error.to_string()))?;
        if does != Does::LoseSilently {
            self.arrived.lock().unwrap().push((parcel.run, target.to_string()));
            self.subjects.lock().unwrap().push((parcel.run, parcel.mail.subject.clone()));
        }
        match does {
            Does::Take => Ok(Receipt { detail: "250 queued".to_owned() }),
            _ => Err(Refusal::Unknown { cause: "it said nothing; ask the recipient".to_owned() }),
        }
    }
}

/// Renderers that take no time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuickPaint;

impl Paint for QuickPaint {
    fn file(&self, document: &Document, _: Output) -> Result<Vec<u8>, String> {
        Ok(weir_report::render::json(&document.report).into_bytes())
    }

    fn mail(&self, document: &Document) -> Result<Mail, String> {
        let subject = match &document.alarm {
            Some(alarm) if alarm.over => OVER,
            Some(_) => FIRES,
            None => &document.title,
        };
        let (subject, text) = (subject.to_owned(), document.notes.join("\n"));
        Ok(Mail { subject, html: format!("<p>{text}</p>"), text, images: Vec::new() })
    }

    fn slack(&self, document: &Document) -> Value {
        serde_json::json!({ "text": document.title })
    }
}
