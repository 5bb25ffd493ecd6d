//! What shoppers do with rows of others: votes that count once, votes taken back, reports, and the
//! appeals of authors. Anonymous votes that count every time are `Service::vote`. Deliberately
//! absent: what a store makes of them.

use super::questions::unexpected;
use super::{Service, ServiceError, VotePolicy};
use crate::domain::{Digest, Reason, Sender, Target};
use crate::store::moderation::{Moderated, Moderation, Report};
use crate::store::{Command, Outcome};

impl Service {
    /// Counts a vote of this sender, once if it is known who that is. A vote that counted before is
    /// no error.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::OwnRow`] for a row of one's own, and
    /// [`ServiceError::IdentityNeeded`] where nobody else votes.
    pub async fn vote_from(&self, target: Target, sender: &Sender) -> Result<(), ServiceError> {
        let voter = match (&sender.identity, self.settings().moderation.votes) {
            (Some(identity), _) => Some(self.subject_digest(&identity.subject).await?),
            (None, VotePolicy::Open) => None,
            (None, VotePolicy::OneAClient) => self.client_digest(sender).await?,
            (None, VotePolicy::Identified) => return Err(ServiceError::IdentityNeeded),
        };
        match voter {
            Some(voter) => self.vote_as(target, voter, false).await,
            None => self.vote(target).await,
        }
    }

    /// Takes the vote of this sender back. Without one there is nothing to do.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::IdentityNeeded`].
    pub async fn take_vote_back(&self, target: Target, sender: &Sender) -> Result<(), ServiceError> {
        let identity = sender.identity.as_ref().ok_or(ServiceError::IdentityNeeded)?;
        let voter = self.subject_digest(&identity.subject).await?;
        match self.vote_as(target, voter, true).await {
            // Nobody votes for an own row, so there is none to take back.
            Err(ServiceError::OwnRow) => Ok(()),
            done => done,
        }
    }

    async fn vote_as(&self, target: Target, voter: Digest, takes_back: bool) -> Result<(), ServiceError> {
        match self.write(Command::VoteAs { target, voter, takes_back }).await? {
            Outcome::Voted { .. } | Outcome::VotedBefore { .. } | Outcome::TakenBack { .. } => Ok(()),
            Outcome::OwnRow => Err(ServiceError::OwnRow),
            outcome => unexpected(outcome),
        }
    }

    /// Counts a report, and returns whether it hid the row: the last one that this takes does. The
    /// same reporter counts once. The note has at most
    /// [`MAX_NOTE_CHARS`](crate::store::moderation::MAX_NOTE_CHARS) characters.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn report_from(
        &self,
        target: Target,
        sender: &Sender,
        reason: Option<Reason>,
        note: Option<String>,
    ) -> Result<bool, ServiceError> {
        let reporter = match &sender.identity {
            Some(identity) => Some(self.subject_digest(&identity.subject).await?),
            None => self.client_digest(sender).await?,
        };
        let report = Report {
            target,
            reporter,
            is_of_address: sender.identity.is_none() && reporter.is_some(),
            reason,
            note,
            threshold: self.settings().moderation.report_threshold,
            now: self.now(),
        };
        match self.moderate(Moderation::Report(report)).await? {
            Moderated::Reported { is_hidden, .. } => Ok(is_hidden),
            other => Err(refused(&other)),
        }
    }

    /// Asks for another look at the last decision about an own row.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::IdentityNeeded`],
    /// [`ServiceError::NotTheAuthor`], [`ServiceError::NothingToAppeal`] without a decision against
    /// the row, and [`ServiceError::AppealedBefore`].
    pub async fn appeal(&self, target: Target, sender: &Sender, note: String) -> Result<(), ServiceError> {
        let identity = sender.identity.as_ref().ok_or(ServiceError::IdentityNeeded)?;
        let author = self.subject_digest(&identity.subject).await?;
        match self.moderate(Moderation::Appeal { target, author, note, now: self.now() }).await? {
            Moderated::Done => Ok(()),
            other => Err(refused(&other)),
        }
    }
}

/// Why a change was not made.
fn refused(moderated: &Moderated) -> ServiceError {
    match moderated {
        Moderated::NotFound => ServiceError::NotFound,
        Moderated::NotTheAuthor => ServiceError::NotTheAuthor,
        Moderated::NothingToAppeal => ServiceError::NothingToAppeal,
        Moderated::AppealedBefore => ServiceError::AppealedBefore,
        moderated => {
            tracing::error!(?moderated, "the store gave an outcome that does not fit the change");
            ServiceError::StoreUnavailable
        }
    }
}
