//! Whether a server that refuses whole batches refuses everything: then it is no use to ask it about each record alone.

/// Records that are sent alone, one after another, and refused alike before it is suspected.
const SUSPECTED: usize = 8;
/// Records out of the whole rest of the batch that are sent alone then.
const PROBES: usize = 8;

/// What became of a batch's records that were sent alone.
#[derive(Default)]
pub(super) struct Alike {
    refused: usize,
    status: u16,
    code: String,
    /// Something was taken, or refused for another reason.
    differs: bool,
}

impl Alike {
    /// The server took a part of the batch.
    pub(super) const fn answered(&mut self) {
        self.differs = true;
    }

    /// A record that was sent alone was refused.
    pub(super) fn refused(&mut self, status: u16, code: &str) {
        self.differs |= self.refused > 0 && (self.status, &*self.code) != (status, code);
        self.refused += 1;
        self.status = status;
        code.clone_into(&mut self.code);
    }

    /// What everything is refused with, where that is clear.
    pub(super) fn everything(&self) -> Option<(u16, String)> {
        (!self.differs && self.refused >= SUSPECTED + PROBES).then(|| (self.status, self.code.clone()))
    }

    /// Puts some from all over the rest on top of it, where it is time to find out; each part is sent as it is.
    pub(super) fn probe(&self, parts: &mut Vec<(u32, Vec<usize>)>) {
        let left: usize = parts.iter().map(|(_, entities)| entities.len()).sum();
        if self.differs || self.refused != SUSPECTED || left < 2 * PROBES {
            return;
        }
        let rest: Vec<usize> = parts.drain(..).rev().flat_map(|(_, entities)| entities).collect();
        let is_probe = |place: &usize| (0..PROBES).any(|n| n * (left - 1) / (PROBES - 1) == *place);
        let (probes, others): (Vec<usize>, Vec<usize>) = (0..left).partition(is_probe);
        parts.push((0, others.into_iter().map(|place| rest[place]).collect()));
        parts.extend(probes.into_iter().map(|place| (0, vec![rest[place]])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(refusals: &[(u16, &str)]) -> Alike {
        let mut alike = Alike::default();
        refusals.iter().for_each(|(status, code)| alike.refused(*status, code));
        alike
    }

    #[test]
    fn a_cluster_of_bad_records_is_not_everything() {
        let mut parts = vec![(0, (50..100).collect()), (0, (8..50).collect::<Vec<usize>>())];
        after(&[(400, "a"); 8]).probe(&mut parts);
        assert_eq!(parts.len(), 9);
        let probes: Vec<usize> = parts[1..].iter().map(|(_, one)| one[0]).collect();
        assert_eq!((probes.first(), probes.last()), (Some(&8), Some(&99)), "from all over the rest");
        let mut all: Vec<usize> = parts.into_iter().flat_map(|(_, entities)| entities).collect();
        all.sort_unstable();
        assert_eq!(all, (8..100).collect::<Vec<_>>(), "none is lost");
        for refusals in [vec![(400, "a"); 7], [vec![(400, "a"); 7], vec![(400, "b")]].concat(), vec![(400, "a"); 9]] {
            let mut parts = vec![(0, (0..92).collect::<Vec<_>>())];
            after(&refusals).probe(&mut parts);
            assert_eq!(parts.len(), 1);
        }
    }

    #[test]
    fn everything_is_refused_where_all_were_for_one_reason() {
        assert_eq!(after(&[(400, "a"); 15]).everything(), None);
        assert_eq!(after(&[(400, "a"); 16]).everything(), Some((400, "a".to_owned())));
        assert_eq!(after(&[vec![(422, "a")], vec![(400, "a"); 20]].concat()).everything(), None);
        let mut taken = after(&[(400, "a"); 20]);
        taken.answered();
        assert_eq!(taken.everything(), None);
    }
}
