//! What the form offers: what the catalogue names and what was seen.

use std::sync::LazyLock;

use weir_domain::{Catalogue, ExitId};
use weir_readmodel::{Model, Names};

use crate::page::{Choice, Choices};

/// Names of each list that were only seen: more than this nobody picks from a list, and every page
/// carries them.
const SEEN_MAX: usize = 60;

/// The names of the time zone database, without its aliases of other times.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    const ALIASES: [&str; 4] = ["Etc/", "SystemV/", "posix/", "right/"];
    let zones = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    zones
        .filter(|name| name.contains('/') || name == "UTC")
        .filter(|name| !ALIASES.iter().any(|alias| name.starts_with(alias)))
        .collect()
});

/// What the form offers over this model.
pub(crate) fn choices(model: &Model, catalogue: &Catalogue) -> Choices {
    let exits = model.exits();
    let (mut no_state, mut no_reason) = (false, false);
    for exit in 0..u32::try_from(exits.len()).unwrap_or(u32::MAX) {
        let (state, reason) = exits.codes(ExitId(exit));
        no_state |= state == Names::NONE;
        no_reason |= reason == Names::NONE;
    }
    let mut screens: Vec<_> = catalogue.screens().collect();
    screens.sort_by_key(|screen| (screen.order.is_none(), screen.order));
    let screens = screens.iter().map(|screen| Choice::new(&screen.state, &screen.label)).collect();
    let reasons =
        catalogue.reasons().map(|reason| Choice::new(&reason.reason, &reason.label)).collect();
    Choices {
        integrations: seen(model.integrations()),
        features: seen(model.features()).into_iter().chain([String::new()]).collect(),
        zones: ZONES.clone(),
        screens: with_seen(screens, exits.states(), no_state),
        reasons: with_seen(reasons, exits.reasons(), no_reason),
    }
}

fn seen(names: &Names) -> Vec<String> {
    let mut seen: Vec<_> = names.iter().take(SEEN_MAX).map(str::to_owned).collect();
    seen.sort();
    seen
}

/// The catalogued choices, those that were only seen, and "none" where that occurs.
fn with_seen(mut choices: Vec<Choice>, names: &Names, none: bool) -> Vec<Choice> {
    let catalogued = choices.len();
    for name in names.iter() {
        if choices.len() == catalogued + SEEN_MAX {
            break;
        }
        if choices[..catalogued].iter().all(|choice| choice.value != name) {
            choices.push(Choice::new(name, name));
        }
    }
    choices[catalogued..].sort_by(|a, b| a.value.cmp(&b.value));
    if none {
        choices.push(Choice::new("", ""));
    }
    choices
}

#[cfg(test)]
mod tests {
    use weir_domain::Catalogue;
    use weir_readmodel::Model;

    use super::choices;

    #[test]
    fn the_catalogue_is_offered_before_anything_was_seen() {
        let got = choices(&Model::default(), &Catalogue::shipped());
        assert_eq!(got.screens.first().unwrap().value, "client_started");
        assert_eq!(got.screens.last().unwrap().value, "error_screen_shown");
        assert!(got.zones.iter().any(|zone| zone == "Europe/Tallinn"));
        assert!(got.zones.iter().any(|zone| zone == "UTC"));
        assert!(got.integrations.is_empty());
    }

    #[test]
    fn what_was_seen_is_offered_too_and_so_is_none() {
        let mut model = Model::default();
        model.exits_mut().intern(Some("otp_screen"), None);
        model.exits_mut().intern(Some("client_started"), Some("quit_session_confirmed"));
        let got = choices(&model, &Catalogue::shipped());
        let values = |list: &[crate::page::Choice]| {
            list.iter().rev().take(2).map(|choice| choice.value.clone()).collect::<Vec<_>>()
        };
        assert_eq!(values(&got.screens), ["otp_screen", "error_screen_shown"]);
        assert_eq!(values(&got.reasons)[0], "");
        assert_eq!(got.screens.len(), 30);
    }
}
