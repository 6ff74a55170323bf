//! The instruments that the people of the stories answered at their assessment.

use crate::stories::Story;
use anyhow::{Context, ensure};
use throughline_domain::ids::{EpisodeId, RecordId};
use throughline_forms::{Answers, Form, catalogue};
use uuid::Uuid;

/// The instruments of a story in the order they were asked, each with its answers in the order of the
/// questions that bear on its score. None of them raises an alert, so that the stories stay as they are.
fn asked(story: &Story) -> &'static [(&'static str, &'static [&'static str])] {
    match story.theme {
        "alcohol" => &[
            ("audit_c", &["four_or_more_a_week", "seven_to_nine", "weekly"]),
            (
                "audit",
                &[
                    "four_or_more_a_week",
                    "seven_to_nine",
                    "weekly",
                    "monthly",
                    "monthly",
                    "less_than_monthly",
                    "weekly",
                    "monthly",
                    "not_last_year",
                    "last_year",
                ],
            ),
        ],
        "low mood" => &[("core10", &["19", "10", "no"])],
        "autism" => &[(
            "aq10",
            &[
                "definitely_agree",
                "slightly_disagree",
                "definitely_disagree",
                "slightly_disagree",
                "definitely_disagree",
                "slightly_agree",
                "slightly_disagree",
                "definitely_agree",
                "slightly_disagree",
                "definitely_agree",
            ],
        )],
        "domestic abuse" => &[("pc_ptsd5", &["yes", "yes", "yes", "yes", "no", "no"])],
        "veteran" => &[("audit_c", &["monthly_or_less", "one_or_two", "never"]), ("pc_ptsd5", &["no"])],
        _ => &[],
    }
}

/// The instruments of a story, ready to be signed.
///
/// # Errors
/// When an instrument is not shipped or would have no score: the stories and the forms have grown apart.
pub fn answered(story: &Story) -> anyhow::Result<Vec<(&'static Form, Answers)>> {
    asked(story)
        .iter()
        .map(|(id, codes)| {
            let form = catalogue().get(id).context("the instrument is shipped")?;
            let mut answers = Answers::default();
            for (question, code) in form.scored_questions().iter().zip(*codes) {
                answers.set(&question.id, [*code]);
            }
            let score = form.score(&answers).with_context(|| format!("the demo's answers to {id}"))?;
            ensure!(score.alerts.is_empty(), "the demo's answers to {id} raise an alert that no story tells of");
            Ok((form, answers))
        })
        .collect()
}

/// The id of the record of an instrument: made of its episode's, so that the demo draws no other chances.
pub fn record_id(episode: EpisodeId, place: usize) -> RecordId {
    RecordId::new(Uuid::from_u128(episode.uuid().as_u128() ^ (place as u128 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::STORIES;

    #[test]
    fn every_instrument_of_a_story_has_a_score() {
        let all: Vec<&str> = STORIES
            .iter()
            .flat_map(|story| answered(story).expect("it is answered"))
            .map(|(form, _)| form.id.as_str())
            .collect();
        assert_eq!(all, ["core10", "audit_c", "audit", "aq10", "pc_ptsd5", "audit_c", "pc_ptsd5"]);
    }
}
