//! Hostile values, for property tests.

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::model::time::Timestamp;

/// Any instant, the first and the last among them.
pub(super) fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)].prop_map(Timestamp::from_nanos)
}

/// Text that breaks what is careless with text.
pub(super) fn text() -> impl Strategy<Value = String> {
    let hostile = select(vec![
        "",
        "\0",
        "\r\n",
        "\u{1b}[31m\u{7}",
        "\u{202e}txt.exe",
        "\u{feff}",
        "\u{fffd}\u{10ffff}",
        "👩‍👩‍👧",
        "../../etc/passwd",
        "%0A::error::",
        "</script><!--",
        "\u{8d}LOOP\r\n\0",
    ]);
    prop_oneof![
        4 => any::<String>(),
        4 => hostile.prop_map(str::to_owned),
        1 => (0..20_000_usize).prop_map(|length| "ä".repeat(length)),
    ]
}
