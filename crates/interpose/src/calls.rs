//! The C library's functions, as the program finds them.
//!
//! Each looks at the plan and then asks the kernel itself. `open` takes its mode as a third argument
//! whether it was given or not: so it is passed on the machines that we know of.

#![allow(unsafe_code)]

use libc::{c_char, c_int, c_long, c_void, clockid_t, mode_t, off_t, size_t, ssize_t, timespec};

use crate::plan::{self, Verdict};
use crate::rule::{Call, Moment};
use crate::system::{self, call, fail, path_at, path_of, word};

/// Does what the plan says at this call on this file, and the call with the arguments of `done`.
/// What it is asked for is a whole call, or the first half of one.
fn done(what: Call, path: Option<String>, done: impl Fn(bool) -> c_long) -> c_long {
    let Some(path) = path else { return done(true) };
    let Verdict { kill, fail: errno, delay_us } = plan::verdict(what, &path);
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

/// As much of `count` as is to be written.
const fn part(count: size_t, whole: bool) -> c_long {
    (if whole { count } else { count / 2 }) as c_long
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    let write = |whole| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_write, [fd.into(), word(bytes), part(count, whole), 0]) }
    };
    done(Call::Write, path_of(fd), write) as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(fd: c_int, bytes: *const c_void, count: size_t, at: off_t) -> ssize_t {
    let write = |whole| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_pwrite64, [fd.into(), word(bytes), part(count, whole), at]) }
    };
    done(Call::Write, path_of(fd), write) as ssize_t
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
    // SAFETY: no pointers.
    done(Call::Sync, path_of(fd), |_| unsafe { call(libc::SYS_fsync, [fd.into(), 0, 0, 0]) })
        as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    // SAFETY: no pointers.
    done(Call::Sync, path_of(fd), |_| unsafe { call(libc::SYS_fdatasync, [fd.into(), 0, 0, 0]) })
        as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate(fd: c_int, length: off_t) -> c_int {
    // SAFETY: no pointers.
    done(Call::Cut, path_of(fd), |_| unsafe {
        call(libc::SYS_ftruncate, [fd.into(), length, 0, 0])
    }) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(fd: c_int, length: off_t) -> c_int {
    // SAFETY: no pointers.
    unsafe { ftruncate(fd, length) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    let here = libc::AT_FDCWD.into();
    // SAFETY: the program's word.
    let rename = |_| unsafe { call(libc::SYS_renameat, [here, word(from), here, word(to)]) };
    // SAFETY: the program's word.
    done(Call::Rename, unsafe { path_at(to) }, rename) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    let here = libc::AT_FDCWD.into();
    // SAFETY: the program's word.
    let unlink = |_| unsafe { call(libc::SYS_unlinkat, [here, word(path), 0, 0]) };
    // SAFETY: the program's word.
    done(Call::Unlink, unsafe { path_at(path) }, unlink) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    let here = libc::AT_FDCWD.into();
    let open = |_| {
        // SAFETY: the program's word.
        unsafe { call(libc::SYS_openat, [here, word(path), flags.into(), mode.into()]) }
    };
    if flags & (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT) == 0 {
        return open(true) as c_int;
    }
    // SAFETY: the program's word.
    done(Call::Open, unsafe { path_at(path) }, open) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the program's word.
    unsafe { open(path, flags, mode) }
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
