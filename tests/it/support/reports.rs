//! Reports by nobody in particular, as the old routes make them: one hides a row.

use atelier::domain::{Id as _, Target, Timestamp};
use atelier::store::Writer;
use atelier::store::moderation::{Moderated, Moderation, Report};

/// A report that hides its row.
pub(crate) fn report(target: Target) -> Moderation {
    Moderation::Report(Report {
        target,
        reporter: None,
        is_of_address: false,
        reason: None,
        note: None,
        threshold: 1,
        now: Timestamp::nearest(1_600_000_000_000),
    })
}

/// Reports rows in one transaction. Returns the product of each; `None` for those that are not
/// there.
pub(crate) fn report_all(writer: &mut dyn Writer, targets: &[Target]) -> Vec<Option<u64>> {
    let reports: Vec<_> = targets.iter().copied().map(report).collect();
    let moderated = writer.moderate(&reports).expect("the reports are carried out");
    let product = |moderated| match moderated {
        Moderated::Reported { product_id, .. } => Some(product_id.get()),
        Moderated::NotFound => None,
        other => panic!("{other:?}"),
    };
    moderated.into_iter().map(product).collect()
}
