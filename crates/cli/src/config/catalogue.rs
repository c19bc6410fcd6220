//! The catalogue: the shipped one, the configured one over it, what operators changed over both.

use std::io::ErrorKind;
use std::path::Path;

use weir_domain::{Catalogue, CatalogueError, Overlay};

use super::{Config, wrong_toml};
use crate::failure::{Failure, Outcome};

impl Config {
    /// What screens and reasons are called, for every command alike.
    pub(crate) fn catalogue(&self) -> Outcome<Catalogue> {
        Ok(self.catalogue_base()?.under(&self.catalogue_own()?))
    }

    /// The shipped catalogue with the configured one laid over it.
    pub(crate) fn catalogue_base(&self) -> Outcome<Catalogue> {
        let Some(path) = &self.catalog else { return Ok(Catalogue::shipped()) };
        let path = self.base.join(path);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::call(format!(
                "the catalogue {} cannot be read: {error}; mend `catalog` in the configuration",
                path.display()
            ))
        })?;
        Catalogue::shipped().overlaid(&text).map_err(|error| wrong(&path, &text, &error))
    }

    /// What operators changed in the dashboard.
    ///
    /// A file that cannot be read stops the command: without it `at_risk` and every label would
    /// silently be others.
    pub(crate) fn catalogue_own(&self) -> Outcome<Overlay> {
        let path = self.data_dir().catalogue_file();
        match std::fs::read_to_string(&path) {
            Ok(text) => Overlay::read(&text).map_err(|error| wrong(&path, &text, &error)),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(Overlay::default())
            }
            Err(error) => Err(Failure::call(format!(
                "the catalogue {} cannot be read: {error}; mend that, or move the file away to go \
                 back to the shipped and configured entries",
                path.display()
            ))),
        }
    }
}

fn wrong(path: &Path, text: &str, error: &CatalogueError) -> Failure {
    match std::error::Error::source(error).and_then(|source| source.downcast_ref()) {
        Some(error) => wrong_toml(path, text, error),
        None => Failure::call(format!("{}: {error}; mend the file", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use crate::args::Common;
    use crate::config::Config;

    const OWN: &str = "[[screen]]\nstate = \"client_started\"\nlabel = \"Opened\"\n";

    #[track_caller]
    fn check(configured: &str, own: Option<&str>, want: &str) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        };
        write("configured.toml", configured);
        if let Some(own) = own {
            write("catalogue.toml", own);
        }
        let config = write("weir.toml", "catalog = \"configured.toml\"\ndata_dir = \".\"");
        let config = Config::read(&Common { config: Some(config), data_dir: None }).unwrap();
        let got = match config.catalogue() {
            Ok(catalogue) => catalogue.screen_label("client_started").to_owned(),
            Err(failure) => failure.to_string(),
        };
        assert!(got.ends_with(want), "{got}");
    }

    #[test]
    fn what_operators_changed_lies_over_the_configured_catalogue() {
        check("", None, "Client started");
        check(&OWN.replace("Opened", "Begun"), None, "Begun");
        check(&OWN.replace("Opened", "Begun"), Some(OWN), "Opened");
    }

    #[test]
    fn a_broken_file_in_the_data_directory_is_told_with_its_line() {
        let broken = OWN.replace("label", "lable");
        check(
            "",
            Some(&broken),
            "catalogue.toml, line 3: unknown field `lable`, expected one of `state`, `label`, \
             `stage`, `order`, `description`, `evidence`; mend the file",
        );
    }
}
