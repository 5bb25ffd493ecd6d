//! Digests that stand for people: of subjects, addresses and clients, keyed with a secret of the
//! store, so that nobody without it can try out who is meant. All processes make the same ones.

use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Service, ServiceError};
use crate::domain::{self, Digest, PEOPLE_SECRET, Sender};
use crate::store::moderation::{Moderated, Moderation};

impl Service {
    /// The keyed digest of a text that stands for somebody. `kind` keeps equal texts of different
    /// kinds apart.
    ///
    /// # Errors
    /// When the secret is not known yet and the store does not answer.
    pub async fn keyed_digest(&self, kind: &str, value: &[u8]) -> Result<Digest, ServiceError> {
        let key = self.digest_key.0.get_or_try_init(|| self.find_digest_key()).await?;
        Ok(key.digest(kind, value))
    }

    /// The digest that stands for a subject of the shop's tokens.
    ///
    /// # Errors
    /// As [`keyed_digest`](Self::keyed_digest).
    pub async fn subject_digest(&self, subject: &str) -> Result<Digest, ServiceError> {
        self.keyed_digest("subject", subject.as_bytes()).await
    }

    /// The digest that stands for an author: of the subject or, without an identity, of the
    /// address without its capitals.
    ///
    /// # Errors
    /// As [`keyed_digest`](Self::keyed_digest).
    pub async fn author_digest(&self, sender: &Sender, email: &str) -> Result<Digest, ServiceError> {
        match &sender.identity {
            Some(identity) => self.subject_digest(&identity.subject).await,
            None => self.keyed_digest("email", email.to_lowercase().as_bytes()).await,
        }
    }

    /// The digest that stands for a client's address; `None` when the address is not known.
    ///
    /// # Errors
    /// As [`keyed_digest`](Self::keyed_digest).
    pub async fn client_digest(&self, sender: &Sender) -> Result<Option<Digest>, ServiceError> {
        match sender.client {
            Some(client) => self.keyed_digest("client", client.to_string().as_bytes()).await.map(Some),
            None => Ok(None),
        }
    }

    async fn find_digest_key(&self) -> Result<domain::DigestKey, ServiceError> {
        let mut proposed = [0; 32];
        SystemRandom::new().fill(&mut proposed).map_err(|_| ServiceError::StoreUnavailable)?;
        match self.moderate(Moderation::Secret { name: PEOPLE_SECRET, proposed }).await? {
            Moderated::Secret(secret) => Ok(domain::DigestKey::new(&secret)),
            other => {
                tracing::error!(?other, "the store gave no secret for digests");
                Err(ServiceError::StoreUnavailable)
            }
        }
    }
}
