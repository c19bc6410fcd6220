//! What a message says: what changed, by how much, how sure, on how many units, and where to look.

use weir_domain::{OutcomeKind, Rate, Timestamp};
use weir_report::render::{
    Alarm, Behind, Document, Place, change, count, counted, duration, instant, interval, percent,
    spread,
};
use weir_report::{Alert, Difference, Measure, Silence, Zone};

use super::Evidence;
use super::beyond::{self, Verdict};
use super::owed::{Kind, Owed};
use super::seen::Seen;

/// What was seen, short: `drop-off 34.9 % (32.9–37.0) of 2,061 sessions`.
pub(super) fn value(alert: &Alert, evidence: &Evidence<'_>, seen: &Seen) -> String {
    match (seen, evidence) {
        (Seen::Rate { rate, change: difference }, Evidence::Report(document)) => {
            let units = counted(rate.whole, document.report.query.unit.plural());
            let what = lower_first(&measure(alert, document));
            let mut text = format!("{what} {} ({}) of {units}", percent(*rate), interval(*rate));
            if let Some(difference) = difference {
                text.push_str(&format!(", {}", than_before(difference, document)));
            }
            text
        }
        (Seen::Count(n), Evidence::Report(document)) => {
            format!("{} started", counted(*n, document.report.query.unit.plural()))
        }
        (Seen::Silence(silence), _) => {
            format!("silent for {}: {}", length(silence), silence.verdict.words())
        }
        (Seen::Rate { rate, .. }, _) => percent(*rate),
        (Seen::Count(n), _) => count(*n),
    }
}

/// The whole message.
pub(super) fn alarm(alert: &Alert, evidence: &Evidence<'_>, seen: &Seen, owed: &Owed) -> Alarm {
    let over = owed.kind == Kind::Over;
    let told = match (evidence, seen) {
        (Evidence::Silence { silence: Some(silence), integration, zone, .. }, _) => {
            of_silence(silence, *integration, zone, over)
        }
        (Evidence::Report(document), Seen::Rate { rate, change }) => {
            of_rate(alert, document, *rate, change.as_ref(), over)
        }
        (Evidence::Report(document), Seen::Count(n)) => of_count(alert, document, *n, over),
        // Such pairs are refused before they are judged.
        _ => Words { headline: value(alert, evidence, seen), detail: Vec::new() },
    };
    let headline = match owed.kind {
        Kind::Reminder => format!("Still firing: {}", lower_first(&told.headline)),
        Kind::Fires | Kind::Over => told.headline,
    };
    let mut detail = told.detail;
    if let Evidence::Report(document) = evidence {
        detail.push(maturity(document));
    }
    detail.extend(course(alert, evidence.zone(), owed));
    Alarm { over, headline, detail, links: links(alert, evidence, over) }
}

/// A headline and its sentences.
struct Words {
    headline: String,
    detail: Vec<String>,
}

fn of_silence(silence: &Silence, integration: Option<&str>, zone: &Zone, over: bool) -> Words {
    let of = integration.map_or(String::new(), |name| format!(" of {name}"));
    let last =
        format!("The last delivery came at {}, {}.", instant(silence.since, zone), zone.name());
    if over {
        return Words { headline: format!("Deliveries{of} come again"), detail: vec![last] };
    }
    let why = format!("That is {silence}.");
    Words { headline: format!("No delivery{of} for {}", length(silence)), detail: vec![last, why] }
}

fn of_count(alert: &Alert, document: &Document, n: u64, over: bool) -> Words {
    let units = document.report.query.unit.plural();
    let limit = |limit: f64| plain_number(limit);
    #[allow(clippy::cast_precision_loss)] // counts stay far below 2^53
    let against = against(alert, n as f64, over, &limit);
    Words {
        headline: format!("{} started{against}", counted(n, units)),
        detail: vec![format!("They began {}.", range(document))],
    }
}

