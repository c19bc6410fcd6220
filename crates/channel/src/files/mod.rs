//! The channel of files: a templated path, an atomic rename, and as many runs as are kept.

mod record; // which files are ours
mod root; // a folder that nothing leads out of

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::io::Errno;

use crate::s3::placed;
use crate::template::Template;
use crate::{Attachment, Parcel, Receipt, Refusal};
use record::{Record, Written};
use root::Root;

/// The folder of files.
#[derive(Debug)]
pub(crate) struct Files {
    dir: PathBuf,
}

impl Files {
    pub(crate) fn new(dir: PathBuf) -> Files {
        Files { dir }
    }

    /// Where files go, if they can: nothing is made yet.
    pub(crate) fn look(&self) -> Result<String, String> {
        let there = self.dir.ancestors().find(|folder| folder.exists());
        // What is relative begins at the folder that the process works in.
        let there = there.unwrap_or(Path::new("."));
        let dir = self.dir.display();
        if !there.is_dir() {
            return Err(format!(
                "they go below {dir}, but {} is no folder; move it away, or mend \
                 `channels.files.dir`",
                there.display()
            ));
        }
        access(there, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
            format!(
                "they go below {dir}, but nothing can be written to {}: {error}; see whether \
                 Weir's user may write there",
                there.display()
            )
        })?;
        Ok(format!("they go below {dir}"))
    }

    /// Writes every file of a parcel to its place; the same again is no harm.
    pub(crate) fn send(
        &self,
        text: &str,
        keep: Option<u32>,
        parcel: &Parcel,
    ) -> Result<Receipt, Refusal> {
        let template = Template::read(text).map_err(|cause| Refusal::Permanent { cause })?;
        let placed = placed(&template, parcel)?;
        let refused = |error| self.refused(&error);
        let root = Root::open(&self.dir).map_err(refused)?;
        // Read first: what cannot be remembered is not written.
        let mut record = Record::read(&root).map_err(refused)?;
        for (path, file) in &placed {
            let mut content = File::open(&file.path).map_err(|error| unreadable(file, &error))?;
            root.put(path, &mut content).map_err(refused)?;
            record.add(Written {
                template: text.to_owned(),
                name: parcel.name.clone(),
                run: parcel.run,
                path: path.clone(),
            });
        }
        if let Some(keep) = keep {
            // What was just asked for is not removed by asking for nothing.
            remove(&root, record.beyond(text, &parcel.name, keep.max(1)), &mut record);
        }
        record.write(&root).map_err(refused)?;
        let shown = |path: &String| self.dir.join(path).display().to_string();
        let shown: Vec<String> = placed.iter().map(|(path, _)| shown(path)).collect();
        Ok(Receipt { detail: shown.join("; ") })
    }

    fn refused(&self, error: &io::Error) -> Refusal {
        let dir = self.dir.display();
        let number = error.raw_os_error().map(Errno::from_raw_os_error);
        let transient = |cause| Refusal::Transient { cause, retry_after: None };
        match number {
            Some(Errno::NOSPC | Errno::DQUOT) => {
                transient(format!("the disk of {dir} is full; make room there"))
            }
            Some(Errno::LOOP | Errno::NOTDIR | Errno::ISDIR) => Refusal::Permanent {
                cause: format!(
                    "a part of the path in {dir} is a link or no folder, and nothing is written \
                     through it; remove it or change the template"
                ),
            },
            Some(Errno::NAMETOOLONG) => Refusal::Permanent {
                cause: format!("a name in {dir} would be too long; shorten the template"),
            },
            _ => transient(format!(
                "nothing can be written to {dir}: {error}; see whether Weir's user may write there"
            )),
        }
    }
}

/// Removes what is more than is kept. An old file that stays is not the new one's trouble: that one
/// has arrived.
fn remove(root: &Root, files: Vec<Written>, record: &mut Record) {
    for file in files {
        let Err(error) = root.remove(&file.path) else { continue };
        tracing::warn!(%error, "the old file {} was not removed", file.path);
        // Where something else is now, it is no longer ours; all other trouble may pass.
        let number = error.raw_os_error().map(Errno::from_raw_os_error);
        let others = matches!(number, Some(Errno::LOOP | Errno::NOTDIR | Errno::ISDIR))
            || error.kind() == io::ErrorKind::InvalidInput;
        if !others {
            record.add(file);
        }
    }
}

