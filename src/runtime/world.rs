//! The one door to clock, files and watcher. Nothing else under `runtime` opens one of its own.
//!
//! [`World`] is a handle whose inside is closed: a simulation puts another kind beside [`Kind::Real`]
//! and answers the same calls with its own clock and faults, and no caller changes.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Time since the world began; never goes back.
pub type Moment = Duration;

/// What tells one state of a file from another without reading it. Never an order: two are equal or
/// not. The change time is in it because a program can set the modification time back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Fingerprint {
    /// Bytes.
    pub size: u64,
    /// Modified, nanoseconds since 1970.
    pub modified: i128,
    /// Changed (content, name or rights), nanoseconds since 1970.
    pub changed: i128,
    /// Device and inode.
    pub inode: (u64, u64),
}

/// What lies at a path; links are seen, never followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A regular file.
    File(Fingerprint),
    /// A folder, with its device and inode.
    Folder((u64, u64)),
    /// A link, a pipe, a socket, a device.
    Other,
    /// Nothing.
    Missing,
    /// Something that may not be looked at.
    Unreadable,
}

/// The door. Cloning gives another handle to the same world.
#[derive(Debug, Clone)]
pub struct World {
    kind: Arc<Kind>,
}

#[derive(Debug)]
enum Kind {
    Real { began: Instant },
}

impl World {
    /// Opens the door to this machine.
    pub fn real() -> Self {
        Self { kind: Arc::new(Kind::Real { began: Instant::now() }) }
    }

    /// Returns the wall clock, for `recorded_at` and nothing else.
    pub fn now(&self) -> Timestamp {
        match *self.kind {
            Kind::Real { .. } => Timestamp::now(),
        }
    }

    /// Returns the time since the world began.
    pub fn moment(&self) -> Moment {
        match *self.kind {
            Kind::Real { began } => began.elapsed(),
        }
    }

    /// Blocks the calling thread.
    pub fn sleep(&self, time: Duration) {
        match *self.kind {
            Kind::Real { .. } => std::thread::sleep(time),
        }
    }

    /// Returns `time` give or take a tenth, so that daemons started together drift apart.
    pub fn jitter(&self, time: Duration) -> Duration {
        let share =
            u32::from_le_bytes(self.now().as_nanosecond().to_le_bytes()[..4].try_into().unwrap_or_default())
                .wrapping_mul(2_654_435_761)
                % 2_001;
        time * (9_000 + share) / 10_000
    }

    /// Looks at a path without following a link at its end.
    pub fn look(&self, path: &Path) -> Found {
        match *self.kind {
            Kind::Real { .. } => match fs::symlink_metadata(path) {
                Ok(metadata) => found(&metadata),
                Err(error) if is_gone(&error) => Found::Missing,
                Err(_) => Found::Unreadable,
            },
        }
    }

    /// Lists a folder: every entry's path and what it is, sorted by path.
    ///
    /// # Errors
    /// When the folder is gone or may not be read.
    pub fn list(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Found)>> {
        match *self.kind {
            Kind::Real { .. } => {
                let mut entries = Vec::new();
                for entry in fs::read_dir(folder)? {
                    let path = entry?.path();
                    let found = self.look(&path);
                    entries.push((path, found));
                }
                entries.sort_by(|one, other| one.0.cmp(&other.0));
                Ok(entries)
            }
        }
    }

    /// Opens a file to be read, with its fingerprint now. `beneath` is the folder it must lie under:
    /// no link on the way from there is followed, so a file cannot lead out of the inbox.
    ///
    /// # Errors
    /// When it is gone, may not be read, is reached through a link, or is no regular file.
    pub fn open(&self, beneath: &Path, path: &Path) -> io::Result<OpenFile> {
        match *self.kind {
            Kind::Real { .. } => {
                let file = open_beneath(beneath, path)?;
                let open = OpenFile { file };
                open.fingerprint()?;
                Ok(open)
            }
        }
    }

