//! Filter values that nobody ever sent: likely slips of the pen.

use weir_domain::{Catalogue, Seq};
use weir_readmodel::{Model, Names};
use weir_report::Filters;

/// Each value of the filters that is neither catalogued, configured nor was ever seen, as a
/// sentence.
pub(super) fn values(
    filters: &Filters,
    model: &Model,
    catalogue: &Catalogue,
    configured: &[String],
) -> Vec<String> {
    // Before the first delivery everything is unknown, and nothing misspelt.
    if model.position() == Seq::START {
        return Vec::new();
    }
    let exits = model.exits();
    let of_catalogue =
        |key, list: &[Option<String>], seen: &Names, known: &dyn Fn(&str) -> bool| {
            let unknown = list.iter().flatten().filter(|one| !known(one) && !is_seen(seen, one));
            unknown.map(|one| sentence(key, one, ", nor does the catalogue name it")).collect()
        };
    let states: Vec<String> = of_catalogue("state", &filters.state, exits.states(), &|one| {
        catalogue.screen(one).is_some()
    });
    let reasons: Vec<String> = of_catalogue("reason", &filters.reason, exits.reasons(), &|one| {
        catalogue.reason(one).is_some()
    });
    let features = filters
        .feature
        .iter()
        .flatten()
        .filter(|one| !is_seen(model.features(), one))
        .map(|one| sentence("feature", one, ""));
    let integrations = filters
        .integration
        .iter()
        .filter(|one| !configured.contains(one) && !is_seen(model.integrations(), one))
        .map(|one| sentence("integration", one, ", nor is it configured"));
    states.into_iter().chain(reasons).chain(features).chain(integrations).collect()
}

fn is_seen(names: &Names, text: &str) -> bool {
    names.find(text).is_some()
}

fn sentence(key: &str, value: &str, nor: &str) -> String {
    let value = weir_report::render::safe_text(value, 80);
    format!("`{key}` is filtered by `{value}`, which was never received{nor}; is it misspelt?")
}

#[cfg(test)]
mod tests {
    use weir_domain::{Catalogue, Seq, Timestamp};
    use weir_readmodel::Model;
    use weir_report::Filters;

    use super::values;

    #[test]
    fn what_is_neither_known_nor_seen_is_told() {
        let mut model = Model::default();
        model.integration("main");
        model.exits_mut().intern(Some("new_screen"), Some("new_reason"));
        model.quarantine(Seq::new(1), Timestamp::from_micros(1));
        let some = |values: &[&str]| values.iter().map(|&one| Some(one.to_owned())).collect();
        let filters = Filters {
            integration: ["main", "shop", "shpo"].map(str::to_owned).to_vec(),
            feature: [some(&["selfid"]), vec![None]].concat(),
            state: some(&["new_screen", "client_started", "client_startd"]),
            reason: some(&["new_reason", "quit"]),
            ..Filters::default()
        };
        let got = values(&filters, &model, &Catalogue::shipped(), &["shop".to_owned()]);
        assert_eq!(
            got,
            [
                "`state` is filtered by `client_startd`, which was never received, nor does the \
                 catalogue name it; is it misspelt?",
                "`reason` is filtered by `quit`, which was never received, nor does the catalogue \
                 name it; is it misspelt?",
                "`feature` is filtered by `selfid`, which was never received; is it misspelt?",
                "`integration` is filtered by `shpo`, which was never received, nor is it \
                 configured; is it misspelt?",
            ]
        );
        assert!(values(&filters, &Model::default(), &Catalogue::shipped(), &[]).is_empty());
    }
}
