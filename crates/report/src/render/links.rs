//! Where a number leads.

use weir_domain::{OutcomeKind, Timestamp};

use crate::Narrow;

/// Which units a number counts, within the report's own range and filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behind<'a> {
    /// The screen: none, any; none of none, those whose exit has no screen.
    pub state: Option<Option<&'a str>>,
    /// Any of these screens, where `state` names none; empty, any at all.
    pub states: &'a [&'a str],
    /// The reason, likewise.
    pub reason: Option<Option<&'a str>>,
    /// The integration: none, any.
    pub integration: Option<&'a str>,
    /// The feature: none, any; none of none, units without one.
    pub feature: Option<Option<&'a str>>,
    /// One of these outcomes; empty, any.
    pub outcomes: &'a [OutcomeKind],
    /// Only those whose first fact lies within this part of the range, such as a bucket.
    pub within: Option<(Timestamp, Timestamp)>,
    /// What else the number keeps.
    pub narrow: Narrow,
}

/// A page that says more than the place it is named at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// What matters, at a glance.
    Overview,
    /// The way through the flow.
    Funnel,
    /// All screens.
    Screens,
    /// One screen, by its literal value.
    Screen(&'a str),
    /// All reasons.
    Reasons,
    /// One reason, by its literal value.
    Reason(&'a str),
    /// Screens against reasons.
    Matrix,
    /// How long it took, and when.
    Time,
    /// The period before and this one, side by side.
    Compare,
    /// How the deliveries are.
    Health,
}

/// Knows the address of what is behind a number or a name.
pub trait Links {
    /// The address of a list of these units; none where there is nothing to lead to.
    fn units(&self, behind: &Behind<'_>) -> Option<String>;

    /// The address of a page with the same question; none where there is none.
    fn place(&self, _place: Place<'_>) -> Option<String> {
        None
    }
}

/// Leads nowhere: for a file or a mail that must not refer to an outside address.
#[derive(Debug, Clone, Copy)]
pub struct NoLinks;

impl Links for NoLinks {
    fn units(&self, _: &Behind<'_>) -> Option<String> {
        None
    }
}

/// Submitted.
pub(crate) const SUBMITTED: &[OutcomeKind] = &[OutcomeKind::Submitted];
/// Ended on a known screen or for a known reason.
pub(crate) const KNOWN_EXITS: &[OutcomeKind] =
    &[OutcomeKind::Cancelled, OutcomeKind::LostInHandover];
/// Ended without submitting.
pub(crate) const ABANDONED: &[OutcomeKind] =
    &[OutcomeKind::Cancelled, OutcomeKind::LostInHandover, OutcomeKind::Stalled];
/// Not decided yet.
pub(crate) const OPEN: &[OutcomeKind] = &[OutcomeKind::HandedOver, OutcomeKind::InProgress];
