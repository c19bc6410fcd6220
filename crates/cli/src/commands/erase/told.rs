//! What was done, for people and programs.

use std::collections::BTreeMap;

use serde_json::json;
use weir_domain::Seq;
use weir_privacy::{Kind, Pseudonym};
use weir_report::render::bytes;

use super::copies::Copied;
use super::files::Searched;
use super::look::Look;
use super::whom::Whom;
use crate::commands::counted;
use crate::failure::Outcome;

/// How many places of a kind are listed.
const LISTED_MAX: usize = 20;

/// An erasure, never with a value.
pub(super) struct Told {
    subjects: Vec<(Kind, Pseudonym)>,
    session: Option<String>,
    deliveries: u64,
    sessions: usize,
    other_sessions: usize,
    pub(super) in_plain: Vec<Seq>,
    pub(super) in_others: BTreeMap<Pseudonym, (Kind, Seq)>,
    pub(super) still_opens: u64,
    /// None where nothing was erased yet.
    pub(super) keys_erased: Option<usize>,
    pub(super) differences: Vec<String>,
    pub(super) reports_equal: bool,
    pub(super) log_finding: Option<String>,
    /// Backups that have the keys.
    pub(super) copies: Vec<Copied>,
    /// None where there was nothing to look for: what the values were is not known any more.
    pub(super) searched: Option<Searched>,
}

impl Told {
    pub(super) fn of(whom: &Whom, before: &Look) -> Told {
        let others = before.sessions.iter().filter(|id| Some(*id) != whom.session.as_ref());
        let subjects = whom.subjects.iter().map(|one| (one.kind, one.pseudonym));
        Told {
            subjects: subjects.chain(whom.gone.iter().copied()).collect(),
            session: whom.session.clone(),
            deliveries: before.deliveries,
            sessions: before.sessions.len(),
            other_sessions: others.count(),
            in_plain: before.in_plain.clone(),
            in_others: before.in_others.clone(),
            still_opens: 0,
            keys_erased: None,
            differences: Vec::new(),
            reports_equal: true,
            log_finding: None,
            copies: Vec::new(),
            searched: None,
        }
    }

    /// Whether nothing of it is left, and nothing else changed.
    pub(super) fn is_proved(&self) -> bool {
        self.in_plain.is_empty()
            && self.in_others.is_empty()
            && self.still_opens == 0
            && self.differences.is_empty()
            && self.reports_equal
            && self.log_finding.is_none()
            && self.searched.as_ref().is_none_or(|searched| searched.found.is_empty())
    }

    /// The line of the audit record.
    pub(super) fn for_the_record(&self) -> String {
        let mut named: Vec<_> =
            self.subjects.iter().map(|(kind, pseudonym)| format!("{kind} {pseudonym}")).collect();
        if 3 < named.len() {
            let more = named.len() - 2;
            named.truncate(2);
            named.push(format!("{more} more"));
        }
        let named = if named.is_empty() { "nobody".to_owned() } else { named.join(", ") };
        format!(
            "{named}: {} in {}",
            counted(self.deliveries, "delivery", "deliveries"),
            counted(self.sessions as u64, "session", "sessions")
        )
    }

    /// What is about to be erased.
    pub(super) fn print_plan(&self) {
        println!("erasing         {}", self.for_the_record());
        if self.session.is_some() {
            println!(
                "they also stand in {}",
                counted(self.other_sessions as u64, "other session", "other sessions")
            );
        }
    }

    pub(super) fn print(&self, json: bool) -> Outcome {
        if json {
            println!("{}", serde_json::to_string(&self.json())?);
        } else if self.keys_erased.is_none() {
            self.print_plan();
            self.print_places();
            print_copies(&self.copies);
        } else {
            self.print_proof();
        }
        Ok(())
    }

    fn print_proof(&self) {
        println!("keys erased     {}", self.keys_erased.unwrap_or(0));
        self.print_places();
        self.print_searched();
        match &self.log_finding {
            None => println!("log             holds, as before"),
            Some(finding) => println!("log             {finding}"),
        }
        for difference in &self.differences {
            println!("fold differs    {difference}");
        }
        println!(
            "reports         {}",
            if self.reports_equal { "are equal, before and after" } else { "differ" }
        );
        if self.is_proved() {
            let place = if self.searched.is_some() { "here" } else { "in the log" };
            println!(
                "proved          nothing {place} gives the values any more; copies elsewhere may"
            );
        }
        print_copies(&self.copies);
    }

    fn print_searched(&self) {
        let Some(Searched { files, bytes: size, packed, found }) = &self.searched else {
            println!(
                "searched        every delivery; no file, as it is not known what the values were: to \
                 look for one, run this with --end-user or --vendor-data"
            );
            return;
        };
        println!(
            "searched        every delivery; {} of {}, {} within",
            counted(*files, "file", "files"),
            bytes(*size),
            counted(*packed, "packed part", "packed parts")
        );
        for place in found.iter().take(LISTED_MAX) {
            println!("found           {place}");
        }
    }

    fn print_places(&self) {
        if !self.in_plain.is_empty() {
            let shown: Vec<_> =
                self.in_plain.iter().take(LISTED_MAX).map(ToString::to_string).collect();
            println!(
                "in plain        in {}: {}{}; `weir seal` seals what came before `seal = true`",
                counted(self.in_plain.len() as u64, "delivery", "deliveries"),
                shown.join(", "),
                if LISTED_MAX < self.in_plain.len() { ", …" } else { "" }
            );
        }
        for (pseudonym, (kind, seq)) in self.in_others.iter().take(LISTED_MAX) {
            println!(
                "within another  {kind} {pseudonym}, first in delivery {seq}: erase that as well"
            );
        }
        if 0 < self.still_opens {
            println!("still opens     in {}", counted(self.still_opens, "delivery", "deliveries"));
        }
    }

    fn json(&self) -> serde_json::Value {
        let subjects: Vec<_> = self
            .subjects
            .iter()
            .map(|(kind, one)| json!({"kind": kind.to_string(), "pseudonym": one.to_string()}))
            .collect();
        let in_others: Vec<_> = self
            .in_others
            .iter()
            .map(|(one, (kind, seq))| {
                json!({"kind": kind.to_string(), "pseudonym": one.to_string(), "delivery": seq.get()})
            })
            .collect();
        let searched = self.searched.as_ref();
        json!({
            "subjects": subjects,
            "deliveries": self.deliveries,
            "sessions": self.sessions,
            "other_sessions": self.session.as_ref().map(|_| self.other_sessions),
            "in_plain": self.in_plain.iter().map(|seq| seq.get()).collect::<Vec<_>>(),
            "in_others": in_others,
            "backups_with_keys": self.copies,
            "erased": self.keys_erased.map(|keys| json!({
                "keys": keys,
                "still_opens": self.still_opens,
                "log": self.log_finding,
                "differences": self.differences,
                "reports_equal": self.reports_equal,
                "files_searched": searched.map(|searched| searched.files),
                "bytes_searched": searched.map(|searched| searched.bytes),
                "packed_parts_searched": searched.map(|searched| searched.packed),
                "found": searched.map(|searched| &searched.found),
                "proved": self.is_proved(),
            })),
        })
    }
}

/// Where keys were copied to, as far as that is known.
pub(super) fn print_copies(copies: &[Copied]) {
    for copy in copies {
        println!("copied          {}", copy.advice());
    }
}