fn of_rate(
    alert: &Alert,
    document: &Document,
    rate: Rate,
    difference: Option<&Difference>,
    over: bool,
) -> Words {
    let (what, units) = (measure(alert, document), document.report.query.unit.plural());
    let value = rate.value().unwrap_or(0.0);
    let has_threshold = alert.above.is_some() || alert.below.is_some();
    let by_threshold = has_threshold && beyond::by_threshold(alert, rate) == Verdict::Beyond;
    // Where both are watched, the one that fires is told.
    let difference_first = difference.filter(|_| !by_threshold && (!over || !has_threshold));
    let headline = match difference_first {
        Some(difference) if over => {
            let then = than_before(difference, document);
            format!("{what} is {}, again close to what it was: {then}", percent(rate))
        }
        Some(difference) => {
            let then = than_before(difference, document);
            format!("{what} went from {} to {}, {then}", percent(difference.a), percent(rate))
        }
        None => format!("{what} is {}{}", percent(rate), against(alert, value, over, &points)),
    };
    let mut detail = vec![format!(
        "{} of {} {}; they began {}.",
        count(rate.part),
        counted(rate.whole, units),
        verb(alert, document),
        range(document)
    )];
    if let (true, Some(ends)) = (has_threshold, rate.interval()) {
        let limit = match (alert.above, alert.below) {
            (Some(above), _) if by_threshold && above < value => {
                format!(", all of it above {}", points(above))
            }
            (_, Some(below)) if by_threshold => format!(", all of it below {}", points(below)),
            _ => String::new(),
        };
        let shown = |end: f64| format!("{:.1}\u{a0}%", 100.0 * end);
        let (low, high) = (shown(ends.low), shown(ends.high));
        detail.push(format!("With 95 % confidence the rate lies between {low} and {high}{limit}."));
    }
    if let Some(difference) = difference {
        detail.extend(how_sure(alert, document, difference, units));
    }
    Words { headline, detail }
}

/// What it was before, how large the change is, and whether chance would explain it.
fn how_sure(
    alert: &Alert,
    document: &Document,
    difference: &Difference,
    units: &str,
) -> Vec<String> {
    let before = before(document);
    let mut sentences = vec![format!(
        "In the {before} it was {} of {}.",
        percent(difference.a),
        counted(difference.a.whole, units)
    )];
    if let (Some(change), Some(spread)) = (change(difference), spread(difference)) {
        sentences.push(format!("The change is {change}; with 95 % confidence {spread}."));
    }
    if let (Some(p), Some(against)) = (difference.p_value, &alert.change) {
        sentences.push(format!(
            "If nothing had changed, chance alone would bring as large a difference in {} ({}; it \
             fires below {}).",
            in_comparisons(p),
            p_words(p),
            trimmed(against.level, 4)
        ));
    }
    sentences
}

/// `about 1 of 200 comparisons`.
fn in_comparisons(p: f64) -> String {
    if p < 0.001 {
        "fewer than 1 of 1,000 comparisons".to_owned()
    } else if p < 0.1 {
        format!("about 1 of {:.0} comparisons", 1.0 / p)
    } else {
        format!("about {:.0} of 100 comparisons", 100.0 * p)
    }
}

fn p_words(p: f64) -> String {
    if p < 0.001 { "p below 0.001".to_owned() } else { format!("p = {}", trimmed(p, 3)) }
}

/// How old the youngest were, and how many may still come back.
fn maturity(document: &Document) -> String {
    let (query, totals) = (&document.report.query, &document.report.totals);
    let units = query.unit.plural();
    let age = duration(query.as_of.since_us(query.to).max(0).unsigned_abs());
    let open = match totals.open() {
        0 => "none is still open".to_owned(),
        1 => "1 is still open".to_owned(),
        open => format!("{} are still open", count(open)),
    };
    format!("It was judged when the youngest {units} were at least {age} old; {open}.")
}

/// Since when, and for how many judgements.
fn course(alert: &Alert, zone: &Zone, owed: &Owed) -> Option<String> {
    let at = |at: Timestamp| format!("{}, {}", instant(at, zone), zone.name());
    match owed.kind {
        Kind::Fires if 1 < alert.runs => {
            Some(format!("It was so in {} judgements in a row.", alert.runs))
        }
        Kind::Fires => None,
        Kind::Reminder => Some(format!(
            "It has fired since {}. It is told again until somebody acknowledges it.",
            at(owed.told.since)
        )),
        Kind::Over => Some(format!("It had fired since {}.", at(owed.told.since))),
    }
}

/// `, above 30.0 %`, or when it is over `, no longer above 30.0 %`.
fn against(alert: &Alert, value: f64, over: bool, shown: &dyn Fn(f64) -> String) -> String {
    match (alert.above, alert.below, over) {
        (Some(above), Some(below), true) => {
            format!(", between {} and {} again", shown(below), shown(above))
        }
        (Some(above), None, true) => format!(", no longer above {}", shown(above)),
        (None, Some(below), true) => format!(", no longer below {}", shown(below)),
        (Some(above), _, false) if above < value => format!(", above {}", shown(above)),
        (_, Some(below), false) if value < below => format!(", below {}", shown(below)),
        // Told once more while it lies within the margin.
        (Some(limit), _, false) | (_, Some(limit), false) => {
            format!(", not yet far enough from {}", shown(limit))
        }
        (None, None, _) => String::new(),
    }
}

