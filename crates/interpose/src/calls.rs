//! The C library's functions on open files, as the program finds them.
//!
//! Each looks at the plan and then asks the kernel itself.

#![allow(unsafe_code)]

use libc::{c_int, c_long, c_uint, c_void, clockid_t, off_t, size_t, ssize_t, timespec};

use crate::plan::{self, Verdict};
use crate::rule::{Call, Moment};
use crate::system::{self, call, fail, inode_of, path_of, word};
use crate::trace::{Record, Tracing};

/// Does what the plan says at this call on this file, and the call with the arguments of `done`.
/// What it is asked for is a whole call, or the first half of one.
pub(crate) fn planned(what: Call, path: Option<&str>, done: impl Fn(bool) -> c_long) -> c_long {
    let Some(path) = path else { return done(true) };
    let Verdict { kill, fail: errno, delay_us } = plan::verdict(what, path);
    if 0 < delay_us {
        system::sleep(delay_us);
    }
    match kill {
        Some(Moment::Before) => system::kill(),
        Some(Moment::Halfway) => {
            done(false);
            system::kill()
        }
        Some(Moment::After) => {
            done(true);
            system::kill()
        }
        None => errno.map_or_else(|| done(true), fail),
    }
}

/// The same on an open file, with what is noted of it.
fn on<'a>(
    fd: c_int,
    what: Call,
    done: impl Fn(bool) -> c_long,
    record: impl FnOnce(u64, c_long) -> Record<'a>,
) -> c_long {
    let path = path_of(fd);
    let tracing = Tracing::of(path.as_deref());
    let given = planned(what, path.as_deref(), done);
    tracing.ended(given, || Some(record(inode_of(fd)?, given)))
}

/// As much of `count` as is to be written.
const fn part(count: size_t, whole: bool) -> c_long {
    (if whole { count } else { count / 2 }) as c_long
}

/// The bytes that were written: as many as were `given`.
///
/// # Safety
/// `bytes` points at so many.
unsafe fn written<'a>(bytes: *const c_void, given: c_long) -> &'a [u8] {
    // SAFETY: the caller's word.
    unsafe { std::slice::from_raw_parts(bytes.cast(), given as usize) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    let write = |whole| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_write, [fd.into(), word(bytes), part(count, whole), 0]) }
    };
    on(fd, Call::Write, write, |inode, given| {
        // Wherever it began, at the end of what is only added to or not, it ended where the file
        // stands now.
        let offset = system::place_in(fd) - given;
        // SAFETY: the program's word, and the kernel's for how many they are.
        Record::Written { inode, offset, bytes: unsafe { written(bytes, given) } }
    }) as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(fd: c_int, bytes: *const c_void, count: size_t, at: off_t) -> ssize_t {
    let write = |whole| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_pwrite64, [fd.into(), word(bytes), part(count, whole), at]) }
    };
    on(fd, Call::Write, write, |inode, given| {
        // SAFETY: the program's word, and the kernel's for how many they are.
        Record::Written { inode, offset: at, bytes: unsafe { written(bytes, given) } }
    }) as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(
    fd: c_int,
    bytes: *const c_void,
    count: size_t,
    at: off_t,
) -> ssize_t {
    // SAFETY: the program's word.
    unsafe { pwrite(fd, bytes, count, at) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    synced(fd, libc::SYS_fsync)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    synced(fd, libc::SYS_fdatasync)
}

fn synced(fd: c_int, number: c_long) -> c_int {
    // SAFETY: no pointers.
    let sync = |_| unsafe { call(number, [fd.into(), 0, 0, 0]) };
    on(fd, Call::Sync, sync, |inode, _| Record::Synced { inode }) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate(fd: c_int, length: off_t) -> c_int {
    // SAFETY: no pointers.
    let cut = |_| unsafe { call(libc::SYS_ftruncate, [fd.into(), length, 0, 0]) };
    on(fd, Call::Cut, cut, |inode, _| Record::Cut { inode, length }) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(fd: c_int, length: off_t) -> c_int {
    // SAFETY: no pointers.
    unsafe { ftruncate(fd, length) }
}

/// What is copied within the kernel is not seen: where it is traced, the program is told that this
/// kernel cannot, and reads and writes.
#[unsafe(no_mangle)]
unsafe extern "C" fn copy_file_range(
    from: c_int,
    from_at: *mut off_t,
    to: c_int,
    to_at: *mut off_t,
    count: size_t,
    flags: c_uint,
) -> ssize_t {
    if Tracing::of(path_of(to).as_deref()).is_on() {
        return fail(libc::ENOSYS) as ssize_t;
    }
    // SAFETY: the program's word.
    (unsafe { libc::syscall(libc::SYS_copy_file_range, from, from_at, to, to_at, count, flags) })
        as ssize_t
}

/// As `copy_file_range`.
#[unsafe(no_mangle)]
unsafe extern "C" fn sendfile64(
    to: c_int,
    from: c_int,
    from_at: *mut off_t,
    count: size_t,
) -> ssize_t {
    if Tracing::of(path_of(to).as_deref()).is_on() {
        return fail(libc::ENOSYS) as ssize_t;
    }
    // SAFETY: the program's word.
    (unsafe { libc::syscall(libc::SYS_sendfile, to, from, from_at, count) }) as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: the program's word.
    let given = unsafe { call(libc::SYS_clock_gettime, [clock.into(), word(time), 0, 0]) };
    if given == 0 && clock == libc::CLOCK_REALTIME {
        // SAFETY: the kernel has just written there.
        unsafe { (*time).tv_sec += plan::clock_s() };
    }
    given as c_int
}
