//! One session, from start to end: what happens, and what the provider has to tell about it.

use uuid::Uuid;

use crate::chance::Chance;
use crate::event::{self, Context, Event, Field};
use crate::exit;
use crate::flow::{self, Screen, Time};
use crate::season::Mood;

/// One thing that the provider has to tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    /// Microseconds after the session's start.
    pub(crate) after_us: i64,
    pub(crate) attempt: Uuid,
    pub(crate) event: Event,
}

/// How it went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) submitted: bool,
    /// Microseconds after the session's start.
    pub(crate) after_us: i64,
}

/// Plays one session and appends to `told`, in order of time.
pub(crate) fn play(mood: Mood, chance: &mut Chance, told: &mut Vec<Told>) -> Ending {
    let native = chance.hits(flow::NATIVE);
    let mut session = Session {
        attempt: chance.uuid(),
        desktop: !native && chance.hits(flow::DESKTOP),
        pace: chance.log_normal(flow::PACE.0, flow::PACE.1),
        document: chance.pick(&flow::DOCUMENTS),
        after_s: 0.0,
        mood,
        chance,
        told,
    };
    let submitted = if native { session.native() } else { session.web() };
    Ending { submitted, after_us: (session.after_s * 1e6) as i64 }
}

struct Session<'a> {
    attempt: Uuid,
    desktop: bool,
    pace: f64,
    document: [&'static [Screen]; 3],
    /// Seconds since the start.
    after_s: f64,
    mood: Mood,
    chance: &'a mut Chance,
    told: &'a mut Vec<Told>,
}

impl Session<'_> {
    /// In an app: no screens are told of, and who leaves says nothing.
    fn native(&mut self) -> bool {
        let mut submitted = false;
        for _ in 0..flow::ATTEMPTS_MAX {
            self.tell(event::STARTED);
            self.pass_time(flow::NATIVE_FOR);
            if self.chance.hits(flow::NATIVE_LEAVES * self.mood.hazard) {
                break;
            }
            self.tell(event::SUBMITTED);
            submitted = true;
            if !self.tries_again() {
                break;
            }
        }
        submitted
    }

    fn web(&mut self) -> bool {
        let mut submitted = false;
        let mut way = flow::OPENING;
        for _ in 0..flow::ATTEMPTS_MAX {
            self.tell(event::STARTED);
            if !(self.walks(way) && self.document.into_iter().all(|part| self.walks(part))) {
                break;
            }
            self.tell(event::SUBMITTED);
            submitted = true;
            self.after_submitting();
            if !self.tries_again() {
                break;
            }
            way = flow::RESUBMISSION;
        }
        submitted
    }

    /// Whether the end-user gets to the end of these screens.
    fn walks(&mut self, screens: &'static [Screen]) -> bool {
        screens.iter().all(|screen| self.passes(screen))
    }

    fn passes(&mut self, screen: &Screen) -> bool {
        let (camera_shown, camera_leaves) = self.mood.camera;
        let camera = screen.state == flow::CAMERA_BLOCKED;
        let shown = screen.shown * if camera { camera_shown } else { 1.0 };
        if screen.desktop_only && !self.desktop || !self.chance.hits(shown) {
            return true;
        }
        let mut leaves =
            screen.leaves * self.mood.hazard * if camera { camera_leaves } else { 1.0 };
        match screen.state {
            flow::MOBILE_HANDOVER => self.tell(exit::handover()),
            flow::DOCUMENT_SELECT if self.chance.hits(flow::OTHER) => {
                self.pass_time((screen.dwell_s, flow::DWELL_SIGMA));
                self.tell(event::OTHER_DOCUMENT);
                leaves = flow::OTHER_LEAVES;
            }
            _ => {}
        }
        self.looks_at(screen);
        !self.chance.hits(leaves) || self.leaves_and_comes_back(screen)
    }

    fn looks_at(&mut self, screen: &Screen) {
        self.pass_time((screen.dwell_s * self.pace, flow::DWELL_SIGMA));
        if self.chance.hits(flow::BREAK) {
            self.pass_time(flow::BREAK_FOR);
        }
        if self.chance.hits(flow::UNKNOWN_CODE) {
            let event = event::UNKNOWN[self.chance.below(2) as usize];
            self.tell(event);
        }
    }

    fn leaves_and_comes_back(&mut self, screen: &Screen) -> bool {
        if !self.chance.hits(screen.silent) {
            let context = exit::context(self.chance, screen);
            self.tell(Event::cancelled(context));
        }
        let back = self.chance.hits(flow::COMES_BACK) && self.within_life(flow::COMES_BACK_AFTER);
        if back && self.chance.hits(flow::STARTED_AGAIN) {
            self.tell(event::STARTED);
        }
        back
    }

    fn after_submitting(&mut self) {
        let waits = self.chance.hits(flow::WAITING_PAGE);
        if self.chance.hits(flow::LEAVES_AFTER) {
            self.pass_time(flow::CONTINUES_AFTER);
            let state = Field::Is(if waits { flow::WAITING } else { flow::FINISHED });
            let context = Context { reason: Field::Is(flow::QUIT), state };
            return self.tell(Event::cancelled(Field::Is(context)));
        }
        if waits {
            self.waits();
        }
        if self.chance.hits(flow::CONFIRMS) {
            self.pass_time(flow::CONFIRMS_AFTER);
            let reason = Field::Is(flow::FINISHED_REASON);
            self.tell(Event::finished(Context { reason, state: Field::Is(flow::FINISHED) }));
        }
    }

    /// The page on which one waits for the decision.
    fn waits(&mut self) {
        if self.chance.hits(flow::CONTINUES) {
            self.pass_time(flow::CONTINUES_AFTER);
            return self.tell(event::WAITING_CONTINUED);
        }
        self.pass_time(flow::DECISION_AFTER);
        let reason = Field::Is(self.chance.pick(&flow::DECISION_REASONS));
        let state = if self.chance.hits(flow::DECISION_STATE) {
            Field::Is(flow::WAITING)
        } else {
            Field::Absent
        };
        self.tell(Event::decision_shown(Context { reason, state }));
    }

    /// Whether there is a further attempt; if so, it has begun.
    fn tries_again(&mut self) -> bool {
        let again =
            self.chance.hits(flow::TRIES_AGAIN) && self.within_life(flow::TRIES_AGAIN_AFTER);
        if again {
            self.attempt = self.chance.uuid();
        }
        again
    }

    /// Lets so much time pass, and says whether the session is still alive.
    fn within_life(&mut self, time: Time) -> bool {
        self.pass_time(time);
        self.after_s < flow::LIFETIME_S
    }

    fn pass_time(&mut self, (median_s, sigma): Time) {
        self.after_s += self.chance.log_normal(median_s, sigma);
    }

    fn tell(&mut self, event: Event) {
        let after_us = (self.after_s * 1e6) as i64;
        self.told.push(Told { after_us, attempt: self.attempt, event });
    }
}
