//! Secrets that change while the server runs: none that was read well is given up for one that was
//! not, and each change stands in the audit record.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::web;
use weir_audit::{Did, Who};
use weir_ingest::{Change, Ingest, IntegrationId, Metrics};
use weir_log::DataDir;

use crate::audited::note;
use crate::config::{IntegrationConfig, secrets};
use crate::failure::Outcome;
use crate::watch::Watched;

/// Where the secrets of all integrations are read from.
#[derive(Debug, Default)]
pub(crate) struct SecretSources {
    /// In the order of configuration.
    pub(crate) integrations: Vec<IntegrationConfig>,
    /// The folder that relative paths start from.
    pub(crate) base: PathBuf,
}

/// Reads secrets again for the endpoint.
pub(crate) struct Rotation {
    dir: DataDir,
    sources: SecretSources,
    ids: Vec<IntegrationId>,
    ingest: web::Data<Ingest>,
    metrics: Arc<Metrics>,
    /// By place: why the secrets of an integration were not read when they were last looked at.
    refused: BTreeMap<usize, String>,
}

impl Rotation {
    /// Reads the secrets of `sources` again, whose integrations have these ids.
    pub(crate) fn new(
        dir: DataDir,
        sources: SecretSources,
        ids: Vec<IntegrationId>,
        ingest: web::Data<Ingest>,
        metrics: Arc<Metrics>,
    ) -> Rotation {
        Rotation { dir, sources, ids, ingest, metrics, refused: BTreeMap::new() }
    }

    fn renew(&self, place: usize) -> Outcome<Change> {
        let read = secrets::read(&self.sources.integrations[place], &self.sources.base)?;
        Ok(self.ingest.renew(self.ids[place], read)?)
    }

    /// Writes down what is another now. A record that cannot be written holds no secret up: the
    /// provider signs with the new one.
    fn record(&self, integration: &str, change: &Change) {
        let Change { added, replaced, retired } = change;
        let done = [(added, "added"), (replaced, "replaced"), (retired, "retired")];
        for (secrets, what) in done {
            for secret in secrets {
                let what = format!("{integration}: {secret} {what}");
                note(&self.dir, Who::weir(), Did::ChangedSecret, &what);
            }
        }
    }
}

impl Watched for Rotation {
    fn files(&self) -> Vec<PathBuf> {
        let SecretSources { integrations, base } = &self.sources;
        let named = integrations.iter().flat_map(|one| one.secret_files.iter());
        // What a folder holds that cannot be read is told when it is read.
        let held =
            integrations.iter().flat_map(|one| secrets::files(one, base).unwrap_or_default());
        named.map(|path| base.join(path)).chain(held).collect()
    }

    fn read_again(&mut self) {
        for place in 0..self.ids.len() {
            let name = self.sources.integrations[place].name.clone();
            let renewed = self.renew(place);
            self.metrics.secrets_read(self.ids[place], renewed.is_ok());
            match renewed {
                Ok(change) => {
                    let mended = self.refused.remove(&place).is_some();
                    self.record(&name, &change);
                    if mended || !change.is_none() {
                        let Change { added, replaced, retired } = change;
                        tracing::info!(
                            integration = name,
                            ?added,
                            ?replaced,
                            ?retired,
                            "the secrets were read again"
                        );
                    }
                }
                Err(failure) => {
                    let said = failure.to_string();
                    if self.refused.get(&place) != Some(&said) {
                        tracing::error!(
                            integration = name,
                            "the secrets could not be read again, and stay as they were: {said}"
                        );
                        self.refused.insert(place, said);
                    }
                }
            }
        }
    }
}
