//! The shim itself: SQLite's `unix` VFS with a look at each call before it is made.
//!
//! A sync is noted and not made: nothing here outlives the machine, and the tests are the faster.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem;
use std::path::Path;
use std::ptr;
use std::sync::{Arc, Once};

use rusqlite::ffi::{
    SQLITE_IOERR, SQLITE_OK, SQLITE_OPEN_CREATE, SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_WAL,
    SQLITE_SHM_LOCK, sqlite3_file, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find,
    sqlite3_vfs_register,
};

use crate::disk::{Inner, find};
use crate::trace::Node;
use crate::{Call, Fault, How};

/// What stands before SQLite's own file in the room that it gives to each open file.
#[repr(C)]
struct Shim {
    base: sqlite3_file,
    opened: *mut Opened,
}

/// What we know of an open file.
struct Opened {
    disk: Arc<Inner>,
    name: String,
    node: Option<Node>,
    /// Whether the next sync is to sync the folder too, as SQLite does for a journal that it
    /// may have made.
    syncs_folder: bool,
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Without memory-mapped files, which nobody here asks for.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes the shim this process's default VFS, once.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the default VFS lives as long as the process, and so does ours, which is leaked.
        unsafe {
            let base = sqlite3_vfs_find(ptr::null());
            assert!(!base.is_null(), "SQLite has a default VFS");
            let mut shim = *base;
            let room = c_int::try_from(mem::size_of::<Shim>()).expect("it is small");
            shim.szOsFile += room;
            shim.pNext = ptr::null_mut();
            shim.zName = c"weir-faults".as_ptr();
            shim.pAppData = base.cast();
            shim.xOpen = Some(open);
            shim.xDelete = Some(delete);
            shim.xAccess = Some(access);
            shim.xFullPathname = Some(full_pathname);
            // The other calls of the `unix` VFS do not look at the VFS that they are given.
            let registered = sqlite3_vfs_register(Box::into_raw(Box::new(shim)), 1);
            assert_eq!(registered, SQLITE_OK, "SQLite takes a VFS");
        }
    });
}

/// The VFS below ours.
unsafe fn base_of(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    // SAFETY: `vfs` is ours, whose data is the VFS below it.
    unsafe { (*vfs).pAppData.cast() }
}

/// The file of the VFS below, which lies behind ours in the same room.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: SQLite gives room for both; ours is a multiple of a pointer's size.
    unsafe { file.cast::<Shim>().add(1).cast() }
}

unsafe fn opened<'a>(file: *mut sqlite3_file) -> &'a mut Opened {
    // SAFETY: set by `open`, freed by `close`; SQLite uses a file on one thread at a time.
    unsafe { &mut *(*file.cast::<Shim>()).opened }
}

/// Calls a method of the file below.
macro_rules! below {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: the file below was opened, so that it has its methods, all of version 2.
        unsafe {
            let real = real($file);
            match (*(*real).pMethods).$method {
                Some(method) => method(real $(, $argument)*),
                None => unreachable!("the `unix` VFS has it"),
            }
        }
    }};
}

unsafe fn path_of<'a>(name: *const c_char) -> Option<&'a Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite's names end with a zero and live longer than the call.
    unsafe { CStr::from_ptr(name) }.to_str().ok().map(Path::new)
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for our file and the one below; a file without methods is not open.
    unsafe {
        let base = base_of(vfs);
        let Some(open) = (*base).xOpen else { return SQLITE_IOERR };
        let Some((disk, name_there)) = path_of(name).and_then(find) else {
            return open(base, name, file, flags, out);
        };
        (*file).pMethods = ptr::null();
        if let Some(fault) = disk.meets(Call::Open) {
            return fault.code();
        }
        disk.before_open(&name_there);
        let done = open(base, name, real(file), flags, out);
        if done != SQLITE_OK {
            return done;
        }
        let node = disk.opened(&name_there);
        let is_journal = flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL) != 0;
        let syncs_folder = is_journal && flags & SQLITE_OPEN_CREATE != 0;
        let opened = Box::new(Opened { disk, name: name_there, node, syncs_folder });
        (*file.cast::<Shim>()).opened = Box::into_raw(opened);
        (*file).pMethods = &raw const METHODS;
        SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: as SQLite calls it.
    unsafe {
        let base = base_of(vfs);
        let Some(delete) = (*base).xDelete else { return SQLITE_IOERR };
        let Some((disk, name_there)) = path_of(name).and_then(find) else {
            return delete(base, name, sync);
        };
        if let Some(fault) = disk.meets(Call::Delete) {
            return fault.code();
        }
        let done = delete(base, name, 0);
        if done == SQLITE_OK {
            disk.deleted(&name_there, sync != 0);
        }
        done
    }
}

