//! Decides, from plan, seed and the order of requests alone, what happens to each request.

use std::time::Duration;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::glob;
use super::plan::{Effect, FaultPlan, Rule};

/// The plan in force and how often each of its rules has been asked.
pub(crate) struct Engine {
    plan: FaultPlan,
    /// The seed of plans that have none.
    seed: u64,
    since: OffsetDateTime,
    seen: Vec<u64>,
}

/// What the rules look at.
pub(crate) struct Seen<'a> {
    pub(crate) call: Option<&'static str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
}

/// What is to happen. `effect` is never a delay or a partly refused batch: those are beside it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) delay: Duration,
    pub(crate) entities: Option<RefusedEntities>,
    pub(crate) effect: Option<Effect>,
}

/// Which entities of a batch are refused, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RefusedEntities {
    share: f64,
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    seed: u64,
    request: u64,
}

impl RefusedEntities {
    /// Whether the entity at this place of the batch is one.
    pub(crate) fn hit(&self, index: usize) -> bool {
        draw(self.seed, self.request, index as u64) < self.share
    }
}

impl Engine {
    pub(crate) fn new(plan: FaultPlan, seed: u64, now: OffsetDateTime) -> Self {
        let seen = vec![0; plan.rules.len()];
        Self { plan, seed, since: now, seen }
    }

    /// Puts another plan in force; all counting begins anew.
    pub(crate) fn install(&mut self, plan: FaultPlan, now: OffsetDateTime) {
        *self = Self::new(plan, self.seed, now);
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    pub(crate) fn decide(&mut self, request: &Seen<'_>, now: OffsetDateTime) -> Verdict {
        let seed = self.plan.seed.unwrap_or(self.seed);
        let age = (now - self.since).whole_milliseconds();
        let mut verdict = Verdict::default();
        for (index, rule) in self.plan.rules.iter().enumerate() {
            if !about(rule, request, age) {
                continue;
            }
            self.seen[index] += 1;
            if !fires(rule, seed, index, self.seen[index]) {
                continue;
            }
            match &rule.effect {
                Effect::Delay { ms } => verdict.delay += Duration::from_millis(*ms),
                Effect::Entities { share, status, code } => {
                    let request = (index as u64) << 32 | self.seen[index];
                    verdict.entities =
                        Some(RefusedEntities { share: *share, status: *status, code: code.clone(), seed: !seed, request });
                }
                effect => {
                    verdict.effect = Some(effect.clone());
                    break;
                }
            }
        }
        verdict
    }
}

fn about(rule: &Rule, request: &Seen<'_>, age: i128) -> bool {
    (rule.calls.is_empty() || request.call.is_some_and(|name| rule.calls.iter().any(|call| call == name)))
        && rule.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(request.method))
        && rule.path.as_ref().is_none_or(|pattern| glob::matches(pattern, request.path))
        && rule.from_ms.is_none_or(|from| age >= i128::from(from))
        && rule.until_ms.is_none_or(|until| age < i128::from(until))
}

/// Whether a rule fires for the `n`-th request it is about, counted from 1.
fn fires(rule: &Rule, seed: u64, index: usize, n: u64) -> bool {
    let Some(n) = n.checked_sub(rule.skip).filter(|n| *n > 0) else { return false };
    rule.first.is_none_or(|first| n <= first)
        && rule.every.is_none_or(|every| n.is_multiple_of(every))
        && rule.probability.is_none_or(|probability| draw(seed, index as u64, n) < probability)
}

/// A number from 0 (included) to 1 (not included) that follows from its arguments.
fn draw(seed: u64, index: u64, n: u64) -> f64 {
    let mut hash = Sha256::new();
    for part in [seed, index, n] {
        hash.update(part.to_be_bytes());
    }
    let hash: [u8; 32] = hash.finalize().into();
    let bits = hash.iter().take(7).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 3;
    // 53 bits are exactly what an f64 holds.
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn engine(rules: Vec<Rule>, seed: u64) -> Engine {
        Engine::new(FaultPlan { seed: None, rules }, seed, START)
    }

    fn fired(engine: &mut Engine, requests: usize) -> Vec<bool> {
        let seen = Seen { call: Some("A1"), method: "POST", path: "/a" };
        (0..requests).map(|_| engine.decide(&seen, START).effect.is_some()).collect()
    }

    #[test]
    fn skip_first_and_every_count_the_requests_a_rule_is_about() {
        let rule = Rule { skip: 1, first: Some(4), every: Some(2), ..Rule::always(Effect::Reset {}) };
        let fired = fired(&mut engine(vec![rule], 0), 8);
        assert_eq!(fired, [false, false, true, false, true, false, false, false]);
    }

    #[test]
    fn the_same_seed_draws_the_same_requests_and_about_as_many_as_asked_for() {
        let rule = Rule { probability: Some(0.3), ..Rule::always(Effect::Reset {}) };
        let first = fired(&mut engine(vec![rule.clone()], 1), 10_000);
        assert_eq!(first, fired(&mut engine(vec![rule.clone()], 1), 10_000));
        assert_ne!(first, fired(&mut engine(vec![rule], 2), 10_000));
        let share = first.iter().filter(|fired| **fired).count();
        assert!((2_850..3_150).contains(&share), "{share}");
    }

    #[test]
    fn a_probability_of_one_always_fires_and_of_zero_never() {
        for (probability, expected) in [(1.0, true), (0.0, false)] {
            let rule = Rule { probability: Some(probability), ..Rule::always(Effect::Reset {}) };
            assert!(fired(&mut engine(vec![rule], 9), 1_000).into_iter().all(|fired| fired == expected));
        }
    }

    #[test]
    fn a_window_counts_from_when_the_plan_was_put_in_force() {
        let rule = Rule { from_ms: Some(100), until_ms: Some(200), ..Rule::always(Effect::Reset {}) };
        let mut engine = engine(vec![rule], 0);
        let seen = Seen { call: None, method: "GET", path: "/" };
        for (ms, expected) in [(0, false), (99, false), (100, true), (199, true), (200, false)] {
            let verdict = engine.decide(&seen, START + Duration::from_millis(ms));
            assert_eq!(verdict.effect.is_some(), expected, "{ms}");
        }
    }

    #[test]
    fn delays_add_up_and_the_first_other_effect_decides() {
        let rules = vec![
            Rule::always(Effect::Delay { ms: 2 }),
            Rule { method: Some("get".into()), ..Rule::always(Effect::Hang {}) },
            Rule::always(Effect::Delay { ms: 3 }),
            Rule::always(Effect::Lost {}),
            Rule::always(Effect::Reset {}),
        ];
        let verdict = engine(rules, 0).decide(&Seen { call: None, method: "POST", path: "/" }, START);
        assert_eq!((verdict.delay, verdict.effect), (Duration::from_millis(5), Some(Effect::Lost {})));
    }
}
