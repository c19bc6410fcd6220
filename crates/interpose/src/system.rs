//! What is asked of the kernel, past ourselves: the functions of the C library are ours.

#![allow(unsafe_code)]

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

use libc::{c_char, c_int, c_long, c_void};

/// What tells one plan from the next: a new file has another number, or at least another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    inode: u64,
    seconds: i64,
    nanoseconds: i64,
}

/// A system call whose result is the C library's: -1 with `errno`, or what it gave.
///
/// # Safety
/// As the kernel says of the call.
pub(crate) unsafe fn call(number: c_long, args: [c_long; 4]) -> c_long {
    let [a, b, c, d] = args;
    // SAFETY: the caller's word.
    unsafe { libc::syscall(number, a, b, c, d) }
}

/// Where the plan is; none if there is to be none.
fn plan_path() -> Option<&'static CStr> {
    static PATH: OnceLock<Option<CString>> = OnceLock::new();
    PATH.get_or_init(|| named("INTERPOSE_PLAN")).as_deref()
}

/// Where to say what was met.
fn said_path() -> Option<&'static CStr> {
    static PATH: OnceLock<Option<CString>> = OnceLock::new();
    PATH.get_or_init(|| named("INTERPOSE_SAID")).as_deref()
}

fn named(variable: &str) -> Option<CString> {
    CString::new(std::env::var_os(variable)?.as_bytes()).ok()
}

/// Which plan there is now.
pub(crate) fn plan_stamp() -> Option<Stamp> {
    let path = plan_path()?;
    // SAFETY: all zeros are a `stat`.
    let mut found: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends with a zero byte, and `found` is ours.
    let done = unsafe {
        call(
            libc::SYS_newfstatat,
            [libc::AT_FDCWD.into(), path.as_ptr() as c_long, (&raw mut found) as c_long, 0],
        )
    };
    (done == 0).then_some(Stamp {
        inode: found.st_ino,
        seconds: found.st_mtime,
        nanoseconds: found.st_mtime_nsec,
    })
}

/// The plan's text.
pub(crate) fn plan_text() -> Option<String> {
    let fd = open(plan_path()?, libc::O_RDONLY, 0)?;
    let mut bytes = vec![0; 16 * 1024];
    // SAFETY: the buffer is ours, and as long as is said.
    let read = unsafe {
        call(
            libc::SYS_read,
            [fd.into(), bytes.as_mut_ptr() as c_long, bytes.len().try_into().ok()?, 0],
        )
    };
    close(fd);
    bytes.truncate(usize::try_from(read).ok()?);
    String::from_utf8(bytes).ok()
}

/// Appends a line to what was met.
pub(crate) fn say(line: &str) {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND;
    let Some(fd) = said_path().and_then(|path| open(path, flags, 0o600)) else { return };
    let line = format!("{line}\n");
    // SAFETY: the text is ours, and as long as is said.
    unsafe {
        call(libc::SYS_write, [fd.into(), line.as_ptr() as c_long, line.len() as c_long, 0]);
    }
    close(fd);
}

fn open(path: &CStr, flags: c_int, mode: c_long) -> Option<c_int> {
    let flags = flags | libc::O_CLOEXEC;
    // SAFETY: the path ends with a zero byte.
    let fd = unsafe {
        let path = path.as_ptr() as c_long;
        call(libc::SYS_openat, [libc::AT_FDCWD.into(), path, flags.into(), mode])
    };
    c_int::try_from(fd).ok().filter(|fd| 0 <= *fd)
}

fn close(fd: c_int) {
    // SAFETY: we opened it.
    unsafe { call(libc::SYS_close, [fd.into(), 0, 0, 0]) };
}

/// Ends this process at once, as `kill -9` does.
pub(crate) fn kill() -> ! {
    loop {
        // SAFETY: no pointers.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
    }
}

/// Waits.
pub(crate) fn sleep(microseconds: u32) {
    // SAFETY: no pointers.
    unsafe { libc::usleep(microseconds) };
}

/// Fails as told: what the C library's function gives then.
pub(crate) fn fail(errno: c_int) -> c_long {
    // SAFETY: it is this thread's own.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// The path of an open file; none of what is no file.
pub(crate) fn path_of(fd: c_int) -> Option<String> {
    let link = CString::new(format!("/proc/self/fd/{fd}")).ok()?;
    let mut bytes = [0_u8; libc::PATH_MAX as usize];
    // SAFETY: the path ends with a zero byte; the buffer is ours, and as long as is said.
    let length = unsafe {
        call(
            libc::SYS_readlinkat,
            [
                libc::AT_FDCWD.into(),
                link.as_ptr() as c_long,
                bytes.as_mut_ptr() as c_long,
                bytes.len() as c_long,
            ],
        )
    };
    let path = bytes.get(..usize::try_from(length).ok()?)?;
    let path = String::from_utf8_lossy(path).into_owned();
    path.starts_with('/').then_some(path)
}

/// The path that a name means, from where the process is.
///
/// # Safety
/// `name` ends with a zero byte.
pub(crate) unsafe fn path_at(name: *const c_char) -> Option<String> {
    // SAFETY: the caller's word.
    let name = unsafe { CStr::from_ptr(name) };
    let path = std::path::absolute(OsStr::from_bytes(name.to_bytes())).ok()?;
    Some(path.to_string_lossy().into_owned())
}

/// A pointer as the kernel takes it.
pub(crate) fn word<T>(pointer: *const T) -> c_long {
    pointer.cast::<c_void>() as c_long
}
