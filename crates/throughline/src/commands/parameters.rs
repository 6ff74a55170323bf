//! The numbers the running service's matching engine weighs with: learning them from decisions, seeing them, and
//! going back.

use crate::config::Installation;
use crate::words::{say, wrong_use};
use std::fmt::Write as _;
use throughline_domain::time::date_time_short;
use throughline_store::matching::parameters::{self, SHIPPED, TakenUp, Version};
use throughline_store::matching::{self, Figures, Learning};

/// Learns from the service's own decisions, and says how what was learnt compares.
pub async fn learn(installation: &Installation) -> anyhow::Result<()> {
    let store = super::open(&installation.load()?).await?;
    let learning = matching::learn(&store, chrono::Utc::now()).await?;
    store.close().await;
    match learning {
        Learning::NotEnough { decisions, needed } => anyhow::bail!(
            "there is too little to learn from: {decisions} lines of lists were decided on that can teach, and it takes {needed}. Nothing was changed"
        ),
        Learning::Learnt(version) => say(told(&version)),
    }
}

fn told(version: &Version) -> String {
    let Version { version: name, decisions, pairs, compared, refused, .. } = version;
    let mut text = format!("{name}: learnt from {decisions} decisions and {pairs} pairs.\n");
    let Figures { lines, known, .. } = compared.after;
    let _ = writeln!(
        text,
        "On {lines} decisions that it was not learnt from, {known} of them about people who were known:"
    );
    text.push_str(&table(&[(&compared.before_version, &compared.before), (name, &compared.after)]));
    if refused.is_empty() {
        let before = &compared.before_version;
        let back = if before.starts_with(SHIPPED) { SHIPPED } else { before };
        let _ = writeln!(
            text,
            "\nTaken up: every server weighs with it from now on.\nTo go back: throughline match take-up {back} --by NAME --reason WHY"
        );
    } else {
        let _ = writeln!(text, "\nNot taken up: {refused}.");
    }
    text
}

fn table(rows: &[(&str, &Figures)]) -> String {
    let mut text = format!("{:<18} log-loss  precision  recall  false alarms  wrong people  off\n", "from 0.9");
    for (version, figures) in rows {
        let Figures { log_loss, precision, recall, false_alarms, wrong_people, calibration_error, .. } = figures;
        let _ = writeln!(
            text,
            "{version:<18} {log_loss:>8.4}  {precision:>9.4}  {recall:>6.4}  {false_alarms:>12}  {wrong_people:>12}  {calibration_error:.4}"
        );
    }
    text
}

/// Lists the versions and who took which up, or writes one as TOML.
pub async fn show(installation: &Installation, toml_of: Option<&str>) -> anyhow::Result<()> {
    let store = super::open(&installation.load()?).await?;
    let mut read = store.read().await?;
    if let Some(version) = toml_of {
        let text = parameters::toml(&mut read, version).await?;
        return say(text.ok_or_else(|| {
            wrong_use(format!("there is no version {version}: `throughline match parameters` lists them"))
        })?);
    }
    let (versions, taken_up) = (parameters::versions(&mut read).await?, parameters::taken_up(&mut read).await?);
    say(listed(&versions, &taken_up))
}

fn listed(versions: &[Version], taken_up: &[TakenUp]) -> String {
    let in_force = taken_up.first().map_or(SHIPPED, |newest| newest.version.as_str());
    let mut text = String::from("Versions (* is weighed with):\n");
    for one in versions {
        let Version { version, learnt_at, decisions, compared, refused, .. } = one;
        let mark = if version == in_force { '*' } else { ' ' };
        let (learnt_at, before, after) =
            (date_time_short(*learnt_at), compared.before.log_loss, compared.after.log_loss);
        let _ = write!(
            text,
            "{mark} {version:<12} learnt {learnt_at} from {decisions} decisions; log-loss {after:.4}, and {before:.4} of {}",
            compared.before_version
        );
        let _ = if refused.is_empty() { writeln!(text) } else { writeln!(text, "; not taken up: {refused}") };
    }
    let mark = if in_force == SHIPPED { '*' } else { ' ' };
    let _ = writeln!(text, "{mark} {SHIPPED:<12} part of the program");
    if !taken_up.is_empty() {
        text.push_str("Taken up:\n");
    }
    for TakenUp { version, at, by, reason } in taken_up {
        let _ = writeln!(text, "  {}  {version:<12} by {by}: {reason}", date_time_short(*at));
    }
    text
}

/// Takes a version up, or goes back to it.
pub async fn take_up(installation: &Installation, version: &str, by: &str, reason: &str) -> anyhow::Result<()> {
    if by.trim().is_empty() || reason.trim().is_empty() {
        return Err(wrong_use("say who decides (--by) and why (--reason): both are kept"));
    }
    let store = super::open(&installation.load()?).await?;
    let mut tx = super::begin(&store).await?;
    if let Err(refused) = parameters::take_up(&mut tx, version, by.trim(), reason.trim()).await? {
        return Err(wrong_use(format!(
            "{refused}. Nothing was changed; `throughline match parameters` lists the versions"
        )));
    }
    tx.commit().await?;
    store.close().await;
    say(format!("{version} is what every server weighs with from now on."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_store::matching::Compared;

    fn version(refused: &str) -> Version {
        let figures = Figures {
            lines: 57,
            known: 23,
            log_loss: 0.0671,
            false_alarms: 1,
            wrong_people: 0,
            precision: 0.95,
            recall: 0.7391,
            calibration_error: 0.0978,
        };
        let after = Figures { log_loss: 0.0039, ..figures };
        Version {
            version: "learnt-1".to_owned(),
            learnt_at: "2026-11-24T10:15:00Z".parse().expect("this is an instant"),
            decisions: 223,
            pairs: 198,
            compared: Compared { before_version: "shipped-0.1.0".to_owned(), before: figures, after },
            refused: refused.to_owned(),
        }
    }

    #[test]
    fn what_was_learnt_is_told_beside_what_was_weighed_with_and_how_to_go_back() {
        assert_eq!(
            told(&version("")),
            "learnt-1: learnt from 223 decisions and 198 pairs.\n\
             On 57 decisions that it was not learnt from, 23 of them about people who were known:\n\
             from 0.9           log-loss  precision  recall  false alarms  wrong people  off\n\
             shipped-0.1.0        0.0671     0.9500  0.7391             1             0  0.0978\n\
             learnt-1             0.0039     0.9500  0.7391             1             0  0.0978\n\
             \n\
             Taken up: every server weighs with it from now on.\n\
             To go back: throughline match take-up shipped --by NAME --reason WHY\n"
        );
        let refused = told(&version("what it says comes true less often"));
        assert!(refused.ends_with("\n\nNot taken up: what it says comes true less often.\n"), "{refused}");
    }
}
