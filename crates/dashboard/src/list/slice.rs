//! So many units of a list, from some place on, in one scan of the model and little memory.

use weir_readmodel::Row;
use weir_report::{CohortUnit, visit};

use super::Listed;
use super::sort::{Place, Places};

/// From where on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    /// After the first so many.
    After(usize),
    /// After this unit.
    Unit(CohortUnit),
}

/// Some units of a list.
#[derive(Debug)]
pub(crate) struct Slice {
    /// How many units the list has in all: the report's number.
    pub(crate) count: usize,
    /// Those of the slice, in order.
    pub(crate) units: Vec<CohortUnit>,
    /// Whether there are more after them.
    pub(crate) more: bool,
}

impl Listed<'_> {
    /// Up to `limit` units from `start` on.
    pub(crate) fn slice(&self, start: Start, limit: usize) -> Slice {
        let places = Places::new(self.model, self.catalogue, self.list.sort);
        let after = match start {
            Start::After(0) => None,
            // The place of the last that is left out; places alone are a third of the units.
            Start::After(count) => {
                let before = self.best(&places, None, count, |_| ());
                match before.kept.last() {
                    Some((place, ())) if count == before.kept.len() => Some(*place),
                    _ => return Slice { count: before.count, units: Vec::new(), more: false },
                }
            }
            Start::Unit(unit) => Some(places.of(&unit)),
        };
        let best = self.best(&places, after, limit, |unit| unit);
        let units: Vec<_> = best.kept.into_iter().map(|(_, unit)| unit).collect();
        Slice { count: best.count, more: units.len() < best.after, units }
    }

    /// The list's unit of this session and attempt, if it has it.
    pub(crate) fn unit(&self, session: Row, attempt: Option<u16>) -> Option<CohortUnit> {
        let take = |found: &mut Option<CohortUnit>, unit: CohortUnit| {
            if (unit.session, unit.attempt) == (session, attempt) {
                *found = Some(unit);
            }
        };
        self.visit(|| None, take).into_iter().flatten().next()
    }

    fn visit<A: Send>(
        &self,
        start: impl Fn() -> A + Sync,
        take: impl Fn(&mut A, CohortUnit) + Sync,
    ) -> Vec<A> {
        let (list, found) = (self.list, self.found);
        let take = |taken: &mut A, unit: CohortUnit| {
            if found.is_none_or(|rows| rows.binary_search(&unit.session).is_ok()) {
                take(taken, unit);
            }
        };
        visit(self.model, self.catalogue, &list.query, &list.narrow, self.threads, start, take)
    }

    /// The first `limit` after `after`, in order.
    fn best<T: Copy + Send>(
        &self,
        places: &Places,
        after: Option<Place>,
        limit: usize,
        keep: impl Fn(CohortUnit) -> T + Sync,
    ) -> Best<Place, T> {
        let start = || Best::of(limit);
        let parts = self.visit(start, |best: &mut Best<Place, T>, unit| {
            best.count += 1;
            let place = places.of(&unit);
            if after.is_none_or(|after| after < place) {
                best.take(place, keep(unit));
            }
        });
        parts.into_iter().fold(start(), Best::join).sorted()
    }
}

/// The first so many of what it is given, in no order.
struct Best<P, T> {
    limit: usize,
    /// How many were offered.
    count: usize,
    /// How many of them come after the place asked for.
    after: usize,
    /// None that comes later can be among them.
    worst: Option<P>,
    kept: Vec<(P, T)>,
}

/// How many more than wanted are held before the rest is dropped: each cut looks at all of them.
const SLACK: usize = 1_024;

impl<P: Ord + Copy, T> Best<P, T> {
    fn of(limit: usize) -> Best<P, T> {
        Best { limit, count: 0, after: 0, worst: None, kept: Vec::new() }
    }

    fn take(&mut self, place: P, what: T) {
        self.after += 1;
        if self.worst.is_some_and(|worst| worst < place) {
            return;
        }
        self.kept.push((place, what));
        if 2 * self.limit + SLACK <= self.kept.len() {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.limit == 0 {
            self.kept.clear();
        } else if self.limit < self.kept.len() {
            let last = self.limit - 1;
            let (_, (worst, _), _) =
                self.kept.select_nth_unstable_by_key(last, |(place, _)| *place);
            self.worst = Some(*worst);
            self.kept.truncate(self.limit);
        }
    }

    fn join(mut self, other: Best<P, T>) -> Best<P, T> {
        self.count += other.count;
        self.after += other.after;
        self.kept.extend(other.kept);
        self
    }
    fn sorted(mut self) -> Best<P, T> {
        self.cut();
        self.kept.sort_unstable_by_key(|(place, _)| *place);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Best, SLACK};

    /// The first `limit` of `count` numbers that come in no order, in two parts.
    #[track_caller]
    fn check(count: u32, limit: usize) {
        // A prime that divides no count here: every number below it comes once, far from its like.
        let scrambled = |n: u32| u32::try_from(u64::from(n) * 7_919 % u64::from(count)).unwrap();
        let part = |numbers: std::ops::Range<u32>| {
            let mut best = Best::of(limit);
            numbers.map(scrambled).for_each(|place| best.take(place, ()));
            assert!(best.kept.len() <= 2 * limit + SLACK);
            best
        };
        let best = part(0..count / 3).join(part(count / 3..count)).sorted();
        let want: Vec<u32> = (0..count).take(limit).collect();
        let got: Vec<u32> = best.kept.iter().map(|(place, ())| *place).collect();
        assert_eq!((got, best.after), (want, count as usize));
    }

    #[test]
    fn the_first_are_kept_however_many_come() {
        for count in [1, 50, 5_000, 20_000] {
            for limit in [0, 1, 7, 50, 3_000, 30_000] {
                check(count, limit);
            }
        }
    }
}
