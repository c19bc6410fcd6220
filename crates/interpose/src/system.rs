//! What is asked of the kernel, past ourselves: the functions of the C library are ours.

#![allow(unsafe_code)]

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
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

/// Where to note what is done to files, if somebody wants to know.
fn trace_path() -> Option<&'static CStr> {
    static PATH: OnceLock<Option<CString>> = OnceLock::new();
    PATH.get_or_init(|| named("INTERPOSE_TRACE")).as_deref()
}

/// The folder below which that is noted.
pub(crate) fn traced() -> Option<&'static str> {
    static PATH: OnceLock<Option<String>> = OnceLock::new();
    let below = || std::env::var("INTERPOSE_BELOW").ok().filter(|_| trace_path().is_some());
    PATH.get_or_init(below).as_deref()
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
    let found = stat(libc::AT_FDCWD, plan_path()?, 0)?;
    Some(Stamp { inode: found.st_ino, seconds: found.st_mtime, nanoseconds: found.st_mtime_nsec })
}

/// The number of the file that is open.
pub(crate) fn inode_of(fd: c_int) -> Option<u64> {
    Some(stat(fd, c"", libc::AT_EMPTY_PATH)?.st_ino)
}

/// The number of the file at a path, if there is one.
pub(crate) fn inode_at(path: &str) -> Option<u64> {
    let path = CString::new(path).ok()?;
    Some(stat(libc::AT_FDCWD, &path, libc::AT_SYMLINK_NOFOLLOW)?.st_ino)
}

fn stat(folder: c_int, path: &CStr, flags: c_int) -> Option<libc::stat> {
    // SAFETY: all zeros are a `stat`.
    let mut found: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends with a zero byte, and `found` is ours.
    let done = unsafe {
        call(
            libc::SYS_newfstatat,
            [folder.into(), path.as_ptr() as c_long, (&raw mut found) as c_long, flags.into()],
        )
    };
    (done == 0).then_some(found)
}

/// Where in an open file the next write begins.
pub(crate) fn place_in(fd: c_int) -> i64 {
    // SAFETY: no pointers.
    unsafe { call(libc::SYS_lseek, [fd.into(), 0, libc::SEEK_CUR.into(), 0]) }
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
    append(said_path(), format!("{line}\n").as_bytes());
}

/// Appends to what was done.
pub(crate) fn note(record: &[u8]) {
    append(trace_path(), record);
}

fn append(path: Option<&CStr>, bytes: &[u8]) {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND;
    let Some(fd) = path.and_then(|path| open(path, flags, 0o600)) else { return };
    // SAFETY: the bytes are ours, and as many as is said.
    unsafe {
        call(libc::SYS_write, [fd.into(), bytes.as_ptr() as c_long, bytes.len() as c_long, 0]);
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

/// The path that a name means, from an open folder or from where the process is.
///
/// # Safety
/// `name` ends with a zero byte.
pub(crate) unsafe fn path_at(folder: c_int, name: *const c_char) -> Option<String> {
    // SAFETY: the caller's word.
    let name = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes()));
    let path = match folder {
        libc::AT_FDCWD => std::path::absolute(name).ok()?,
        _ if name.is_absolute() => name.to_owned(),
        _ => Path::new(&path_of(folder)?).join(name),
    };
    Some(path.to_string_lossy().into_owned())
}

/// A pointer as the kernel takes it.
pub(crate) fn word<T>(pointer: *const T) -> c_long {
    pointer.cast::<c_void>() as c_long
}