    /// Returns the path with every link on it followed.
    ///
    /// # Errors
    /// When something on it is gone or may not be passed.
    pub fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        match *self.kind {
            Kind::Real { .. } => fs::canonicalize(path),
        }
    }

    /// Reads a whole small file of the program's own, or one that a person named.
    ///
    /// # Errors
    /// As the system has them.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match *self.kind {
            Kind::Real { .. } => fs::read(path),
        }
    }

    /// Waits without holding a thread.
    pub async fn pause(&self, time: Duration) {
        match *self.kind {
            Kind::Real { .. } => tokio::time::sleep(time).await,
        }
    }

    /// Makes a folder and those above it.
    ///
    /// # Errors
    /// As the system has them.
    pub fn make_folder(&self, path: &Path) -> io::Result<()> {
        match *self.kind {
            Kind::Real { .. } => fs::create_dir_all(path),
        }
    }

    /// Writes a small file in one go.
    ///
    /// # Errors
    /// As the system has them.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match *self.kind {
            Kind::Real { .. } => fs::write(path, bytes),
        }
    }

    /// Removes a file.
    ///
    /// # Errors
    /// As the system has them.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        match *self.kind {
            Kind::Real { .. } => fs::remove_file(path),
        }
    }

    /// Moves a file, across filesystems if need be; an existing target is replaced.
    ///
    /// # Errors
    /// As the system has them; the original is then still where it was.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match *self.kind {
            Kind::Real { .. } => match fs::rename(from, to) {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    fs::copy(from, to)?;
                    fs::File::open(to)?.sync_all()?;
                    fs::remove_file(from)
                }
                other => other,
            },
        }
    }

    /// Tells whether a path lies on a filesystem whose changes by other machines give no events.
    pub fn is_network(&self, path: &Path) -> bool {
        match *self.kind {
            Kind::Real { .. } => rustix::fs::statfs(path).is_ok_and(|stat| is_network_magic(stat.f_type)),
        }
    }

    /// Starts a watcher that calls `hint` from a thread of its own with what the system says.
    ///
    /// # Errors
    /// When the system has no watcher to give (its limits, mostly).
    pub fn watcher(
        &self,
        hint: impl Fn(notify::Result<notify::Event>) + Send + 'static,
    ) -> notify::Result<Watcher> {
        match *self.kind {
            Kind::Real { .. } => {
                Ok(Watcher { inner: notify::RecommendedWatcher::new(hint, notify::Config::default())? })
            }
        }
    }
}

use notify::Watcher as _;

/// Watches folders one by one; never what is below them, so that one unreadable folder stops no
/// other, and no link is followed.
#[derive(Debug)]
pub struct Watcher {
    inner: notify::RecommendedWatcher,
}

impl Watcher {
    /// Watches one folder.
    ///
    /// # Errors
    /// When it is gone, may not be read, or the system's number of watches is used up.
    pub fn watch(&mut self, folder: &Path) -> notify::Result<()> {
        self.inner.watch(folder, notify::RecursiveMode::NonRecursive)
    }

    /// Stops watching one folder; no matter if it is gone.
    pub fn unwatch(&mut self, folder: &Path) {
        let _gone_already = self.inner.unwatch(folder);
    }
}

/// A file open for reading.
#[derive(Debug)]
pub struct OpenFile {
    file: fs::File,
}

impl OpenFile {
    /// Returns the fingerprint of the open file, wherever its name leads by now.
    ///
    /// # Errors
    /// When it is no regular file.
    pub fn fingerprint(&self) -> io::Result<Fingerprint> {
        match found(&self.file.metadata()?) {
            Found::File(fingerprint) => Ok(fingerprint),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
        }
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

fn found(metadata: &fs::Metadata) -> Found {
    use std::os::unix::fs::MetadataExt;
    let inode = (metadata.dev(), metadata.ino());
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    if metadata.is_file() {
        Found::File(Fingerprint {
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode,
        })
    } else if metadata.is_dir() {
        Found::Folder(inode)
    } else {
        Found::Other
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A pipe without a writer must not hold the reader up, hence NONBLOCK; it is refused right after.
fn open_beneath(beneath: &Path, path: &Path) -> io::Result<fs::File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    #[cfg(target_os = "linux")]
    if let Ok(below) = path.strip_prefix(beneath) {
        use rustix::fs::ResolveFlags;
        let folder =
            rustix::fs::open(beneath, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        match rustix::fs::openat2(&folder, below, flags, Mode::empty(), resolve) {
            // A kernel or a sandbox without openat2: the last step at least follows no link.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {}
            other => return Ok(other?.into()),
        }
    }
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

/// The numbers are the kernel's (`statfs(2)`, linux/magic.h).
const fn is_network_magic(magic: i64) -> bool {
    matches!(
        magic & 0xffff_ffff,
        0x6969          // NFS
        | 0x517b        // SMB
        | 0xff53_4d42   // CIFS
        | 0xfe53_4d42   // SMB2
        | 0x6573_5546   // FUSE: sshfs and the like
        | 0x0102_1997   // 9P: shared folders of virtual machines
        | 0x00c3_6400   // Ceph
        | 0x5346_414f   // AFS
        | 0x7375_7245   // Coda
        | 0x0bd0_0bd0   // Lustre
        | 0x786f_4256   // VirtualBox shared folder
        | 0x6a65_6a62 // virtiofs under some kernels
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_seen_and_never_opened() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        let link = folder.path().join("link.txt");
        std::os::unix::fs::symlink(outside.path(), &link).unwrap();
        let world = World::real();
        assert_eq!(world.look(&link), Found::Other);
        assert!(world.open(folder.path(), &link).is_err());
        let linked_folder = folder.path().join("linked");
        std::os::unix::fs::symlink(outside.path().parent().unwrap(), &linked_folder).unwrap();
        let through = linked_folder.join(outside.path().file_name().unwrap());
        assert!(world.open(folder.path(), &through).is_err(), "a folder on the way is a link");
    }

    #[test]
    fn network_filesystems_are_told_by_their_magic() {
        assert!(is_network_magic(0x6969));
        assert!(is_network_magic(0xff53_4d42_u32 as i32 as i64), "sign-extended on 32 bits");
        assert!(!is_network_magic(0xef53), "ext4");
    }
}
