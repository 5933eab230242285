//! How records hang together: each line holds the hash of the record before and ends with its own, over its text up to there.
//!
//! ```text
//!  {…,"prev":"000…0","seq":1,…,"hash":"H1"}     H1 = SHA-256 of {…,"prev":"000…0","seq":1,…
//!  {…,"prev":"H1","seq":2,…,"hash":"H2"}
//! ```
//! A record that is edited, removed or moved breaks the chain at its place. That the last records are missing shows only against the
//! head that was written down elsewhere: the database keeps it.

use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::text;

const OWN: &str = ",\"hash\":\"";
const HASH: usize = 64;
/// What stands for the hash of the record before the first.
const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The newest record of a chain; written `seq:hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: u64,
    /// Its hash, hex.
    pub hash: String,
}

impl Head {
    /// Before the first record.
    pub(crate) const START: Self = Self { seq: 0, hash: String::new() };

    fn prev(&self) -> &str {
        if self.seq == 0 { NONE } else { &self.hash }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = Broken;

    fn from_str(text: &str) -> Result<Self, Broken> {
        let (seq, hash) = text.split_once(':').ok_or(Broken::Head)?;
        let seq = seq.parse().map_err(|_| Broken::Head)?;
        let good = hash.len() == HASH && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if good { Ok(Self { seq, hash: hash.to_owned() }) } else { Err(Broken::Head) }
    }
}

/// What is wrong with a chain. Nothing in it repeats what a line holds.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// This is not a head.
    #[error("a head is written as NUMBER:HASH, as `guestsync audit head` prints it")]
    Head,
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// A line is no record.
    #[error("line {0} is no record")]
    NotARecord(u64),
    /// A record was edited.
    #[error("line {0} was edited: its hash is another one")]
    Edited(u64),
    /// The record before is not the one that was there.
    #[error("before line {0} a record is missing, or was moved")]
    Gap(u64),
    /// The last records are missing.
    #[error("the file ends at {found}, the chain at {expected}: records are missing at its end")]
    Truncated {
        /// Where the file ends.
        found: u64,
        /// Where the chain ends.
        expected: u64,
    },
    /// The chain is whole, but it is another one.
    #[error("the head is another one: this is not the chain that was written")]
    OtherChain,
}

impl Broken {
    /// A stable name of the rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Head => "head.invalid",
            Self::Unreadable => "file.unreadable",
            Self::NotARecord(_) => "record.invalid",
            Self::Edited(_) => "record.edited",
            Self::Gap(_) => "record.gap",
            Self::Truncated { .. } => "chain.truncated",
            Self::OtherChain => "chain.other",
        }
    }
}

#[derive(Deserialize)]
struct Link {
    seq: u64,
    prev: String,
    hash: String,
}

/// What a member of a record says.
pub(super) enum Member<'a> {
    Text(&'a str),
    Number(u64),
    Other(&'a Value),
}

/// Writes a record's line (with its line feed) behind the text; the head that it makes. Of members of one name the first counts.
pub(super) fn write_line<'a>(members: impl Iterator<Item = (&'a str, Member<'a>)>, before: &'a Head, text: &mut Vec<u8>) -> Head {
    let seq = before.seq + 1;
    let links = [("prev", Member::Text(before.prev())), ("seq", Member::Number(seq))];
    let mut members: Vec<_> = links.into_iter().chain(members).collect();
    members.sort_by_key(|(name, _)| *name);
    members.dedup_by_key(|(name, _)| *name);
    let begin = text.len();
    let mut separator = b'{';
    for (name, member) in members {
        text.push(std::mem::replace(&mut separator, b','));
        text::write_json(name, text);
        text.push(b':');
        match member {
            Member::Text(value) => text::write_json(value, text),
            Member::Number(value) => text.extend_from_slice(value.to_string().as_bytes()),
            Member::Other(value) => serde_json::to_writer(&mut *text, value).expect("a value is written to memory"),
        }
    }
    let hash = hash(&text[begin..]);
    for part in [OWN, &hash, "\"}\n"] {
        text.extend_from_slice(part.as_bytes());
    }
    Head { seq, hash }
}

/// The head that a line makes, if it is a whole record.
pub(super) fn head_of(line: &str) -> Option<Head> {
    let link: Link = serde_json::from_str(line).ok()?;
    (own(line)? == link.hash).then_some(Head { seq: link.seq, hash: link.hash })
}

/// Checks the records of a file: `after` is the head that it goes on from (none: it is the first file), `head` is where the chain
/// ends (none: missing records at the end are not noticed). The head that it ends with.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(file: impl BufRead, after: Option<&Head>, head: Option<&Head>) -> Result<Head, Broken> {
    let mut last = after.cloned().unwrap_or(Head::START);
    let mut at_head = head.is_some_and(|head| *head == last);
    for (n, line) in (1..).zip(file.lines()) {
        let line = line.map_err(|_| Broken::Unreadable)?;
        let link: Link = serde_json::from_str(&line).map_err(|_| Broken::NotARecord(n))?;
        if own(&line).ok_or(Broken::NotARecord(n))? != link.hash {
            return Err(Broken::Edited(n));
        }
        if link.seq != last.seq + 1 || link.prev != last.prev() {
            return Err(Broken::Gap(n));
        }
        last = Head { seq: link.seq, hash: link.hash };
        at_head |= head.is_some_and(|head| *head == last);
    }
    match head {
        Some(head) if head.seq > last.seq => Err(Broken::Truncated { found: last.seq, expected: head.seq }),
        Some(_) if !at_head => Err(Broken::OtherChain),
        _ => Ok(last),
    }
}

/// What the hash of a line should be; `None` where the line does not end as records do.
fn own(line: &str) -> Option<String> {
    let body = line.strip_suffix("\"}")?;
    let at = body.len().checked_sub(HASH)?;
    let text = body.get(..at)?.strip_suffix(OWN)?;
    Some(hash(text))
}

fn hash(text: impl AsRef<[u8]>) -> String {
    text::hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> (Vec<String>, Head) {
        let mut head = Head::START;
        let lines = (0..length).map(|n| {
            let mut line = Vec::new();
            head = write_line([("what", Member::Text("test"))].into_iter(), &head, &mut line);
            assert_eq!(head.seq, n + 1);
            String::from_utf8(line).unwrap()
        });
        (lines.collect(), head)
    }

    fn check(lines: &[String], head: &Head) -> Result<Head, Broken> {
        verify(lines.concat().as_bytes(), None, Some(head))
    }

    #[test]
    fn a_whole_chain_verifies_and_ends_at_its_head() {
        let (lines, head) = chain(100);
        assert_eq!(check(&lines, &head), Ok(head.clone()));
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        assert_eq!(verify(lines[..40].concat().as_bytes(), None, None).unwrap().seq, 40);
        let middle = verify(lines[..40].concat().as_bytes(), None, None).unwrap();
        assert_eq!(verify(lines[40..].concat().as_bytes(), Some(&middle), Some(&head)), Ok(head));
    }

    #[test]
    fn a_head_behind_the_files_end_is_a_head_all_the_same() {
        let (lines, _) = chain(100);
        let early = verify(lines[..40].concat().as_bytes(), None, None).unwrap();
        assert_eq!(check(&lines, &early).unwrap().seq, 100);
    }

    #[test]
    fn each_of_10_000_records_removed_edited_or_moved_is_found_out() {
        let (lines, head) = chain(10_000);
        // Each case needs only the records around it: the chain up to there is known to be good.
        let mut heads = vec![Head::START];
        heads.extend(lines.iter().map(|line| head_of(line.trim_end()).unwrap()));
        let case = |from: usize, lines: &[String], until: usize| {
            let after = (from > 0).then(|| &heads[from]);
            let end = heads.get(until).unwrap_or(&head);
            verify(lines.concat().as_bytes(), after, Some(end)).unwrap_err()
        };
        for n in 0..lines.len() {
            let until = (n + 2).min(lines.len());
            let around = &lines[n..until];
            case(n, &around[1..], until);
            let edited = [std::slice::from_ref(&around[0].replace("test", "tent")), &around[1..]].concat();
            assert_eq!(case(n, &edited, until), Broken::Edited(1));
            let moved: Vec<String> = around.iter().rev().cloned().collect();
            if moved.len() > 1 {
                assert_eq!(case(n, &moved, until), Broken::Gap(1));
            }
        }
    }

    #[test]
    fn records_that_are_missing_at_the_end_show_against_the_head() {
        let (lines, head) = chain(10);
        assert_eq!(check(&lines[..9], &head), Err(Broken::Truncated { found: 9, expected: 10 }));
        assert_eq!(check(&[], &head), Err(Broken::Truncated { found: 0, expected: 10 }));
        let other = Head { hash: "0".repeat(64), ..head };
        assert_eq!(check(&lines, &other), Err(Broken::OtherChain));
    }

    #[test]
    fn whatever_else_is_in_a_file_is_no_record() {
        for line in ["", "{}", "x", "{\"seq\":1}", "\"}", "é\"}"] {
            assert_eq!(verify(format!("{line}\n").as_bytes(), None, None), Err(Broken::NotARecord(1)), "{line}");
        }
        for text in ["", "1", "1:", "1:zz", "x:0"] {
            assert_eq!(text.parse::<Head>(), Err(Broken::Head));
        }
    }
}
