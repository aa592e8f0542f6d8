//! Checks of a handler's file before it is started, and after that has failed.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::error::StartError;
use super::format;

/// Checks that `path` can be a handler: a file that exists and can be executed here.
///
/// A bare name is a file in the current directory; `PATH` is not searched.
pub(crate) fn check(path: &Path) -> Result<(), StartError> {
    check_file(path)?;
    match misfit(path) {
        Some(error) if !may_be_emulated() => Err(error),
        _ => Ok(()),
    }
}

/// Explains a failed start.
pub(super) fn explain(path: &Path, source: io::Error) -> StartError {
    const EXEC_FORMAT: i32 = rustix::io::Errno::NOEXEC.raw_os_error();
    if let Err(error) = check_file(path) {
        return error;
    }
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied => StartError::NotExecutable(path),
        // The file itself is there.
        io::ErrorKind::NotFound => match format::interpreter(&head(&path).unwrap_or_default()) {
            Some(interpreter) => StartError::Interpreter { path, interpreter },
            None => StartError::Other { path, source },
        },
        _ if source.raw_os_error() == Some(EXEC_FORMAT) => {
            misfit(&path).unwrap_or(StartError::Format { path, misfit: format::Misfit::Unknown })
        }
        _ => StartError::Other { path, source },
    }
}

/// The absolute path of a program, so that it is never searched in `PATH`.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, StartError> {
    std::path::absolute(path).map_err(|source| StartError::Other { path: path.to_owned(), source })
}

fn check_file(path: &Path) -> Result<(), StartError> {
    let named = || path.to_owned();
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => StartError::NotFound(named()),
        _ => StartError::Other { path: named(), source },
    })?;
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Err(StartError::Directory(named()));
    }
    if !kind.is_file() {
        return Err(StartError::NotRegular { path: named(), kind: name_of(kind) });
    }
    rustix::fs::access(path, Access::EXEC_OK).map_err(|_| StartError::NotExecutable(named()))
}

fn name_of(kind: FileType) -> &'static str {
    match kind {
        kind if kind.is_char_device() || kind.is_block_device() => "device",
        kind if kind.is_fifo() => "named pipe",
        kind if kind.is_socket() => "socket",
        _ => "special file",
    }
}

/// Returns the reason why this machine does not execute the file. A file that may not be read may
/// still be executed.
fn misfit(path: &Path) -> Option<StartError> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let misfit = format::misfit(&head(path).ok()?)?;
    Some(StartError::Format { path: path.to_owned(), misfit })
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(format::HEAD);
    File::open(path)?.take(format::HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Returns whether the kernel has interpreters for foreign programs, such as qemu.
fn may_be_emulated() -> bool {
    fs::read_dir("/proc/sys/fs/binfmt_misc").is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| !matches!(entry.file_name().to_str(), Some("register" | "status")))
    })
}
