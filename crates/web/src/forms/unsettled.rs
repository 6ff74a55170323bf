//! Texts that lost against a faster save: told beside the draft until somebody chooses, and asked about at signing.

use crate::{Fields, Problem};
use minijinja::{Value, context};
use throughline_domain::time::date_time_short;
use throughline_policy::{Subject, ViewClinical};
use throughline_store::Tx;
use throughline_store::records::{self, Record, VersionLine};

/// The field in which a signer says that they sign without a text: its value is the version of that text, so that one
/// that was kept after the page was opened is asked about again.
const WITHOUT: &str = "without";

/// The texts of a draft that nobody has settled, of what this reader may read.
pub(super) async fn of(tx: &mut Tx, subject: Subject, record: &Record) -> Result<Vec<VersionLine>, Problem> {
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    Ok(records::unsettled(tx, &grant, record).await?)
}

/// The texts, as the template draws them; `ticked` is what was sent.
pub(super) fn values(unsettled: &[VersionLine], record: &Record, ticked: &Fields) -> Vec<Value> {
    let value = |one: &VersionLine| {
        context! {
            version => one.version,
            by => one.saved_by_name,
            at => one.saved_at,
            href => format!("/records/{}/conflict/{}", record.id, one.version),
            ticked => is_ticked(ticked, one),
        }
    };
    unsettled.iter().map(value).collect()
}

/// Why the draft is not signed yet: a text is neither settled nor left out knowingly.
pub(super) fn refusal(unsettled: &[VersionLine], ticked: &Fields) -> Option<String> {
    let one = unsettled.iter().find(|one| !is_ticked(ticked, one))?;
    Some(format!(
        "Not signed: {}’s text of {} is not settled. Compare it, or tick that you sign without it",
        one.saved_by_name,
        date_time_short(one.saved_at)
    ))
}

fn is_ticked(ticked: &Fields, one: &VersionLine) -> bool {
    ticked.all(WITHOUT).any(|version| version == one.version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_domain::ids::UserId;
    use throughline_domain::time::Instant;

    #[test]
    fn every_text_that_lost_is_asked_about_by_itself() {
        let line = |version: i64, name: &str| VersionLine {
            version,
            saved_at: "2026-11-24T14:32:00Z".parse::<Instant>().unwrap(),
            saved_by: UserId::new(uuid::Uuid::nil()),
            saved_by_name: name.into(),
            conflicts_with: Some(1),
        };
        let lost = [line(3, "Tom Hartley"), line(5, "Amara Bello")];
        let ticked = |versions: &[&str]| versions.iter().map(|version| (WITHOUT, *version)).collect::<Fields>();
        assert!(refusal(&lost, &ticked(&[])).unwrap().contains("Tom Hartley’s text of 24 Nov 14:32 is not settled"));
        assert!(refusal(&lost, &ticked(&["3"])).unwrap().contains("Amara Bello"), "it came after the page was opened");
        assert_eq!(refusal(&lost, &ticked(&["3", "5"])), None);
        assert_eq!(refusal(&[], &ticked(&[])), None);
    }
}
