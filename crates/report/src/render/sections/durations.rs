//! A distribution of durations with its percentiles: the picture, the table, where each bin leads.

use maud::{Markup, html};

use super::linked;
use crate::render::chart::{Column, Histogram, Ink, Percentile};
use crate::render::links::{Behind, Links};
use crate::render::number::{JUDGED_MIN, count, duration, percent};
use crate::{BIN_EDGES_S, Distribution, Narrow, Percentiles, TimeRange, Until};
use weir_domain::Rate;

/// How long something took, in bins and in percentiles.
pub(super) struct Durations<'a> {
    pub(super) until: Until,
    pub(super) bins: &'a Distribution,
    pub(super) percentiles: &'a Percentiles,
    /// Whom it is of, beyond the time.
    pub(super) behind: Behind<'a>,
    pub(super) ink: Ink,
    /// Over the columns: `sessions that submitted, by how long it took`.
    pub(super) count_name: String,
}

impl Durations<'_> {
    fn href(&self, bin: usize, links: &dyn Links) -> Option<String> {
        if self.bins.0[bin] == 0 {
            return None;
        }
        let (from, to) = Distribution::bounds_s(bin);
        let time = TimeRange {
            until: self.until,
            from_us: from * 1_000_000,
            to_us: to.map(|to| to * 1_000_000),
        };
        let narrow = Narrow { time: Some(time), ..self.behind.narrow.clone() };
        links.units(&Behind { narrow, ..self.behind.clone() })
    }

    /// The chart over the bins `from` to `to`, which two charts beside each other share.
    #[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
    pub(super) fn chart(&self, bins: std::ops::Range<usize>, links: &dyn Links) -> Histogram {
        let total = self.bins.total();
        let column = |bin: usize| {
            let n = self.bins.0[bin];
            let (from, _) = Distribution::bounds_s(bin);
            Column {
                edge: edge(from),
                value: n as f64,
                count: count(n),
                title: bin_name(bin),
                tip: vec![format!(
                    "{} of {} · {}",
                    count(n),
                    count(total),
                    percent(Rate::new(n, total))
                )],
                href: self.href(bin, links),
            }
        };
        let last = bins.end.checked_sub(1).and_then(|bin| Distribution::bounds_s(bin).1);
        Histogram {
            columns: bins.clone().map(column).collect(),
            last_edge: last.map(edge).unwrap_or_default(),
            percentiles: self.marks(bins.start),
            ink: self.ink,
            count_name: self.count_name.clone(),
        }
    }

    /// The percentiles worth a mark: the far ones of a few are one of them.
    #[allow(clippy::cast_precision_loss)] // there are twenty bins
    fn marks(&self, first: usize) -> Vec<Percentile> {
        let times = self.percentiles;
        let marked =
            [("half", times.p50_us), ("9 of 10", times.p90_us), ("99 of 100", times.p99_us)];
        let kept = if self.bins.total() < JUDGED_MIN { 1 } else { marked.len() };
        let marks = marked.into_iter().take(kept).filter_map(|(part, us)| {
            let us = us?;
            let at = place(us) - first as f64;
            Some(Percentile { at, words: format!("{part} within {}", duration(us)) })
        });
        marks.collect()
    }

    /// Every bin that holds somebody, and each of the percentiles.
    pub(super) fn table(&self, links: &dyn Links) -> Markup {
        let total = self.bins.total();
        html! {
            table {
                thead { tr {
                    th scope="col" { "It took" }
                    th.num scope="col" { "Count" }
                    th.num scope="col" { "Of all " (count(total)) }
                } }
                tbody {
                    @for (bin, &n) in self.bins.0.iter().enumerate().filter(|(_, n)| 0 < **n) {
                        tr {
                            th scope="row" { (bin_name(bin)) }
                            td.num { (linked(&count(n), self.href(bin, links))) }
                            td.num { (percent(Rate::new(n, total))) }
                        }
                    }
                }
            }
        }
    }
}

