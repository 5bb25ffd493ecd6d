//! What the store knows of a text's author, its client and the same text elsewhere, and what
//! follows. How that is counted is `store::moderation`'s.

use super::findings::Findings;
use super::post::Post;
use crate::domain::{Digest, Id as _, ProductId, Reason, Sender};
use crate::service::settings::{ModerationSettings, Policy, Signal};
use crate::service::{Service, ServiceError};
use crate::store::moderation::{AuthorHistory, AuthorQuery, ModerationAnswer, ModerationQuery};

use super::words::WordLists;

/// Other products that got the text, from which on it is repeated: the new one is the third.
const MIN_OTHER_PRODUCTS: u64 = 2;

/// Earlier texts of a client in ten minutes, from which on it is busy: the new one is the sixth.
const MIN_CLIENT_ROWS: u64 = 5;

/// Decisions in 30 days, from which on an author has a history.
const MIN_DECIDED: u64 = 3;

/// The digests by which a text is found later.
#[derive(Debug, Default)]
pub(super) struct Traces {
    pub(super) author: Option<Digest>,
    pub(super) client: Option<Digest>,
    pub(super) text: Option<Digest>,
}

impl Service {
    /// The digests that the policy needs; none for what is off.
    pub(super) async fn traces(
        &self,
        post: &Post<'_>,
        policy: Policy,
        sender: &Sender,
    ) -> Result<Traces, ServiceError> {
        let signals = &self.settings.moderation.signals;
        let mut traces = Traces::default();
        if sender.identity.is_some() || (policy != Policy::None && !post.email.is_empty()) {
            traces.author = Some(self.author_digest(sender, post.email).await?);
        }
        if signals.busy_clients != Signal::Off {
            traces.client = self.client_digest(sender).await?;
        }
        if signals.repeated_texts != Signal::Off {
            // A word alone is nobody's.
            let text = WordLists::normalized(post.body);
            if text.trim().contains(' ') {
                traces.text = Some(self.keyed_digest("text", text.as_bytes()).await?);
            }
        }
        Ok(traces)
    }

    /// What is known of them; nothing where nothing is asked.
    pub(super) async fn history_of(
        &self,
        traces: &Traces,
        policy: Policy,
        product_id: Option<ProductId>,
    ) -> Result<AuthorHistory, ServiceError> {
        let author = traces.author.filter(|_| policy != Policy::None);
        // Without a product there are no others.
        let text = traces.text.filter(|_| product_id.is_some());
        if author.is_none() && text.is_none() && traces.client.is_none() {
            return Ok(AuthorHistory::default());
        }
        let Some(product_id) = product_id.or_else(|| ProductId::new(1).ok()) else {
            return Ok(AuthorHistory::default());
        };
        let now = self.clock.now();
        let query = AuthorQuery { author, text, client: traces.client, product_id, now };
        match self.ask_moderation(ModerationQuery::Author(query)).await? {
            ModerationAnswer::Author(history) => Ok(history),
            other => {
                tracing::error!(?other, "the store gave an answer that is no history");
                Err(ServiceError::StoreUnavailable)
            }
        }
    }
}

/// Texts that came before.
pub(super) fn look_at_repeats(
    history: &AuthorHistory,
    settings: &ModerationSettings,
    findings: &mut Findings,
) {
    if history.same_text_products >= MIN_OTHER_PRODUCTS {
        findings.notice(settings.signals.repeated_texts, Reason::Repeat);
    }
}

/// Texts of the same client.
pub(super) fn look_at_client(
    history: &AuthorHistory,
    settings: &ModerationSettings,
    findings: &mut Findings,
) {
    if history.client_rows >= MIN_CLIENT_ROWS {
        findings.notice(settings.signals.busy_clients, Reason::TooFast);
    }
}

/// What became of the author's other texts.
pub(super) fn look_at_author(history: &AuthorHistory, policy: Policy, findings: &mut Findings) {
    let is_bad = history.rejected_30_days * 2 >= history.decided_30_days;
    if policy != Policy::None && history.decided_30_days >= MIN_DECIDED && is_bad {
        findings.hold(Reason::AuthorHistory);
    }
}

/// What waits, no matter what it says.
pub(super) fn look_at_policy(history: &AuthorHistory, policy: Policy, findings: &mut Findings) {
    match policy {
        Policy::None | Policy::Words => {}
        Policy::First if history.approvals > 0 && history.rejections_90_days == 0 => {}
        Policy::First => findings.hold(Reason::PolicyFirst),
        Policy::All => findings.hold(Reason::PolicyAll),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(look: impl FnOnce(&mut Findings)) -> Vec<(Reason, bool)> {
        let mut findings = Findings::default();
        look(&mut findings);
        findings.into_vec().into_iter().map(|finding| (finding.reason, finding.holds)).collect()
    }

    #[test]
    fn half_of_at_least_three_is_a_bad_history() {
        for (decided, rejected, is_bad) in
            [(2, 2, false), (3, 1, false), (3, 2, true), (4, 2, true), (5, 2, false), (0, 0, false)]
        {
            let history = AuthorHistory {
                decided_30_days: decided,
                rejected_30_days: rejected,
                ..AuthorHistory::default()
            };
            let found = reasons(|findings| look_at_author(&history, Policy::Words, findings));
            assert_eq!(found.len(), usize::from(is_bad), "{decided} {rejected}");
            assert_eq!(reasons(|findings| look_at_author(&history, Policy::None, findings)), []);
        }
    }

    #[test]
    fn the_first_text_waits_until_a_person_approved_one() {
        let history = |approvals, rejections_90_days| AuthorHistory {
            approvals,
            rejections_90_days,
            ..AuthorHistory::default()
        };
        for (approvals, rejections, waits) in [(0, 0, true), (1, 0, false), (3, 1, true)] {
            let history = history(approvals, rejections);
            let found = reasons(|findings| look_at_policy(&history, Policy::First, findings));
            assert_eq!(found, if waits { vec![(Reason::PolicyFirst, true)] } else { vec![] });
        }
        let known = history(9, 0);
        assert_eq!(
            reasons(|findings| look_at_policy(&known, Policy::All, findings)),
            [(Reason::PolicyAll, true)]
        );
        assert_eq!(reasons(|findings| look_at_policy(&known, Policy::Words, findings)), []);
    }

    #[test]
    fn the_third_product_and_the_sixth_text_are_noticed() {
        let mut settings = ModerationSettings::default();
        settings.signals.repeated_texts = Signal::Flag;
        settings.signals.busy_clients = Signal::Hold;
        let history = |same_text_products, client_rows| AuthorHistory {
            same_text_products,
            client_rows,
            ..AuthorHistory::default()
        };
        let look = |history: AuthorHistory| {
            reasons(|findings| {
                look_at_repeats(&history, &settings, findings);
                look_at_client(&history, &settings, findings);
            })
        };
        assert_eq!(look(history(1, 4)), []);
        assert_eq!(look(history(2, 5)), [(Reason::Repeat, false), (Reason::TooFast, true)]);
    }
}
