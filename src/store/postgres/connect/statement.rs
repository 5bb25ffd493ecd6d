//! Sends statements and settings to the server. On a connection of its own, a session sets its
//! settings and prepares its statements once, under names. Behind a pooler in transaction mode,
//! each transaction may have another connection: settings are local to it, and statements have no
//! name. The statements themselves are elsewhere.

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row, RowStream};

use super::failure::Failure;

/// For all sessions. Plans are made once, not for each batch; compiling them costs more than it
/// saves.
const COMMON_SETTINGS: [&str; 3] =
    ["plan_cache_mode = force_generic_plan", "jit = off", "client_min_messages = warning"];

/// Whether statements have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// They last as long as the session.
    Named,
    /// Nothing outlasts a transaction.
    Unnamed,
}

impl Naming {
    /// What a new session runs first.
    pub(crate) fn start(self, settings: &[&str]) -> String {
        match self {
            Self::Named => set_all("SET", false, settings),
            Self::Unnamed => String::new(),
        }
    }

    /// What opens a transaction.
    pub(crate) fn begin(self, settings: &[&str]) -> String {
        match self {
            Self::Named => "BEGIN".to_owned(),
            Self::Unnamed => format!("BEGIN; {}", set_all("SET LOCAL", true, settings)),
        }
    }
}

/// What is acknowledged must be on disk, also where the database's default is another.
fn set_all(set: &str, is_local: bool, settings: &[&str]) -> String {
    let settings = COMMON_SETTINGS.iter().chain(settings);
    let statements: Vec<String> = settings.map(|setting| format!("{set} {setting}; ")).collect();
    format!(
        "{}SELECT set_config('synchronous_commit', 'on', {is_local})
         WHERE current_setting('synchronous_commit') = 'off'",
        statements.concat()
    )
}

/// A statement and the types of its parameters.
pub(crate) struct Statement {
    text: &'static str,
    types: &'static [Type],
    named: Option<tokio_postgres::Statement>,
}

impl Statement {
    /// Prepares it if it gets a name.
    pub(crate) async fn prepare(
        client: &Client,
        naming: Naming,
        text: &'static str,
        types: &'static [Type],
    ) -> Result<Self, Error> {
        let named = match naming {
            Naming::Named => Some(client.prepare_typed(text, types).await?),
            Naming::Unnamed => None,
        };
        Ok(Self { text, types, named })
    }

    /// Runs it and returns all rows.
    pub(crate) async fn query(
        &self,
        client: &Client,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        if let Some(named) = &self.named {
            return client.query(named, parameters).await;
        }
        let typed: Vec<_> = parameters.iter().copied().zip(self.types.iter().cloned()).collect();
        client.query_typed(self.text, &typed).await
    }

    /// Runs it if it `is_needed`. Otherwise there are no rows.
    pub(crate) async fn query_if<const N: usize>(
        &self,
        is_needed: bool,
        client: &Client,
        parameters: [&(dyn ToSql + Sync); N],
    ) -> Result<Vec<Row>, Failure> {
        if !is_needed {
            return Ok(Vec::new());
        }
        Ok(self.query(client, &parameters).await?)
    }

    /// Runs it and returns rows as they come.
    pub(crate) async fn stream<P: ToSql + Sync>(
        &self,
        client: &Client,
        parameters: &[P],
    ) -> Result<RowStream, Error> {
        let parameters = parameters.iter().map(|parameter| parameter as &(dyn ToSql + Sync));
        match &self.named {
            Some(named) => client.query_raw(named, parameters).await,
            None => client.query_typed_raw(self.text, parameters.zip(self.types.iter().cloned())).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_made_where_they_last() {
        let settings = &["statement_timeout = '10s'"];
        let start = Naming::Named.start(settings);
        assert!(start.starts_with("SET plan_cache_mode"), "{start}");
        assert!(start.contains("SET statement_timeout = '10s'; SELECT"), "{start}");
        assert_eq!(Naming::Named.begin(settings), "BEGIN");

        assert_eq!(Naming::Unnamed.start(settings), "");
        let begin = Naming::Unnamed.begin(settings);
        assert!(begin.starts_with("BEGIN; SET LOCAL plan_cache_mode"), "{begin}");
        assert!(begin.contains("SET LOCAL statement_timeout = '10s'; SELECT"), "{begin}");
        assert_eq!(begin.matches("SET ").count(), begin.matches("SET LOCAL ").count(), "{begin}");
    }
}