/// The percentiles of several groups, side by side.
pub(super) fn percentiles_table(groups: &[(&str, &Percentiles)]) -> Markup {
    let rows = Percentiles::default().named_us();
    html! {
        table {
            thead { tr {
                th scope="col" { "Part of them" }
                @for (what, _) in groups { th.num scope="col" { (what) } }
            } }
            tbody {
                @for (number, (percentile, _)) in rows.iter().enumerate() {
                    tr {
                        th.nowrap scope="row" { (percentile.trim_start_matches('p')) " % within" }
                        @for (_, times) in groups {
                            td.num { (times.named_us()[number].1.map_or("–".to_owned(), duration)) }
                        }
                    }
                }
            }
        }
    }
}

/// From the first to the last bin that any of them uses, with one more at either side.
pub(super) fn used(distributions: &[&Distribution]) -> std::ops::Range<usize> {
    let bins = BIN_EDGES_S.len() + 1;
    let taken = |bin: &usize| distributions.iter().any(|distribution| 0 < distribution.0[*bin]);
    match ((0..bins).find(taken), (0..bins).rev().find(taken)) {
        (Some(first), Some(last)) => first.saturating_sub(1)..(last + 2).min(bins),
        _ => 0..0,
    }
}

/// Where a length lies among the bins: a whole number is an edge. Between two edges it goes by the
/// logarithm, as the bins do.
#[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
fn place(us: u64) -> f64 {
    let bin = Distribution::bin(us);
    let (from, to) = Distribution::bounds_s(bin);
    let seconds = us as f64 / 1e6;
    let part = match (from, to) {
        (0, Some(to)) => seconds / to as f64,
        (from, Some(to)) => (seconds / from as f64).ln() / (to as f64 / from as f64).ln(),
        (_, None) => 0.5,
    };
    bin as f64 + part.clamp(0.0, 1.0)
}

/// `0`, `2 s`, `1 min`.
fn edge(seconds: u64) -> String {
    if seconds == 0 { "0".to_owned() } else { duration(seconds * 1_000_000) }
}

/// `under 1 s`, `2 s to 5 s`, `7 d or more`.
pub(super) fn bin_name(bin: usize) -> String {
    match Distribution::bounds_s(bin) {
        (0, Some(to)) => format!("under {}", edge(to)),
        (from, Some(to)) => format!("{} to {}", edge(from), edge(to)),
        (from, None) => format!("{} or more", edge(from)),
    }
}

#[cfg(test)]
mod tests {
    use super::{bin_name, place, used};
    use crate::{BIN_EDGES_S, Distribution};

    #[test]
    fn a_length_lies_where_its_bin_is_drawn() {
        let check = |seconds: f64, want: f64| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let got = place((seconds * 1e6) as u64);
            assert!((got - want).abs() < 1e-6, "{seconds}: {got}");
        };
        check(0.0, 0.0);
        check(0.5, 0.5);
        check(1.0, 1.0);
        check(60.0, 7.0);
        check(84.852_813, 7.5);
        check(604_800.0, 19.5);
    }

    #[test]
    fn bins_are_called_by_their_edges() {
        let check = |bin, want: &str| assert_eq!(bin_name(bin).replace('\u{a0}', " "), want);
        check(0, "under 1 s");
        check(2, "2 s to 5 s");
        check(7, "1 min to 2 min");
        check(BIN_EDGES_S.len(), "7 d or more");
    }

    #[test]
    fn two_charts_share_the_bins_that_either_uses() {
        let of = |bins: &[usize]| {
            let mut distribution = Distribution::default();
            bins.iter().for_each(|&bin| distribution.0[bin] += 1);
            distribution
        };
        assert_eq!(used(&[&of(&[5, 7]), &of(&[9])]), 4..11);
        assert_eq!(used(&[&of(&[0, 19])]), 0..20);
        assert_eq!(used(&[&of(&[])]), 0..0);
    }
}
