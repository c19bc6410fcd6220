//! The C library's functions that give names and take them away, as the program finds them.
//!
//! `open` takes its mode as a last argument whether it was given or not: so it is passed on the
//! machines that we know of.

#![allow(unsafe_code)]

use libc::{AT_FDCWD, c_char, c_int, mode_t};

use crate::calls::planned;
use crate::rule::Call;
use crate::system::{call, inode_at, inode_of, path_at, word};
use crate::trace::{Record, Tracing};

#[unsafe(no_mangle)]
unsafe extern "C" fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    let open = |_| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_openat, [folder.into(), word(path), flags.into(), mode.into()]) }
    };
    if flags & (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT) == 0 {
        return open(true) as c_int;
    }
    // SAFETY: the program's word.
    let path = unsafe { path_at(folder, path) };
    let path = path.as_deref();
    let tracing = Tracing::of(path);
    let was_there = tracing.is_on() && path.and_then(inode_at).is_some();
    let given = planned(Call::Open, path, open);
    tracing.ended(given, || {
        let (path, inode) = (path?, inode_of(given as c_int)?);
        match was_there {
            // One that never has a name is nobody's.
            false if inode_at(path) == Some(inode) => Some(Record::File { inode, path }),
            true if flags & libc::O_TRUNC != 0 => Some(Record::Cut { inode, length: 0 }),
            _ => None,
        }
    }) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn openat64(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: the program's word.
    unsafe { openat(folder, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the program's word.
    unsafe { openat(AT_FDCWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the program's word.
    unsafe { openat(AT_FDCWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn renameat(
    old: c_int,
    from: *const c_char,
    new: c_int,
    to: *const c_char,
) -> c_int {
    let rename = |_| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_renameat, [old.into(), word(from), new.into(), word(to)]) }
    };
    // SAFETY: the program's word.
    let (from, to) = unsafe { (path_at(old, from), path_at(new, to)) };
    let tracing = Tracing::of(to.as_deref());
    let given = planned(Call::Rename, to.as_deref(), rename);
    tracing.ended(given, || Some(Record::Renamed { from: from.as_deref()?, to: to.as_deref()? }))
        as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: the program's word.
    unsafe { renameat(AT_FDCWD, from, AT_FDCWD, to) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    let unlink = |_| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_unlinkat, [folder.into(), word(path), flags.into(), 0]) }
    };
    // SAFETY: the program's word.
    let path = unsafe { path_at(folder, path) };
    let tracing = Tracing::of(path.as_deref());
    let given = planned(Call::Unlink, path.as_deref(), unlink);
    tracing.ended(given, || Some(Record::Removed { path: path.as_deref()? })) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: the program's word.
    unsafe { unlinkat(AT_FDCWD, path, 0) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rmdir(path: *const c_char) -> c_int {
    // SAFETY: the program's word.
    unsafe { unlinkat(AT_FDCWD, path, libc::AT_REMOVEDIR) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mkdirat(folder: c_int, path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: the program's word.
    let named = unsafe { path_at(folder, path) };
    let tracing = Tracing::of(named.as_deref());
    // SAFETY: the program's word.
    let given = unsafe { call(libc::SYS_mkdirat, [folder.into(), word(path), mode.into(), 0]) };
    tracing.ended(given, || {
        let path = named.as_deref()?;
        Some(Record::Folder { inode: inode_at(path)?, path })
    }) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mkdir(path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: the program's word.
    unsafe { mkdirat(AT_FDCWD, path, mode) }
}