unsafe extern "C" fn access(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: as SQLite calls it.
    unsafe {
        let base = base_of(vfs);
        (*base).xAccess.map_or(SQLITE_IOERR, |access| access(base, name, flags, out))
    }
}

unsafe extern "C" fn full_pathname(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: as SQLite calls it.
    unsafe {
        let base = base_of(vfs);
        (*base).xFullPathname.map_or(SQLITE_IOERR, |full| full(base, name, room, out))
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let done = below!(file, xClose);
    // SAFETY: made by `open`; SQLite closes a file once.
    let opened = unsafe { Box::from_raw((*file.cast::<Shim>()).opened) };
    opened.disk.closed(&opened.name);
    done
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    buffer: *mut c_void,
    count: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: the file is open.
    match unsafe { opened(file) }.disk.meets(Call::Read) {
        Some(fault) => fault.code(),
        None => below!(file, xRead, buffer, count, offset),
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    buffer: *const c_void,
    count: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: the file is open.
    let opened = unsafe { opened(file) };
    opened.disk.before_change(opened.node, &opened.name);
    let fault = opened.disk.meets(Call::Write);
    let count = match fault {
        None => count,
        Some(Fault { how: How::Short, .. }) => count / 2,
        Some(fault) => return fault.code(),
    };
    let done = below!(file, xWrite, buffer, count, offset);
    if done == SQLITE_OK {
        // SAFETY: SQLite gives at least so many bytes.
        let bytes =
            unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), length(count.into())) };
        opened.disk.written(opened.node, length(offset), bytes);
    }
    fault.map_or(done, |fault| fault.code())
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: the file is open.
    let opened = unsafe { opened(file) };
    opened.disk.before_change(opened.node, &opened.name);
    if let Some(fault) = opened.disk.meets(Call::Truncate) {
        return fault.code();
    }
    let done = below!(file, xTruncate, size);
    if done == SQLITE_OK {
        opened.disk.cut(opened.node, length(size));
    }
    done
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let opened = unsafe { opened(file) };
    opened.disk.before_change(opened.node, &opened.name);
    if let Some(fault) = opened.disk.meets(Call::Sync) {
        opened.disk.sync_failed(opened.node);
        return fault.code();
    }
    opened.disk.synced(opened.node, mem::take(&mut opened.syncs_folder));
    SQLITE_OK
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, out: *mut i64) -> c_int {
    below!(file, xFileSize, out)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    below!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    below!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    below!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    below!(file, xFileControl, operation, argument)
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    below!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    below!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    page_bytes: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is open.
    match unsafe { opened(file) }.disk.meets(Call::Map) {
        Some(fault) => fault.code(),
        None => below!(file, xShmMap, page, page_bytes, extend, out),
    }
}

unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // To let a lock go does not fail.
    if flags & SQLITE_SHM_LOCK != 0 {
        // SAFETY: the file is open.
        if let Some(fault) = unsafe { opened(file) }.disk.meets(Call::Lock) {
            return fault.code();
        }
    }
    below!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    below!(file, xShmBarrier);
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    below!(file, xShmUnmap, delete)
}

/// A count or an offset of SQLite's, which is never negative.
fn length(number: i64) -> usize {
    usize::try_from(number).expect("SQLite counts from zero")
}
