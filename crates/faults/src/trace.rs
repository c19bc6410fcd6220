//! What was done to the files of a folder, in order.

/// A file as the disk knows it, whatever its name is now.
pub(crate) type Node = usize;

/// Something that was done.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    /// A name was given to a new, empty file.
    Created { node: Node, name: String },
    /// A name was taken away; `synced` if the folder was synced with it.
    Deleted { name: String, synced: bool },
    /// Bytes were written.
    Written { node: Node, offset: usize, bytes: Vec<u8> },
    /// The file has this length now.
    Cut { node: Node, len: usize },
    /// The file was synced, and with `folder` the names in its folder.
    Synced { node: Node, folder: bool },
    /// A sync failed: what waited for it may never reach the disk, whatever later syncs say.
    SyncFailed { node: Node },
    /// The file is known to be on the disk as it is, because somebody wrote all of it again.
    Rewritten { node: Node, bytes: Vec<u8> },
}

/// What was done to the files of a folder since [`crate::Disk::record`], and what was there before.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The files at the beginning, all of them on the disk.
    pub(crate) first: Vec<(String, Vec<u8>)>,
    /// Each thing that was done, and how many marks were set before it was.
    pub(crate) records: Vec<(Record, u64)>,
    /// How many marks were set in all.
    pub(crate) marks: u64,
}

impl Trace {
    /// At how many instants the power can go: before the first thing that was done, and after each.
    #[must_use]
    pub fn points(&self) -> usize {
        self.records.len() + 1
    }

    /// The first instant after a sync had failed; the last of all, where none had.
    pub(crate) fn first_failed_sync(&self) -> usize {
        let failed = |(record, _): &(Record, u64)| matches!(record, Record::SyncFailed { .. });
        self.records.iter().position(failed).map_or(self.records.len(), |index| index + 1)
    }

    /// What was done up to a point, a line each, without the bytes: for whoever looks for a cause.
    #[must_use]
    pub fn story(&self, point: usize) -> String {
        let names = self.first.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let mut lines = vec![format!("files {names:?}")];
        for (number, (record, marks)) in self.records[..point].iter().enumerate() {
            let what = match record {
                Record::Written { node, offset, bytes } => {
                    format!("Written {{ node: {node}, offset: {offset}, len: {} }}", bytes.len())
                }
                Record::Rewritten { node, bytes } => {
                    format!("Rewritten {{ node: {node}, len: {} }}", bytes.len())
                }
                other => format!("{other:?}"),
            };
            lines.push(format!("{number} ({marks} marks) {what}"));
        }
        lines.join("\n")
    }

    /// How many marks were set when the power goes at a point.
    #[must_use]
    pub fn marks_at(&self, point: usize) -> u64 {
        self.records.get(point).map_or(self.marks, |(_, marks)| *marks)
    }
}
