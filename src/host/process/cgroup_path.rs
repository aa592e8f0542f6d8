//! The place of our own cgroup in the file system, from what `/proc` says. Whether it may be used is
//! not asked here.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

/// The folder of our cgroup of version 2, from `/proc/self/mountinfo` and `/proc/self/cgroup`.
///
/// `None`: there is no such hierarchy, it is not mounted here, or not the part of it that we are in.
pub(super) fn own(mounts: &str, memberships: &str) -> Option<PathBuf> {
    // Version 2 is the hierarchy without a number and without names of controllers.
    let path = memberships.lines().find_map(|line| line.strip_prefix("0::"))?;
    let found = mounts.lines().find_map(|line| within(Path::new(path), mount(line)?));
    // Elsewhere it stands in one line.
    found.filter(|folder| folder.to_str().is_some_and(|folder| !folder.contains('\n')))
}

/// A mounted hierarchy of version 2: which part of it, and where.
fn mount(line: &str) -> Option<(PathBuf, PathBuf)> {
    // `36 35 98:0 ROOT MOUNT_POINT OPTIONS [TAG…] - TYPE SOURCE OPTIONS`
    let (mount, system) = line.split_once(" - ")?;
    if system.split(' ').next() != Some("cgroup2") {
        return None;
    }
    let mut fields = mount.split(' ').skip(3);
    Some((unescaped(fields.next()?), unescaped(fields.next()?)))
}

fn within(path: &Path, (root, mount_point): (PathBuf, PathBuf)) -> Option<PathBuf> {
    let inside = path.strip_prefix(root).ok()?;
    // What is outside of our namespace is named by way of `..`.
    let is_inside = inside.components().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| mount_point.join(inside))
}

/// Blanks, line ends and backslashes are written as three octal digits.
fn unescaped(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..3).filter(|_| *first == b'\\');
        let code = code.filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let code = code.and_then(|digits| str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIFIED: &str = "\
23 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 master:2 - cgroup2 cgroup2 rw,nsdelegate
";

    fn found(mounts: &str, memberships: &str) -> Option<String> {
        own(mounts, memberships).map(|folder| folder.to_str().unwrap().to_owned())
    }

    #[test]
    fn our_cgroup_is_found_beside_those_of_version_1() {
        let at = |path: &str| format!("6:freezer:/elsewhere\n0::{path}\n");
        assert_eq!(found(UNIFIED, &at("/")).as_deref(), Some("/sys/fs/cgroup/unified/"));
        assert_eq!(
            found(UNIFIED, &at("/user.slice/a b.scope")).as_deref(),
            Some("/sys/fs/cgroup/unified/user.slice/a b.scope")
        );
    }

    #[test]
    fn only_a_part_of_the_hierarchy_may_be_mounted() {
        let part = "41 31 0:38 /docker/7f /cgroup\\040of\\134\\0407f rw - cgroup2 none rw\n";
        assert_eq!(found(part, "0::/docker/7f").as_deref(), Some("/cgroup of\\ 7f/"));
        assert_eq!(found(part, "0::/docker/7f/job").as_deref(), Some("/cgroup of\\ 7f/job"));
        assert_eq!(found(part, "0::/docker/7"), None);
        assert_eq!(found(part, "0::/"), None);
        // The first part that we are in counts.
        let both = format!("{part}{UNIFIED}");
        assert_eq!(found(&both, "0::/x").as_deref(), Some("/sys/fs/cgroup/unified/x"));
    }

    #[test]
    fn what_is_outside_of_our_namespace_is_not_ours() {
        assert_eq!(found(UNIFIED, "0::/../other"), None);
        let outside = UNIFIED.replace("0:38 /", "0:38 /../..");
        assert_eq!(found(&outside, "0::/"), None);
    }

    #[test]
    fn without_version_2_there_is_none() {
        assert_eq!(found(UNIFIED, "6:freezer:/\n"), None);
        assert_eq!(found(&UNIFIED.replace("cgroup2 ", "cgroup "), "0::/"), None);
        assert_eq!(found("", ""), None);
        assert_eq!(found("nonsense\n - cgroup2\n1 2 3 - cgroup2 a b\n", "0::/"), None);
        let two_lines = "41 31 0:38 / /a\\012b rw - cgroup2 none rw\n";
        assert_eq!(found(two_lines, "0::/"), None);
    }

    #[test]
    fn what_is_no_escape_stays() {
        for (text, path) in [("/a\\", "/a\\"), ("/\\9", "/\\9"), ("/\\777", "/\\777")] {
            assert_eq!(unescaped(text), Path::new(path));
        }
    }
}