fn unreadable(file: &Attachment, error: &io::Error) -> Refusal {
    Refusal::Transient {
        cause: format!("the rendered file {} cannot be read: {error}", file.path.display()),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::Files;
    use crate::parcel::tests::parcel;
    use crate::{Parcel, Refusal};

    fn rendered(folder: &Path, run: u64, content: &str) -> Parcel {
        let mut parcel = parcel();
        parcel.run = run;
        parcel.files[0].path = folder.join("rendered.pdf");
        fs::write(&parcel.files[0].path, content).unwrap();
        parcel.files[0].bytes = content.len() as u64;
        parcel
    }

    #[test]
    fn a_file_is_written_whole_and_again_without_harm() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join("out"));
        let parcel = rendered(folder.path(), 7, "%PDF");
        for _ in 0..2 {
            let receipt = files.send("{name}/{date}.{format}", None, &parcel).unwrap();
            assert!(
                receipt.detail.ends_with("out/weekly-abandonment/2026-03-31.pdf"),
                "{receipt:?}"
            );
        }
        let path = folder.path().join("out/weekly-abandonment/2026-03-31.pdf");
        assert_eq!(fs::read_to_string(&path).unwrap(), "%PDF");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o137, 0);
        let names = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "nothing half-written stays");
    }

    #[test]
    fn only_files_of_ours_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join("out"));
        for run in 1..=5 {
            if run == 2 {
                fs::write(folder.path().join("out/999.pdf"), "by hand").unwrap();
            }
            files.send("{run}.{format}", Some(2), &rendered(folder.path(), run, "x")).unwrap();
        }
        // Another template's files, and another definition's, are counted by themselves.
        files.send("other-{run}.{format}", Some(1), &rendered(folder.path(), 6, "x")).unwrap();
        let mut names: Vec<String> = fs::read_dir(folder.path().join("out"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        assert_eq!(names, ["4.pdf", "5.pdf", "999.pdf", "other-6.pdf"]);
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (out, elsewhere) = (folder.path().join("out"), folder.path().join("elsewhere"));
        fs::create_dir_all(&out).unwrap();
        fs::create_dir_all(&elsewhere).unwrap();
        symlink(&elsewhere, out.join("weekly-abandonment")).unwrap();
        symlink(elsewhere.join("target"), out.join("7.pdf")).unwrap();
        let files = Files::new(out.clone());
        let parcel = rendered(folder.path(), 7, "x");
        let refusal = files.send("{name}/{run}.{format}", None, &parcel).unwrap_err();
        assert!(matches!(refusal, Refusal::Permanent { .. }), "{refusal}");
        files.send("{run}.{format}", None, &parcel).unwrap();
        assert!(!out.join("7.pdf").is_symlink(), "the link was replaced, not followed");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }

    #[test]
    fn files_that_meet_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut parcel = rendered(folder.path(), 7, "x");
        let mut second = parcel.files[0].clone();
        second.format = "csv".to_owned();
        parcel.files.push(second);
        let files = Files::new(folder.path().join("out"));
        let refusal = files.send("{date}", None, &parcel).unwrap_err();
        assert!(refusal.to_string().contains("put {format} into"), "{refusal}");
        parcel.files.clear();
        let refusal = files.send("{date}", None, &parcel).unwrap_err();
        assert!(refusal.to_string().contains("`formats`"), "{refusal}");
    }

    #[test]
    fn a_full_disk_may_have_room_later() {
        let refusal = Files::new("/srv/reports".into())
            .refused(&std::io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()));
        assert!(matches!(refusal, Refusal::Transient { .. }));
        assert!(refusal.to_string().contains("the disk of /srv/reports is full"), "{refusal}");
    }
}
