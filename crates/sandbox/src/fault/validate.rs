//! Reading a fault plan, and the rules that its rules must keep.

use axum::http::{HeaderValue, Method};

use super::plan::{Effect, FaultPlan, RetryAfter, Rule};
use crate::calls;

/// Why a fault plan was refused. Rules are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultPlanError {
    /// It is no TOML or JSON, or has members a plan does not have.
    #[error("the fault plan cannot be read: {0}")]
    Syntax(String),
    /// There is no such call.
    #[error("rule {0}: `calls` names a call that does not exist")]
    Call(usize),
    /// No HTTP method.
    #[error("rule {0}: `method` is no HTTP method")]
    Method(usize),
    /// The pattern could never match.
    #[error("rule {0}: `path` must begin with `/` or `*`")]
    Path(usize),
    /// Outside of 0 to 1.
    #[error("rule {0}: `probability` must be from 0 to 1")]
    Probability(usize),
    /// `every` is 0.
    #[error("rule {0}: `every` must be at least 1")]
    Every(usize),
    /// The window ends before it begins.
    #[error("rule {0}: `untilMs` must be greater than `fromMs`")]
    Window(usize),
    /// A status that is no error.
    #[error("rule {0}: `status` must be from 400 to 599")]
    Status(usize),
    /// Outside of 0 to 1.
    #[error("rule {0}: `share` must be from 0 to 1")]
    Share(usize),
    /// A `Retry-After` that cannot be written as a header.
    #[error("rule {0}: `retryAfter` cannot be sent as a header")]
    RetryAfter(usize),
}

impl FaultPlanError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "faults.syntax",
            Self::Call(_) => "faults.call",
            Self::Method(_) => "faults.method",
            Self::Path(_) => "faults.path",
            Self::Probability(_) => "faults.probability",
            Self::Every(_) => "faults.every",
            Self::Window(_) => "faults.window",
            Self::Status(_) => "faults.status",
            Self::Share(_) => "faults.share",
            Self::RetryAfter(_) => "faults.retry_after",
        }
    }
}

impl FaultPlan {
    /// Reads a plan from TOML. Besides the camelCase of the JSON form, `from_ms`, `until_ms` and `retry_after` are
    /// understood.
    ///
    /// # Errors
    /// [`FaultPlanError`], which says what is wrong and where.
    pub fn from_toml(text: &str) -> Result<Self, FaultPlanError> {
        let plan: Self = toml::from_str(text).map_err(|error| FaultPlanError::Syntax(error.to_string()))?;
        plan.validate()?;
        Ok(plan)
    }

    /// Reads a plan from JSON, as `PUT /_sandbox/faults` takes it.
    ///
    /// # Errors
    /// [`FaultPlanError`], which says what is wrong and where.
    pub fn from_json(text: &[u8]) -> Result<Self, FaultPlanError> {
        let plan: Self = serde_json::from_slice(text).map_err(|error| FaultPlanError::Syntax(error.to_string()))?;
        plan.validate()?;
        Ok(plan)
    }

    fn validate(&self) -> Result<(), FaultPlanError> {
        self.rules.iter().enumerate().try_for_each(|(index, rule)| validate(rule, index + 1))
    }
}

fn validate(rule: &Rule, number: usize) -> Result<(), FaultPlanError> {
    let check = |holds: bool, error: fn(usize) -> FaultPlanError| if holds { Ok(()) } else { Err(error(number)) };
    check(rule.calls.iter().all(|name| calls::exists(name)), FaultPlanError::Call)?;
    check(rule.method.as_ref().is_none_or(|method| Method::from_bytes(method.as_bytes()).is_ok()), FaultPlanError::Method)?;
    check(rule.path.as_ref().is_none_or(|path| path.starts_with(['/', '*'])), FaultPlanError::Path)?;
    check(rule.probability.is_none_or(|probability| (0.0..=1.0).contains(&probability)), FaultPlanError::Probability)?;
    check(rule.every != Some(0), FaultPlanError::Every)?;
    check(rule.until_ms.is_none_or(|until| until > rule.from_ms.unwrap_or(0)), FaultPlanError::Window)?;
    match &rule.effect {
        Effect::Status { status, retry_after, .. } => {
            check((400..=599).contains(status), FaultPlanError::Status)?;
            check(retry_after.as_ref().is_none_or(sendable), FaultPlanError::RetryAfter)
        }
        Effect::Entities { share, status, .. } => {
            check((400..=599).contains(status), FaultPlanError::Status)?;
            check((0.0..=1.0).contains(share), FaultPlanError::Share)
        }
        _ => Ok(()),
    }
}

