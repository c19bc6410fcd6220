//! A folder, as a disk may hold it after the power went.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use weir_faults::{DiskFile, Fate};

use crate::names::{Names, Node, Place, Steps};
use crate::trace::Record;

/// The folder itself.
const ROOT: Node = 0;

/// What is left of a folder: the bytes of each file by its path; none of a folder.
pub(crate) type Left = BTreeMap<String, Option<Vec<u8>>>;

/// What is on the disk, and what waits to be.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    names: Names,
    /// The bytes of each node; none of a folder.
    nodes: Vec<Option<DiskFile>>,
    /// The system's numbers of nodes. One is used again once a file is gone.
    inodes: BTreeMap<u64, Node>,
}

/// A file that SQLite maps into memory and makes anew after a crash: what is in it is not seen.
fn is_mapped(name: &str) -> bool {
    name.ends_with("-shm")
}

impl Disk {
    /// A folder as it is, all of it on the disk.
    pub(crate) fn of(folder: &Path) -> Disk {
        let mut disk = Disk { names: Names::default(), nodes: Vec::new(), inodes: BTreeMap::new() };
        let mut first = BTreeMap::new();
        let inode = fs::metadata(folder).expect("it is there").ino();
        disk.node(inode, None);
        disk.read(folder, ROOT, &mut first);
        disk.names = Names::of(first);
        disk
    }

    fn read(&mut self, folder: &Path, node: Node, names: &mut BTreeMap<Place, Node>) {
        for entry in fs::read_dir(folder).expect("it is there") {
            let entry = entry.expect("it can be listed");
            let (path, inode) = (entry.path(), entry.metadata().expect("it is there").ino());
            let bytes = path.is_file().then(|| fs::read(&path).expect("it can be read"));
            let inner = self.node(inode, bytes.map(DiskFile::of));
            names.insert((node, entry.file_name().to_string_lossy().into_owned()), inner);
            if path.is_dir() {
                self.read(&path, inner, names);
            }
        }
    }

    fn node(&mut self, inode: u64, file: Option<DiskFile>) -> Node {
        self.nodes.push(file);
        self.inodes.insert(inode, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Something is done.
    pub(crate) fn step(&mut self, record: &Record) {
        match record {
            Record::Written { inode, offset, bytes } => self.file(*inode).write(*offset, bytes),
            Record::Cut { inode, length } => self.file(*inode).cut(*length),
            Record::Synced { inode } => {
                let node = self.inodes[inode];
                self.names.sync(node);
                self.nodes[node].iter_mut().for_each(DiskFile::sync);
            }
            Record::File { inode, path } => {
                let node = self.node(*inode, Some(DiskFile::default()));
                self.names.give(self.place(path), node);
            }
            Record::Folder { inode, path } => {
                let node = self.node(*inode, None);
                self.names.give(self.place(path), node);
            }
            Record::Renamed { from, to } => self.names.rename(self.place(from), self.place(to)),
            Record::Removed { path } => self.names.take(self.place(path)),
        }
    }

    fn file(&mut self, inode: u64) -> &mut DiskFile {
        let node = self.inodes[&inode];
        self.nodes[node].as_mut().expect("a folder is not written")
    }

    /// Where a path leads, as the process sees it.
    fn place(&self, path: &str) -> Place {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = folder.split('/').filter(|name| !name.is_empty());
        let folder = names.fold(ROOT, |folder, name| {
            let found = self.names.at(&(folder, name.to_owned()));
            found.unwrap_or_else(|| panic!("{name} of {path} was never seen to be made"))
        });
        (folder, name.to_owned())
    }

    /// What may be left of it. What has two names comes under both.
    pub(crate) fn left(&self, (steps, fate): (Steps, Fate), rng: &mut ChaCha8Rng) -> Left {
        let names = self.names.left(steps, rng);
        let bytes = |file: &Option<DiskFile>| file.as_ref().map(|file| file.left(fate, rng));
        let nodes: Vec<_> = self.nodes.iter().map(bytes).collect();
        let mut left = Left::new();
        list((ROOT, ""), &names, &nodes, &mut left);
        left
    }
}

fn list(
    (folder, path): (Node, &str),
    names: &BTreeMap<Place, Node>,
    nodes: &[Option<Vec<u8>>],
    left: &mut Left,
) {
    let inner = names.range((folder, String::new())..(folder + 1, String::new()));
    for ((_, name), node) in inner.filter(|((_, name), _)| !is_mapped(name)) {
        let path = format!("{path}{name}");
        left.insert(path.clone(), nodes[*node].clone());
        if nodes[*node].is_none() {
            list((*node, &format!("{path}/")), names, nodes, left);
        }
    }
}

/// Makes a folder hold what is left.
pub(crate) fn write(folder: &Path, left: &Left) {
    for (path, bytes) in left {
        let path = folder.join(path);
        let made = match bytes {
            None => DirBuilder::new().mode(0o700).create(path),
            Some(bytes) => OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(path)
                .and_then(|mut file| file.write_all(bytes)),
        };
        made.expect("there is room");
    }
}

/// What a folder holds, as what is left of one.
pub(crate) fn read(folder: &Path) -> Left {
    let rng = &mut rand::SeedableRng::seed_from_u64(0);
    Disk::of(folder).left((Steps::All, Fate::Kept), rng)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use weir_faults::Fate;

    use super::Disk;
    use crate::names::Steps;
    use crate::trace::Record;

    /// A file in a new folder, written, perhaps synced, and moved.
    fn disk(records: &[Record]) -> Disk {
        let mut disk = Disk::of(weir_faults::folder().path());
        disk.step(&Record::Folder { inode: 1, path: "a".into() });
        disk.step(&Record::File { inode: 2, path: "a/new".into() });
        disk.step(&Record::Written { inode: 2, offset: 0, bytes: b"bytes".into() });
        records.iter().for_each(|record| disk.step(record));
        disk.step(&Record::Renamed { from: "a/new".into(), to: "a/old".into() });
        disk
    }

    fn left(disk: &Disk, how: (Steps, Fate)) -> Vec<(String, Option<Vec<u8>>)> {
        disk.left(how, &mut ChaCha8Rng::seed_from_u64(1)).into_iter().collect()
    }

    #[test]
    fn what_is_not_synced_may_be_lost_and_what_is_cannot() {
        let is_folder = ("a".to_owned(), None);
        let is_file = |bytes: &[u8]| ("a/old".to_owned(), Some(bytes.to_vec()));
        let unsynced = disk(&[]);
        assert_eq!(left(&unsynced, (Steps::Certain, Fate::Kept)), []);
        assert_eq!(left(&unsynced, (Steps::All, Fate::Lost)), [is_folder.clone(), is_file(b"")]);
        let mut synced = disk(&[Record::Synced { inode: 2 }]);
        assert_eq!(left(&synced, (Steps::All, Fate::Lost)), [is_folder.clone(), is_file(b"bytes")]);
        // The name is certain in a folder that is not itself.
        synced.step(&Record::Synced { inode: 1 });
        assert_eq!(left(&synced, (Steps::Certain, Fate::Lost)), []);
    }
}
