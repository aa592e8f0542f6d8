//! The growth of the number of a finding's items from invocation to invocation.

use crate::report::Growth;

/// Reads the growth off the counts, one for each invocation; one invocation shows none.
pub(crate) fn of(counts: &[usize]) -> Option<Growth> {
    if counts.len() < 2 {
        return None;
    }
    let pending: Vec<usize> = counts.iter().copied().filter(|count| *count > 0).collect();
    if pending.len() < 2 {
        return Some(Growth::Once);
    }
    // A pool that fills up and then stays is not growing: the last step decides.
    let last = counts[counts.len() - 1];
    let before = counts[counts.len() - 2];
    Some(if last > before { Growth::Grows } else { Growth::Constant })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_read_off_the_counts() {
        let check = |counts: &[usize], growth| assert_eq!(of(counts), growth, "{counts:?}");
        check(&[1], None);
        check(&[1, 0], Some(Growth::Once));
        check(&[0, 1], Some(Growth::Once));
        check(&[1, 1], Some(Growth::Constant));
        check(&[1, 2], Some(Growth::Grows));
        check(&[2, 4, 6], Some(Growth::Grows));
        check(&[1, 4, 4], Some(Growth::Constant));
        check(&[0, 1, 2], Some(Growth::Grows));
        check(&[0, 1, 1], Some(Growth::Constant));
    }
}
