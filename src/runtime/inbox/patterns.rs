//! Which files of the inbox are left alone, gitignore style.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::runtime::RuntimeError;

/// What editors, browsers, copy programs and desktops leave for a while; settings come after it and
/// may take one back with `!`.
pub const DEFAULTS: &[&str] = &[
    ".*",
    "*~",
    "\\#*#",
    "*.swp",
    "*.swx",
    "*.swo",
    "4913",
    "~$*",
    "*.tmp",
    "*.temp",
    "*.part",
    "*.partial",
    "*.crdownload",
    "*.download",
    "*.filepart",
    "*.lock",
    "Thumbs.db",
    "desktop.ini",
];

/// Compiled patterns.
#[derive(Debug)]
pub struct Patterns {
    root: PathBuf,
    matcher: Gitignore,
}

impl Patterns {
    /// Compiles the default patterns and then `given`, for paths under `root`.
    ///
    /// # Errors
    /// The first wrong pattern.
    pub fn new(root: &Path, given: &[String]) -> Result<Self, RuntimeError> {
        let wrong = |pattern: &str, error: &ignore::Error| RuntimeError::Pattern {
            pattern: pattern.to_owned(),
            message: error.to_string(),
        };
        let mut builder = GitignoreBuilder::new(root);
        for pattern in DEFAULTS.iter().copied().chain(given.iter().map(String::as_str)) {
            builder.add_line(None, pattern).map_err(|error| wrong(pattern, &error))?;
        }
        let matcher = builder.build().map_err(|error| wrong("all together", &error))?;
        Ok(Self { root: root.to_owned(), matcher })
    }

    /// Tells whether a path under the root is left alone, by itself or by a folder it lies in.
    pub fn leave_alone(&self, path: &Path, is_folder: bool) -> bool {
        path.starts_with(&self.root)
            && path != self.root
            && self.matcher.matched_path_or_any_parents(path, is_folder).is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_files_of_editors_are_left_alone_by_default() {
        let patterns = Patterns::new(Path::new("/inbox"), &[]).unwrap();
        let left = |name: &str| patterns.leave_alone(&Path::new("/inbox").join(name), false);
        for name in [".a.txt.swp", "a.txt~", "4913", "~$a.docx", "a.txt.part", ".git/config", "#a.txt#"] {
            assert!(left(name), "{name}");
        }
        for name in ["a.txt", "2012/báo cáo.txt", "a", "part.txt"] {
            assert!(!left(name), "{name}");
        }
    }

    #[test]
    fn settings_add_patterns_and_take_defaults_back() {
        let given = ["drafts/".to_owned(), "!*.tmp".to_owned()];
        let patterns = Patterns::new(Path::new("/inbox"), &given).unwrap();
        assert!(patterns.leave_alone(Path::new("/inbox/drafts/a.txt"), false));
        assert!(!patterns.leave_alone(Path::new("/inbox/a.tmp"), false));
        assert!(Patterns::new(Path::new("/inbox"), &["a{".to_owned()]).is_err());
    }
}
