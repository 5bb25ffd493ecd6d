//! What comes of looking at a new text. Deliberately absent: the looking itself (`judge`).

use super::hook::HookCall;
use crate::domain::{Origin, State};

/// What comes of looking at a text that is not refused. The default is a text of which nothing is
/// kept but itself.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// What is kept beyond the text, its state among it.
    pub(crate) origin: Option<Box<Origin>>,
    /// What the hook is asked once the text is written.
    pub(crate) hook: Option<Box<HookCall>>,
}

impl Judged {
    /// The state that the text begins with.
    pub(crate) fn state(&self) -> State {
        self.origin.as_deref().map_or(State::Published, |origin| origin.state)
    }
}
