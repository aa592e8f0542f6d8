//! The whole table.

use super::sample::{Runtime, Sample};
use super::{node_broken, node_completion, node_connections, node_work, tokio, tokio_failing};

/// All samples.
pub fn samples() -> impl Iterator<Item = &'static Sample> {
    let parts = [
        tokio::SAMPLES,
        tokio_failing::SAMPLES,
        node_completion::SAMPLES,
        node_connections::SAMPLES,
        node_work::SAMPLES,
        node_broken::SAMPLES,
    ];
    parts.into_iter().flatten()
}

/// The samples that are run on tokio.
pub fn of_tokio() -> impl Iterator<Item = &'static Sample> {
    samples().filter(|sample| sample.runtimes() == [Runtime::Tokio])
}

/// The samples that are run on Node.js.
pub fn of_node() -> impl Iterator<Item = &'static Sample> {
    samples().filter(|sample| sample.runtimes() != [Runtime::Tokio])
}

/// The sample with this name.
pub fn sample(name: &str) -> &'static Sample {
    samples().find(|sample| sample.name == name).unwrap_or_else(|| panic!("no sample {name}"))
}

/// Every recording in `testdata/recordings`: its name, the sample and the runtime.
pub fn recordings() -> impl Iterator<Item = (&'static str, &'static Sample, Runtime)> {
    samples().filter_map(|sample| {
        let (name, runtime) = sample.recorded?;
        Some((name, sample, runtime))
    })
}
