//! Carries out a batch of moderation in one transaction: the shared statements one after the other,
//! then the notice and the commit in one round trip. What is decided is in `store::moderation`.

use super::statements::Statements;
use super::{MAX_ATTEMPTS, PostgresWriter};
use crate::store::moderation::carry_out::moderate_all;
use crate::store::moderation::{Moderated, Moderation};
use crate::store::postgres::connect::connection::Connection;
use crate::store::postgres::connect::failure::Failure;
use crate::store::postgres::moderation::PostgresRows;
use crate::store::postgres::notices::notice;
use crate::store::{ProductChange, StoreError};

impl PostgresWriter {
    /// Carries out a batch of moderation, again if another session was in the way.
    pub(super) fn moderate_all(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        let mut attempt = 1;
        loop {
            self.session.reach()?;
            let failure = match change(self, moderations) {
                Err(failure) if attempt < MAX_ATTEMPTS && self.may_pass_again(&failure) => failure,
                Err(failure) => return Err(failure.before_commit()),
                Ok(moderated) => {
                    let changes = changes(moderations, &moderated);
                    let notices = notice::write(self.origin.get(), &changes);
                    let committed = self
                        .session
                        .ask(async |connection, statements| commit(connection, statements, &notices).await);
                    match committed {
                        Ok(()) => return Ok(moderated),
                        Err(failure) if attempt < MAX_ATTEMPTS && failure.may_pass_again() => failure,
                        Err(failure) => {
                            let error = failure.after_commit();
                            if matches!(error, StoreError::Unknown(_)) {
                                self.report_unknown_fate(&changes);
                            }
                            return Err(error);
                        }
                    }
                }
            };
            tracing::debug!(%failure, attempt, "a transaction of moderation is carried out again");
            attempt += 1;
        }
    }
}

/// Everything but the notice and the commit. Behind a failure, nothing is left of it.
fn change(writer: &mut PostgresWriter, moderations: &[Moderation]) -> Result<Vec<Moderated>, Failure> {
    let session = &mut writer.session;
    session.ask(async |client, statements| Ok(client.batch_execute(&statements.begin).await?))?;
    let moderated = moderate_all(&mut PostgresRows::new(session), moderations);
    if moderated.as_ref().is_err_and(|failure| !failure.is_lost())
        && let Err(failure) = session.ask(async |client, _| Ok(client.batch_execute("ROLLBACK").await?))
    {
        // The connection is given up, which undoes the transaction as well.
        tracing::debug!(%failure, "a refused transaction could not be rolled back");
    }
    moderated
}

/// Notifies others and commits, in one round trip. What is acknowledged may be the work of an
/// earlier transaction that a synchronous standby does not have yet, so it waits in any case.
async fn commit(connection: &Connection, statements: &Statements, notices: &[String]) -> Result<(), Failure> {
    let notices = &notices;
    let changes = async {
        tokio::try_join!(
            biased;
            statements.confirm.query_if(true, connection, []),
            statements.notify.query_if(!notices.is_empty(), connection, [notices]),
        )
    };
    let (changed, committed) = tokio::join!(biased; changes, connection.commit());
    changed?;
    committed
}

/// What others must know of.
fn changes(moderations: &[Moderation], moderated: &[Moderated]) -> Vec<ProductChange> {
    let changes = moderations.iter().zip(moderated);
    let mut changes: Vec<_> =
        changes.flat_map(|(moderation, moderated)| moderated.changes(moderation)).collect();
    changes.sort_unstable_by_key(|change| (change.product_id(), matches!(change, ProductChange::Reviews(_))));
    changes.dedup();
    changes
}
