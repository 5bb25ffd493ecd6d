//! Whose tokens count, and for what. Deliberately absent: how a token is read (`token`).

use super::keys::IdentityKeys;
use super::names::ReservedNames;

/// Whether tokens count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IdentityMode {
    /// They are not looked at.
    #[default]
    Off,
    /// They count where there is one.
    Optional,
    /// Nothing is posted and nobody votes without one.
    Required,
}

/// Whose tokens count, and for what.
#[derive(Debug, Clone, Default)]
pub struct IdentitySettings {
    /// Whether they count at all.
    pub mode: IdentityMode,
    /// The keys that verify them.
    pub keys: IdentityKeys,
    /// The audience that they must be for.
    pub audience: String,
    /// Names that only the seller may have.
    pub reserved_names: ReservedNames,
}
