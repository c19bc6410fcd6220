//! What is to happen.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rule::{Call, Deed, Line, Moment, Rule};
use crate::system::{self, Stamp};

/// What is done at a call.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kill: Option<Moment>,
    /// The number of the error that it fails with.
    pub(crate) fail: Option<i32>,
    pub(crate) delay_us: u32,
}

/// What is to happen, as it was last read.
#[derive(Default)]
struct Plan {
    stamp: Option<Stamp>,
    rules: Vec<Rule>,
    clock_s: i64,
    /// Files that were written since they were synced, whatever the plan.
    dirty: BTreeSet<String>,
}

static PLAN: Mutex<Plan> =
    Mutex::new(Plan { stamp: None, rules: Vec::new(), clock_s: 0, dirty: BTreeSet::new() });

/// What is done at this call.
pub(crate) fn verdict(call: Call, path: &str) -> Verdict {
    let mut plan = current();
    let mut verdict = plan.meet(call, path);
    match call {
        Call::Write if plan.dirty.insert(path.to_owned()) => {
            verdict = verdict.or(plan.meet(Call::Begin, path));
        }
        Call::Sync => {
            plan.dirty.remove(path);
        }
        _ => {}
    }
    verdict
}

/// By how many seconds the time of day is later.
pub(crate) fn clock_s() -> i64 {
    current().clock_s
}

/// The plan as its file says it now.
fn current() -> MutexGuard<'static, Plan> {
    let mut plan = PLAN.lock().unwrap_or_else(PoisonError::into_inner);
    let stamp = system::plan_stamp();
    if plan.stamp != stamp {
        plan.read(stamp.and_then(|_| system::plan_text()).as_deref().unwrap_or_default());
        plan.stamp = stamp;
    }
    plan
}

impl Plan {
    fn read(&mut self, text: &str) {
        (self.rules, self.clock_s) = (Vec::new(), 0);
        for line in text.lines() {
            match Line::parse(line) {
                Some(Line::Rule(rule)) => self.rules.push(rule),
                Some(Line::Clock(seconds)) => self.clock_s = seconds,
                // A test that is told so fails; one that is not would prove nothing.
                None => system::say(&format!("no rule: {line}")),
            }
        }
    }

    fn meet(&mut self, call: Call, path: &str) -> Verdict {
        let mut verdict = Verdict::default();
        for rule in self.rules.iter_mut().filter_map(|rule| rule.meets(call, path).then_some(rule))
        {
            match rule.deed {
                Deed::Kill(moment) => verdict.kill = Some(moment),
                Deed::Fail(errno) => verdict.fail = Some(errno),
                Deed::Delay(us) => verdict.delay_us = us,
            }
            if !rule.line.is_empty() && !matches!(rule.deed, Deed::Delay(_)) {
                // Said once: it may be met without end.
                system::say(&std::mem::take(&mut rule.line));
            }
        }
        verdict
    }
}

impl Verdict {
    fn or(self, other: Verdict) -> Verdict {
        Verdict {
            kill: self.kill.or(other.kill),
            fail: self.fail.or(other.fail),
            delay_us: self.delay_us.max(other.delay_us),
        }
    }
}
