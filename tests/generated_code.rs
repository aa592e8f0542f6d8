//! Keeps the generated code equal to what the protocol files say.
//!
//! It needs no protoc: protox reads the files, prost-build and tonic-prost-build write the code. The
//! console's protocol files are read where cargo keeps the console-api crate that we depend on, so
//! that they cannot differ from the types that the crate brings. What the messages mean is not
//! checked here.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use prost_build::{Config, Module};

const PROTO_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proto");
const UPDATE: &str = "UPDATE_GENERATED";

const FEED_PROTO: &str = "loopcheck/feed/v1/feed.proto";
const RECORDING_PROTO: &str = "loopcheck/recording/v1/recording.proto";

/// Where the types of packages are that are not generated beside their users.
const CONSOLE_TYPES: (&str, &str) = (".rs.tokio.console", "::console_api");
const FEED_TYPES: (&str, &str) = (".loopcheck.feed.v1", "crate::feed::generated");

#[test]
fn the_messages_of_recordings_are_up_to_date() {
    let mut config = Config::new();
    for (package, module) in [CONSOLE_TYPES, FEED_TYPES] {
        config.extern_path(package, module);
    }
    check(RECORDING_PROTO, "src/recording/generated.rs", config);
}

#[test]
fn the_messages_of_the_feed_are_up_to_date() {
    check(FEED_PROTO, "src/feed/generated.rs", Config::new());
}

#[test]
fn the_service_of_the_feed_is_up_to_date() {
    let mut config = Config::new();
    let (package, module) = FEED_TYPES;
    config.extern_path(package, module);
    config.service_generator(tonic_prost_build::configure().service_generator());
    check(FEED_PROTO, "src/host/feed/generated.rs", config);
}

/// Compares a file with what is generated now, or writes it if the person who runs the test asks.
fn check(proto: &str, file: &str, config: Config) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let fresh = generate(proto, config);
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let update = std::env::var_os(UPDATE).is_some();
    if update {
        fs::write(&path, &fresh).expect("the generated file can be written");
        return;
    }
    // A checkout may have changed the line ends.
    let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differing = kept
        .lines()
        .zip(fresh.lines())
        .position(|(kept, fresh)| kept != fresh)
        .unwrap_or_else(|| kept.lines().count().min(fresh.lines().count()));
    assert!(
        kept == fresh,
        "{file} differs from the protocol files, first in line {};\n\
         to update it: {UPDATE}=1 cargo test --test generated_code",
        differing + 1,
    );
}

fn generate(proto: &str, mut config: Config) -> String {
    let descriptors = protox::compile([proto], [Path::new(PROTO_DIR), &console_protos()])
        .unwrap_or_else(|error| panic!("{error:?}"));
    // Imported files are given too, for what the types can derive; no code comes of them.
    let files: Vec<_> = descriptors
        .file
        .into_iter()
        .map(|file| (Module::from_protobuf_package_name(file.package()), file))
        .collect();
    let modules = config.generate(files).expect("code can be generated from the descriptors");
    assert_eq!(modules.len(), 1, "code was generated for another package");
    let code: String = modules.into_values().collect();
    format!(
        "//! Generated from `proto/{proto}`.\n//!\n\
         //! Written by `{UPDATE}=1 cargo test --test generated_code`; do not edit.\n\n{code}"
    )
}

/// The directory of the console's protocol files.
fn console_protos() -> PathBuf {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        // What was built is on this machine; crates of other systems may not be.
        .other_options(["--offline", "--filter-platform", "host-tuple"].map(str::to_owned))
        .exec()
        .expect("cargo metadata names the folders of the packages");
    let console_api = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "console-api")
        .expect("console-api is a dependency");
    let manifest = console_api.manifest_path.as_std_path();
    manifest.parent().expect("a manifest stands in a directory").join("proto")
}
