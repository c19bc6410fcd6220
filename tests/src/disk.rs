//! A small disk, made for a test: to be full, or read-only.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A disk of its own in memory, gone when this is.
pub struct Disk {
    path: PathBuf,
}

impl Disk {
    /// A disk of this size at `path`, which need not be there yet; none where this user may not
    /// mount one.
    pub fn at(path: &Path, kib: u32) -> Option<Disk> {
        let disk = Disk { path: path.to_owned() };
        std::fs::create_dir_all(&disk.path).expect("there is room");
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"], &disk.path);
        if !mounted {
            let skipped = "SKIPPED: this user may not mount a disk, so a full and a read-only one \
                           are not tested; run as root";
            assert!(std::env::var_os("CI").is_none(), "{skipped}");
            eprintln!("{skipped}");
            return None;
        }
        Some(disk)
    }

    /// Mounts it again with another option.
    #[track_caller]
    pub fn remount(&self, option: &str) {
        assert!(mount(&["-o", &format!("remount,{option}")], &self.path), "remount,{option}");
    }

    /// Leaves no room on it: what fills it is called `filler`.
    pub fn fill(&self) {
        let mut filler = std::fs::File::create(self.path.join("filler")).expect("it takes a name");
        for bytes in [64 * 1024, 1024, 1] {
            while filler.write_all(&vec![0; bytes]).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn empty(&self) {
        std::fs::remove_file(self.path.join("filler")).expect("it was filled");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that is just being killed may still have a file open.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn mount(args: &[&str], path: &Path) -> bool {
    let output = Command::new("mount").args(args).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}