/// Whether the header can be written: dates within a hundred years, texts without control characters.
fn sendable(retry_after: &RetryAfter) -> bool {
    const CENTURY: i64 = 100 * 365 * 24 * 60 * 60;
    match retry_after {
        RetryAfter::Seconds(_) => true,
        // The other way HTTP-dates cannot go before 1970.
        RetryAfter::Date { date } => (-CENTURY / 2..=CENTURY).contains(date),
        RetryAfter::Text { text } => HeaderValue::try_from(text).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(rule: &str) -> FaultPlanError {
        FaultPlan::from_toml(&format!("[[rules]]\n{rule}")).expect_err("must be refused")
    }

    #[test]
    fn a_plan_reads_the_same_from_toml_and_from_json() {
        let toml = FaultPlan::from_toml(
            "seed = 3\n[[rules]]\ncalls = ['A1', 'P1']\nfrom_ms = 5\nskip = 1\n\
             effect = { kind = 'status', status = 429, retry_after = { date = -5 } }\n[[rules]]\neffect = { kind = 'reject-token' }",
        );
        let json = FaultPlan::from_json(
            br#"{"seed": 3, "rules": [{"calls": ["A1", "P1"], "fromMs": 5, "skip": 1,
                "effect": {"kind": "status", "status": 429, "retryAfter": {"date": -5}}}, {"effect": {"kind": "reject-token"}}]}"#,
        );
        assert_eq!(toml, json);
        assert_eq!(toml.expect("a good plan").rules.len(), 2);
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let plan = FaultPlan::from_toml(
            "[[rules]]\nname = 'a'\nprobability = 0.5\nevery = 2\neffect = { kind = 'delay', ms = 3 }\n\
             [[rules]]\neffect = { kind = 'status', status = 503, retryAfter = { text = 'soon' } }",
        )
        .expect("a good plan");
        let json = serde_json::to_vec(&plan).expect("a plan is JSON");
        assert_eq!(FaultPlan::from_json(&json), Ok(plan));
    }

    #[test]
    fn every_rule_of_a_rule_has_its_error() {
        let reset = "effect = { kind = 'reset' }";
        assert_eq!(refusal(&format!("calls = ['Z9']\n{reset}")), FaultPlanError::Call(1));
        assert_eq!(refusal(&format!("method = 'A B'\n{reset}")), FaultPlanError::Method(1));
        assert_eq!(refusal(&format!("path = 'api'\n{reset}")), FaultPlanError::Path(1));
        assert_eq!(refusal(&format!("probability = 1.5\n{reset}")), FaultPlanError::Probability(1));
        assert_eq!(refusal(&format!("probability = nan\n{reset}")), FaultPlanError::Probability(1));
        assert_eq!(refusal(&format!("every = 0\n{reset}")), FaultPlanError::Every(1));
        assert_eq!(refusal(&format!("fromMs = 5\nuntilMs = 5\n{reset}")), FaultPlanError::Window(1));
        assert_eq!(refusal("effect = { kind = 'status', status = 200 }"), FaultPlanError::Status(1));
        assert_eq!(refusal("effect = { kind = 'entities', share = 2.0, status = 400 }"), FaultPlanError::Share(1));
        assert_eq!(refusal("effect = { kind = 'entities', share = 0.5, status = 201 }"), FaultPlanError::Status(1));
        let text = r#"effect = { kind = "status", status = 429, retryAfter = { text = "a\nb" } }"#;
        assert_eq!(refusal(text), FaultPlanError::RetryAfter(1));
    }

    #[test]
    fn unknown_members_and_kinds_are_refused_with_their_place() {
        for rule in [
            "effect = { kind = 'reset', ms = 1 }",
            "effect = { kind = 'explode' }",
            "effect = { kind = 'reset' }\nprobabilty = 0.5",
            "",
        ] {
            let error = refusal(rule);
            assert_eq!(error.code(), "faults.syntax");
            assert!(error.to_string().contains("line"), "{error}");
        }
    }
}
