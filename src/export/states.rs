//! The file of states, for rows whose own columns do not say all: they wait, were rejected, or a
//! moderator decided about them. Deliberately absent: the files of the kinds.

use std::path::Path;

use super::error::ExportError;
use super::row::io;
use crate::domain::Target;
use crate::files::{FileError, NewFile};
use crate::import::STATES_COLUMNS;
use crate::store::moderation::{ModerationTable, RowState};
use crate::store::{Dump, each_of_moderation};

/// Writes the file, which has no name yet. Without any such row there is none, unless one is there:
/// it would be taken for this export's.
pub(super) fn write(dump: &mut dyn Dump, path: &Path) -> Result<Option<NewFile>, ExportError> {
    let failed = |error| FileError::failed("write", path)(io(error));
    let begin = || -> Result<_, ExportError> {
        let mut fields = csv::Writer::from_writer(NewFile::create(path)?);
        fields.write_record(STATES_COLUMNS).map_err(failed)?;
        Ok(fields)
    };
    let mut file = if path.symlink_metadata().is_ok() { Some(begin()?) } else { None };
    each_of_moderation(dump, ModerationTable::Items, |rows| {
        for row in rows.states()?.into_iter().filter(RowState::is_more_than_hidden) {
            let fields = match &mut file {
                Some(fields) => fields,
                empty => empty.insert(begin()?),
            };
            let kind = match row.target {
                Target::Question(_) => "question",
                Target::Answer(_) => "answer",
                Target::Review(_) => "review",
            };
            let (id, revision) = (row.target.row_id().to_string(), row.revision.to_string());
            fields.write_record([kind, &id, row.state.name(), &revision]).map_err(failed)?;
        }
        Ok::<_, ExportError>(())
    })?;
    let written = file.map(|fields| {
        let end = |error: csv::IntoInnerError<_>| FileError::failed("write", path)(error.into_error());
        fields.into_inner().map_err(end)
    });
    Ok(written.transpose()?)
}
