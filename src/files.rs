//! Files appear whole or not at all: whoever reads one sees what was there before or what is there now.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// Writes `bytes` to `path`: into a new file beside it, to the disk (`fsync`), then in place of the old one (`rename`).
///
/// A full disk, a kill or a loss of power leaves the old file, or none where there was none. What is no plain file, as
/// `/dev/stdout` or a pipe, cannot be replaced and is written to directly. A link is followed, and what it names is
/// replaced. The folder must be there.
///
/// # Errors
/// [`Error::Io`] with the path and the step that failed: `create`, `write`, `sync` or `rename`.
///
/// # Source
/// Pillai et al., *All File Systems Are Not Created Equal* (OSDI 2014): without the sync before the rename, a file may
/// be found empty after a loss of power; without the folder's sync, the rename may be undone.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if !is_replaceable(path) {
        return write_through(path, bytes);
    }
    Staged::new(path, bytes)?.put()
}

/// Writes several files of one folder: each is on the disk before the first one takes its place, so that a full disk
/// changes none of them. They take their places in the order given.
///
/// # Errors
/// As [`write`].
pub(crate) fn write_together(folder: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), Error> {
    let staged: Result<Vec<_>, _> = files.iter().map(|(name, bytes)| Staged::new(&folder.join(name), bytes)).collect();
    staged?.into_iter().try_for_each(Staged::put)
}

/// A file that is on the disk under another name. Dropped before it is [`put`](Self::put), it is removed.
struct Staged {
    temporary: PathBuf,
    path: PathBuf,
    is_put: bool,
}

impl Staged {
    fn new(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let temporary = beside(&target);
        let made = OpenOptions::new().write(true).create_new(true).open(&temporary);
        let mut file = made.map_err(|error| Error::io(path, "create", &error))?;
        // From here on the temporary file goes away whatever happens.
        let staged = Self { temporary, path: target, is_put: false };
        file.write_all(bytes).map_err(|error| Error::io(path, "write", &error))?;
        file.sync_all().map_err(|error| Error::io(path, "sync", &error))?;
        Ok(staged)
    }

    fn put(mut self) -> Result<(), Error> {
        std::fs::rename(&self.temporary, &self.path).map_err(|error| Error::io(&self.path, "rename", &error))?;
        self.is_put = true;
        sync_folder(&self.path)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_put {
            // Where even this fails, a file remains that nothing reads.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Whether a new file may take the place of what is at `path`: a plain file, or nothing yet.
fn is_replaceable(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |found| found.is_file() || found.is_dir())
}

fn write_through(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let opened = OpenOptions::new().write(true).open(path);
    opened.and_then(|mut file| file.write_all(bytes)).map_err(|error| Error::io(path, "write", &error))
}

/// A name in the same folder, and so on the same disk, that no other write uses: `.NAME.PROCESS-COUNT.tmp`.
fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

/// Puts a rename on the disk. Only Unix opens a folder as a file; elsewhere the file system sees to it.
fn sync_folder(path: &Path) -> Result<(), Error> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    match synced {
        // Some network and overlay file systems know no sync of a folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced.map_err(|error| Error::io(path, "sync", &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_made_and_replaced_and_nothing_else_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report.json");
        for text in ["first", "second, longer", "3"] {
            write(&path, text.as_bytes()).expect("room on the disk");
            assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
        }
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn a_write_that_fails_leaves_what_was_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let occupied = folder.path().join("occupied");
        std::fs::create_dir(&occupied).expect("made");
        let error = write(&occupied, b"x").expect_err("a folder is not replaced").to_string();
        assert!(error.contains("occupied: rename: "), "{error}");
        let nowhere = folder.path().join("no/such/folder.json");
        let error = write(&nowhere, b"x").expect_err("no folder").to_string();
        assert!(error.ends_with("folder.json: create: entity not found"), "{error}");
        assert_eq!(names(folder.path()), ["occupied"]);
    }

    #[test]
    fn of_several_files_none_changes_where_one_cannot_be_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a"), "old").expect("written");
        let files = [("a", b"new".to_vec()), ("missing/b", b"new".to_vec())];
        assert!(write_together(folder.path(), &files).is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join("a")).expect("it stays"), "old");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        write(&link, b"new").expect("room on the disk");
        assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "new");
        assert!(std::fs::symlink_metadata(&link).expect("it is there").is_symlink());
        write(Path::new("/dev/null"), b"gone").expect("it takes anything");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_named() {
        let error = write(Path::new("/dev/full"), b"x").expect_err("it is full").to_string();
        assert_eq!(error, "/dev/full: write: no storage space");
    }
}
