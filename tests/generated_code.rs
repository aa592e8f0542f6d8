//! Keeps `src/recording/generated.rs` equal to what the protocol files say.
//!
//! It needs no protoc: protox reads the files, prost-build writes the code. The console's protocol
//! files are read where cargo keeps the console-api crate that we depend on, so that they cannot
//! differ from the types that the crate brings. What the messages mean is not checked here.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// The protocol file, relative to [`PROTO_DIR`].
const PROTO_FILE: &str = "loopcheck/recording/v1/recording.proto";
const PROTO_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proto");
const GENERATED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/recording/generated.rs");
const UPDATE: &str = "UPDATE_GENERATED";

const HEADING: &str = "\
//! The messages of `proto/loopcheck/recording/v1/recording.proto`.
//!
//! Written by `UPDATE_GENERATED=1 cargo test --test generated_code`; do not edit. Turning messages
//! into observations is not its job.

";

#[test]
fn the_generated_code_is_up_to_date() {
    let fresh = generate();
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let update = std::env::var_os(UPDATE).is_some();
    if update {
        fs::write(GENERATED, &fresh).expect("the generated file can be written");
        return;
    }
    // A checkout may have changed the line ends.
    let kept = fs::read_to_string(GENERATED).unwrap_or_default().replace("\r\n", "\n");
    let differing = kept
        .lines()
        .zip(fresh.lines())
        .position(|(kept, fresh)| kept != fresh)
        .unwrap_or_else(|| kept.lines().count().min(fresh.lines().count()));
    assert!(
        kept == fresh,
        "{GENERATED} differs from the protocol files, first in line {};\n\
         to update it: {UPDATE}=1 cargo test --test generated_code",
        differing + 1,
    );
}

fn generate() -> String {
    let descriptors = protox::compile([PROTO_FILE], [Path::new(PROTO_DIR), &console_protos()])
        .unwrap_or_else(|error| panic!("{error:?}"));
    // The console's files are given too, for what the types can derive; no code comes of them.
    let files = descriptors
        .file
        .into_iter()
        .map(|file| (prost_build::Module::from_protobuf_package_name(file.package()), file))
        .collect();
    let modules = prost_build::Config::new()
        .extern_path(".rs.tokio.console", "::console_api")
        .generate(files)
        .expect("code can be generated from the descriptors");
    assert_eq!(modules.len(), 1, "code was generated for another package");
    let code: String = modules.into_values().collect();
    format!("{HEADING}{code}")
}

/// The directory of the console's protocol files.
fn console_protos() -> PathBuf {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        // What was built is on this machine; crates of other systems may not be.
        .other_options(["--offline", "--filter-platform", "host-tuple"].map(str::to_owned))
        .exec()
        .expect("cargo metadata tells where the packages are");
    let console_api = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "console-api")
        .expect("console-api is a dependency");
    let manifest = console_api.manifest_path.as_std_path();
    manifest.parent().expect("a manifest stands in a directory").join("proto")
}
