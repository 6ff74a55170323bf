//! Filled-in forms: drafts with every saved state, signed snapshots, addenda, marks of error.

/// What a signed risk form found, from its snapshot: `Some(true)` when it found risk; `None` when
/// the snapshot does not say (then the risk card is "Unavailable", never "none").
pub(crate) fn found_risk(snapshot: &str) -> Option<bool> {
    let snapshot: serde_json::Value = serde_json::from_str(snapshot).ok()?;
    match snapshot.get("risk_state")?.as_str()? {
        "known" => Some(true),
        "none_identified" => Some(false),
        _ => None,
    }
}
