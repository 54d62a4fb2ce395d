//! Settings: `pipeline.toml`, the environment and flags, layer by layer.
//!
//! The commented `pipeline.toml` at the root of the repository is compiled in and is the lowest layer:
//! it has every key with its default, so a key that it does not have is unknown. Each layer is checked
//! by itself before it is merged, so that a mistake is shown where it was made.

mod layers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::layers::{Layer, environment_text, keys_of, merge};
use crate::error::{Exit, Failure};
use crate::ledger::threshold::Threshold;
use crate::runtime::{Options, Originals, Watching};

/// The commented file with every setting and its default; `socai config init` writes it.
pub const TEMPLATE: &str = include_str!("../pipeline.toml");
/// The file read from the current folder when none is named.
pub const FILE_NAME: &str = "pipeline.toml";
/// What an environment variable that sets something begins with.
pub const ENV_PREFIX: &str = "SOCAI__";

/// All settings; each is described in `pipeline.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct Config {
    pub data_dir: PathBuf,
    pub inbox: InboxConfig,
    pub limits: LimitsConfig,
    pub rules: RulesConfig,
    pub replay: ReplayConfig,
    pub workers: WorkersConfig,
    pub log: LogConfig,
    pub web: WebConfig,
}

/// The section `[inbox]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct InboxConfig {
    pub path: PathBuf,
    pub settle_ms: u64,
    pub rescan_seconds: u64,
    pub poll_ms: u64,
    pub watching: WatchingSetting,
    pub originals: OriginalsSetting,
    pub taken_path: PathBuf,
    pub ignore: Vec<String>,
}

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each value is described in pipeline.toml")]
pub enum WatchingSetting {
    Auto,
    Polling,
}

/// What becomes of originals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each value is described in pipeline.toml")]
pub enum OriginalsSetting {
    Keep,
    Move,
    Delete,
}

/// The section `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct LimitsConfig {
    pub document_bytes: u64,
    pub in_flight_documents: usize,
    pub in_flight_bytes: u64,
    pub stage_seconds: u64,
}

/// The section `[replay]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct ReplayConfig {
    pub fail_if: Vec<String>,
    pub keep_generations: u64,
}

impl ReplayConfig {
    /// Returns the conditions under which a replay is not activated; loading has checked them.
    pub fn thresholds(&self) -> Vec<Threshold> {
        self.fail_if.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// The section `[rules]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct RulesConfig {
    pub path: PathBuf,
}

/// The section `[workers]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct WorkersConfig {
    pub threads: usize,
}

/// The section `[web]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct WebConfig {
    pub enabled: bool,
    pub port: u16,
}

/// The section `[log]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each key is described in pipeline.toml, which is what users read")]
pub struct LogConfig {
    pub level: LevelSetting,
    pub retention_days: u64,
    pub retention_bytes: u64,
}

/// What is written to the structured log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the five levels have their common meaning")]
pub enum LevelSetting {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LevelSetting {
    /// Returns its name in lower case, as the settings have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Where a setting was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In a file, at a line from 1.
    File(PathBuf, usize),
    /// By an environment variable.
    Environment(String),
    /// By a flag.
    Flag(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File(path, line) => write!(out, "{}:{line}", path.display()),
            Self::Environment(name) => out.write_str(name),
            Self::Flag(flag) => out.write_str(flag),
        }
    }
}

/// The settings that hold, and where each was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// By key (`inbox.settle_ms`), every key.
    pub origins: BTreeMap<String, Origin>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

/// What the layers are read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// The environment, name and value; only [`ENV_PREFIX`] counts.
    pub environment: Vec<(String, String)>,
}

