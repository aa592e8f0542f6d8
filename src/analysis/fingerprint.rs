//! The identity of a finding across runs, machines and moved lines.

use crate::analysis::item::Item;
use crate::report::Origin;
use crate::rule::RuleId;

/// A hash of kind, rule, name, file, function and package: never of ids, times, ports or lines.
pub(crate) fn of(item: &Item, rule: RuleId) -> String {
    let parts = [
        item.kind.as_str(),
        rule.as_str(),
        item.name.as_deref().unwrap_or_default(),
        item.location.as_ref().map(|place| file(item.origin, &place.file)).unwrap_or_default(),
        item.package.as_ref().map(|package| package.name.as_str()).unwrap_or_default(),
        item.location.as_ref().and_then(|place| place.function.as_deref()).unwrap_or_default(),
    ];
    let mut hash = Fnv::default();
    for part in parts {
        hash.write(part.as_bytes());
        hash.write(&[0]);
    }
    format!("{:016x}", hash.0)
}

/// The file inside a dependency: `hyper-util-0.1.21/src/rt.rs` and the next version are one. A file
/// of the handler's own is named whole, for the members of a workspace are different handlers.
fn file(origin: Option<Origin>, file: &str) -> &str {
    match file.find("/src/") {
        Some(at) if origin != Some(Origin::Handler) => &file[at..],
        _ => file,
    }
}

/// FNV-1a, 64 bits: stable over versions and machines, unlike the standard library's hasher.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