/// What is watched, to begin a sentence.
fn measure(alert: &Alert, document: &Document) -> String {
    match (alert.on, &alert.state) {
        (Measure::DropOffRate, Some(state)) => format!("Drop-off at {}", screen(document, state)),
        (Measure::DropOffRate, None) => "Drop-off".to_owned(),
        (Measure::ConversionRate, _) => "Conversion".to_owned(),
        (Measure::StalledRate, _) => {
            format!("The share of stalled {}", document.report.query.unit.plural())
        }
        (Measure::Started | Measure::Silence, _) => "Traffic".to_owned(),
    }
}

fn verb(alert: &Alert, document: &Document) -> String {
    match (alert.on, &alert.state) {
        (Measure::DropOffRate, Some(state)) => format!("left at {}", screen(document, state)),
        (Measure::DropOffRate, None) => "dropped off".to_owned(),
        (Measure::StalledRate, _) => "went silent".to_owned(),
        _ => "submitted".to_owned(),
    }
}

/// The screen's label between quotation marks: it came from outside.
fn screen(document: &Document, state: &str) -> String {
    format!("“{}”", document.catalogue.screen_label(state))
}

fn than_before(difference: &Difference, document: &Document) -> String {
    let change = change(difference).unwrap_or_else(|| "no change".to_owned());
    let to = if change == "no change" { "from" } else { "than" };
    format!("{change} {to} the {}", before(document))
}

/// `week before`.
fn before(document: &Document) -> String {
    document.before.as_ref().map_or_else(|| "period before".to_owned(), |before| before.name())
}

fn range(document: &Document) -> String {
    let query = &document.report.query;
    let (from, to) = (instant(query.from, &query.zone), instant(query.to, &query.zone));
    format!("from {from} to {to}, {}", query.zone.name())
}

fn length(silence: &Silence) -> String {
    duration(silence.length_us.max(0).unsigned_abs())
}

/// `30.0 %`, with as many digits as a threshold may have.
fn points(fraction: f64) -> String {
    let text = trimmed(100.0 * fraction, 2);
    let text = if text.contains('.') { text } else { format!("{text}.0") };
    format!("{text}\u{a0}%")
}

/// A count as it was written: `50`, `2.5`.
fn plain_number(value: f64) -> String {
    trimmed(value, 2)
}

/// Without nought at the end.
fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

/// Where to look: the units behind it, the report, and where it is acknowledged.
fn links(alert: &Alert, evidence: &Evidence<'_>, over: bool) -> Vec<(String, String)> {
    use OutcomeKind::{Cancelled, LostInHandover, Stalled, Submitted};
    let mut links = Vec::new();
    match evidence {
        Evidence::Silence { .. } => {
            links.push(("How the deliveries are".to_owned(), "/health".to_owned()));
        }
        Evidence::Report(document) => {
            let units = document.report.query.unit.plural();
            let known: &[OutcomeKind] = &[Cancelled, LostInHandover];
            let (what, outcomes) = match (alert.on, &alert.state) {
                (Measure::DropOffRate, Some(_)) => ("that left there", known),
                (Measure::StalledRate, _) => ("that went silent", &[Stalled][..]),
                (Measure::ConversionRate, _) => ("that submitted", &[Submitted][..]),
                (Measure::DropOffRate, None) => {
                    ("that dropped off", &[Cancelled, LostInHandover, Stalled][..])
                }
                (Measure::Started | Measure::Silence, _) => ("that started", &[][..]),
            };
            let state = alert.state.as_deref().filter(|_| alert.on == Measure::DropOffRate);
            let behind = Behind { state: state.map(Some), outcomes, ..Behind::default() };
            let path = document.path_of_units(&behind);
            links.extend(path.map(|path| (format!("The {units} {what}"), path)));
            if let Some(state) = state {
                let path = document.path_of_page(Place::Screen(state));
                links.push(("The screen".to_owned(), path));
            }
            let path = document.path_of_page(Place::Overview);
            links.push(("The whole picture".to_owned(), path));
        }
    }
    if !over {
        let path = format!("/reports/{}", evidence.name());
        links.push(("Acknowledge it".to_owned(), path));
    }
    links
}