/// Reads every layer, checks each, and merges them: flag over environment over file over default.
///
/// # Errors
/// Every mistake found in a layer, each with its place; the exit code is 78.
pub fn load(sources: &Sources) -> Result<Loaded, Failure> {
    let mut merged: toml::Table = toml::from_str(TEMPLATE)
        .map_err(|error| Failure::internal(format!("the built-in pipeline.toml: {error}")))?;
    let mut origins: BTreeMap<String, Origin> = BTreeMap::new();
    for key in keys_of(&merged) {
        origins.insert(key, Origin::Default);
    }
    let mut failures = Vec::new();

    let file = sources.file.clone().or_else(|| Some(PathBuf::from(FILE_NAME)).filter(|path| path.exists()));
    if let Some(path) = &file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::new(Exit::Config, format!("cannot read {}: {error}", path.display()))
                .next("name an existing file with --config, or write one with `socai config init`")
        })?;
        let layer = Layer { name: path.display().to_string(), text: &text };
        match layer.check(&merged, &origins) {
            Ok(found) => {
                for (key, span) in found.spans {
                    let line = 1 + text[..span.start].matches('\n').count();
                    origins.insert(key, Origin::File(path.clone(), line));
                }
                merge(&mut merged, found.table);
            }
            Err(wrong) => failures.extend(wrong),
        }
    }
    for (name, value) in &sources.environment {
        let Some(key) = name.strip_prefix(ENV_PREFIX) else { continue };
        let key = key.to_lowercase().replace("__", ".");
        let text = environment_text(&key, value, &merged);
        let layer = Layer { name: format!("environment variable {name}"), text: &text };
        match layer.check(&merged, &origins) {
            Ok(found) => {
                origins.insert(key, Origin::Environment(name.clone()));
                merge(&mut merged, found.table);
            }
            Err(wrong) => failures.extend(wrong),
        }
    }
    if let Some(failure) = Failure::join(failures) {
        return Err(failure);
    }
    if let Some(data_dir) = &sources.data_dir {
        let data_dir = data_dir.to_string_lossy().into_owned();
        merged.insert("data_dir".to_owned(), toml::Value::String(data_dir));
        origins.insert("data_dir".to_owned(), Origin::Flag("--data-dir"));
    }
    let config: Config = merged.try_into().map_err(|error: toml::de::Error| {
        Failure::new(Exit::Config, error.message().to_owned()).next("run `socai config show --origin`")
    })?;
    // Two layers, each right by itself, may still not go together.
    if let Some((key, what)) = wrong_values(&config).into_iter().next() {
        let origin = origins.get(key).map_or_else(String::new, |origin| format!(" (set by {origin})"));
        return Err(Failure::new(Exit::Config, format!("{key}: {what}{origin}"))
            .next("run `socai config show --origin` to see where each setting comes from"));
    }
    Ok(Loaded { config, origins, file })
}

/// Lists the values that have the right type and make no sense.
fn wrong_values(config: &Config) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let positive = [
        ("inbox.rescan_seconds", config.inbox.rescan_seconds),
        ("inbox.poll_ms", config.inbox.poll_ms),
        ("limits.document_bytes", config.limits.document_bytes),
        ("limits.in_flight_documents", config.limits.in_flight_documents as u64),
        ("limits.stage_seconds", config.limits.stage_seconds),
        ("log.retention_days", config.log.retention_days),
        ("log.retention_bytes", config.log.retention_bytes),
    ];
    for (key, value) in positive {
        if value == 0 {
            wrong.push((key, "must be at least 1".to_owned()));
        }
    }
    if config.limits.in_flight_bytes < config.limits.document_bytes {
        let least = config.limits.document_bytes;
        let what = format!("must be no smaller than limits.document_bytes, which is {least}");
        wrong.push(("limits.in_flight_bytes", what));
    }
    if config.replay.keep_generations == 0 {
        wrong.push(("replay.keep_generations", "must be at least 1".to_owned()));
    }
    for text in &config.replay.fail_if {
        if let Err(what) = text.parse::<Threshold>() {
            wrong.push(("replay.fail_if", what));
        }
    }
    if config.data_dir.as_os_str().is_empty() {
        wrong.push(("data_dir", "must name a folder".to_owned()));
    }
    wrong
}

impl Config {
    /// Returns the folder that is watched.
    pub fn inbox_path(&self) -> PathBuf {
        or_below(&self.inbox.path, &self.data_dir, "inbox")
    }

    /// Returns the folder of the structured logs.
    pub fn log_dir(&self) -> PathBuf {
        self.data_dir.join("log")
    }

    /// Returns the event log's file.
    pub fn event_log_path(&self) -> PathBuf {
        self.data_dir.join("socai.db")
    }

