//! What the order of a session's deliveries tells: which say the same again, which came late.

use std::collections::{BTreeMap, BTreeSet};

use super::DeliveryRow;

/// Sets what each delivery is to those before it. `rows` are in the order of the log.
pub(super) fn relate(rows: &mut [DeliveryRow]) {
    let mut first_of: BTreeMap<Said<'_>, u64> = BTreeMap::new();
    let mut repeats_of = Vec::with_capacity(rows.len());
    for row in &*rows {
        let first = *first_of.entry(row.said()).or_insert(row.seq);
        repeats_of.push((row.repeat && first != row.seq).then_some(first));
    }
    let mut by_time: Vec<usize> = (0..rows.len()).collect();
    by_time.sort_by_key(|&at| (rows[at].received_at, rows[at].seq));
    let mut before: BTreeSet<(&str, i64)> = BTreeSet::new();
    let mut late = vec![false; rows.len()];
    for &at in &by_time {
        let row = &rows[at];
        late[at] = !row.repeat
            && (7002..=7011)
                .filter(|&code| comes_after(code, row.code))
                .any(|code| before.contains(&(row.attempt.as_str(), code)));
        before.insert((&row.attempt, row.code));
    }
    for ((row, repeat_of), late) in rows.iter_mut().zip(repeats_of).zip(late) {
        (row.repeat_of, row.late) = (repeat_of, late);
    }
}

/// Whether an event of `code` can only happen after one of `first`: whatever happens, the attempt
/// began before; and 7007, 7008 and 7009 prove a submission.
const fn comes_after(code: i64, first: i64) -> bool {
    match first {
        7001 => matches!(code, 7002 | 7007..=7011),
        7002 => matches!(code, 7007..=7009),
        _ => false,
    }
}

/// What a delivery says of its attempt: its code, and the exit of a cancel or a handover.
type Said<'a> = (&'a str, i64, Option<(Option<&'a str>, Option<&'a str>)>);

impl DeliveryRow {
    /// Two that have it in common say that the same happened.
    fn said(&self) -> Said<'_> {
        let exit = (self.code == 7010).then_some((self.state.as_deref(), self.reason.as_deref()));
        (&self.attempt, self.code, exit)
    }
}
