//! What the order of a session's deliveries tells: which say the same again, which came late.

use super::DeliveryRow;

/// Sets what each delivery is to those before it. `rows` are in the order of the log.
pub(super) fn relate(rows: &mut [DeliveryRow]) {
    for at in 0..rows.len() {
        let (before, rest) = rows.split_at_mut(at);
        let row = &mut rest[0];
        if row.repeat {
            row.repeat_of = before.iter().find(|other| other.says_as(row)).map(|other| other.seq);
        }
    }
    let mut by_time: Vec<usize> = (0..rows.len()).collect();
    by_time.sort_by_key(|&at| (rows[at].received_at, rows[at].seq));
    for (place, &at) in by_time.iter().enumerate() {
        let row = &rows[at];
        let late = !row.repeat
            && matches!(row.code, 7001 | 7002)
            && by_time[..place].iter().any(|&other| {
                rows[other].attempt == row.attempt && comes_after(rows[other].code, row.code)
            });
        rows[at].late = late;
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

impl DeliveryRow {
    /// Whether both are of one attempt and say that the same happened.
    fn says_as(&self, other: &DeliveryRow) -> bool {
        let exits_agree =
            self.code != 7010 || (&self.state, &self.reason) == (&other.state, &other.reason);
        self.attempt == other.attempt && self.code == other.code && exits_agree
    }
}