    /// Returns what the runtime is told.
    pub fn options(&self) -> Options {
        let mut options = Options::new(&self.data_dir);
        options.inbox = self.inbox_path();
        options.taken_dir = or_below(&self.inbox.taken_path, &self.data_dir, "taken");
        options.settle = Duration::from_millis(self.inbox.settle_ms);
        options.rescan = Duration::from_secs(self.inbox.rescan_seconds);
        options.poll = Duration::from_millis(self.inbox.poll_ms);
        options.watching = match self.inbox.watching {
            WatchingSetting::Auto => Watching::Auto,
            WatchingSetting::Polling => Watching::Polling,
        };
        options.originals = match self.inbox.originals {
            OriginalsSetting::Keep => Originals::Keep,
            OriginalsSetting::Move => Originals::Move,
            OriginalsSetting::Delete => Originals::Delete,
        };
        options.ignore.clone_from(&self.inbox.ignore);
        options.document_bytes = self.limits.document_bytes;
        options.in_flight_documents = self.limits.in_flight_documents;
        options.in_flight_bytes = self.limits.in_flight_bytes;
        options.stage_time = Duration::from_secs(self.limits.stage_seconds);
        if self.workers.threads > 0 {
            options.workers = self.workers.threads;
        }
        options
    }
}

fn or_below(path: &Path, folder: &Path, name: &str) -> PathBuf {
    if path.as_os_str().is_empty() { folder.join(name) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str, environment: &[(&str, &str)]) -> Result<Loaded, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, text).unwrap();
        let environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sources = Sources { file: Some(path), data_dir: None, environment };
        load(&sources).map_err(|failure| {
            assert_eq!(failure.exit(), Exit::Config);
            failure.render(false)
        })
    }

    #[test]
    fn the_template_states_the_runtimes_own_defaults() {
        let loaded = load_text("", &[]).unwrap();
        assert_eq!(loaded.config.options(), Options::new("var"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_nearest_name() {
        let shown = load_text("[inbox]\nsetle_ms = 5\n", &[]).unwrap_err();
        assert!(shown.contains("unknown key `inbox.setle_ms`"), "{shown}");
        assert!(shown.contains("p.toml:2:1"), "{shown}");
        assert!(shown.contains("did you mean `inbox.settle_ms`?"), "{shown}");
        let shown = load_text("[imbox]\nsettle_ms = 5\n", &[]).unwrap_err();
        assert!(shown.contains("did you mean `inbox`?"), "{shown}");
    }

    #[test]
    fn every_mistake_of_a_layer_is_shown() {
        let shown = load_text("[inbox]\na = 1\nb = 2\n", &[]).unwrap_err();
        assert!(shown.contains("`inbox.a`") && shown.contains("`inbox.b`"), "{shown}");
    }

    #[test]
    fn a_wrong_type_or_value_is_shown_at_the_value() {
        let shown = load_text("[inbox]\nsettle_ms = \"soon\"\n", &[]).unwrap_err();
        assert!(shown.contains("p.toml:2:13"), "{shown}");
        let shown = load_text("[inbox]\nwatching = \"never\"\n", &[]).unwrap_err();
        assert!(shown.contains("auto") && shown.contains("polling"), "{shown}");
        let shown = load_text("[limits]\nstage_seconds = 0\n", &[]).unwrap_err();
        assert!(shown.contains("must be at least 1") && shown.contains(":2:17"), "{shown}");
    }

    #[test]
    fn the_environment_goes_over_the_file_and_says_so() {
        let environment = [("SOCAI__INBOX__SETTLE_MS", "7"), ("SOCAI__LOG__LEVEL", "debug"), ("HOME", "/")];
        let loaded = load_text("[inbox]\nsettle_ms = 5\npoll_ms = 6\n", &environment).unwrap();
        assert_eq!(loaded.config.inbox.settle_ms, 7);
        assert_eq!(loaded.config.inbox.poll_ms, 6);
        assert_eq!(loaded.config.log.level, LevelSetting::Debug);
        let origin = |key: &str| loaded.origins[key].to_string();
        assert_eq!(origin("inbox.settle_ms"), "SOCAI__INBOX__SETTLE_MS");
        assert!(origin("inbox.poll_ms").ends_with("p.toml:3"));
        assert_eq!(origin("inbox.rescan_seconds"), "default");
    }

    #[test]
    fn an_environment_variable_is_checked_like_a_file() {
        let shown = load_text("", &[("SOCAI__INBOX__SETLE_MS", "7")]).unwrap_err();
        assert!(shown.contains("SOCAI__INBOX__SETLE_MS") && shown.contains("inbox.settle_ms"), "{shown}");
        let shown = load_text("", &[("SOCAI__INBOX__SETTLE_MS", "soon")]).unwrap_err();
        assert!(shown.contains("inbox.settle_ms"), "{shown}");
    }

    #[test]
    fn layers_that_do_not_go_together_are_refused() {
        let shown = load_text("[limits]\nin_flight_bytes = 5\n", &[]).unwrap_err();
        assert!(shown.contains("no smaller than limits.document_bytes"), "{shown}");
    }
}
