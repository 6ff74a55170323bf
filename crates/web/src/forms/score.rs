//! A score as the pages show it: never a band without what must be read beside it.

use minijinja::{Value, context};
use throughline_domain::ids::EpisodeId;
use throughline_forms::{Form, Score, ScoreError};

/// The values of the panel of a score. `episode`, once it is signed, is where what comes next is done.
pub(super) fn panel(score: &Score, episode: Option<EpisodeId>) -> Value {
    let form = score.next.as_ref().and_then(|next| next.form.as_ref());
    context! {
        total => score.total,
        out_of => score.out_of,
        band => score.band,
        statement => score.statement,
        prorated => score.prorated,
        notices => score.caveats.iter().chain(&score.notices).collect::<Vec<_>>(),
        next_href => episode.zip(form).map(|(episode, form)| format!("/episodes/{episode}/forms/{form}")),
        next_title => form.and_then(|form| throughline_forms::catalogue().get(form)).map(|form| form.title.as_str()),
    }
}

/// Why there is no score, with the way to each item that is missing on the page at `edit`.
pub(super) fn withheld(form: &Form, error: &ScoreError, edit: &str) -> Value {
    let missing: Vec<Value> = error
        .missing()
        .iter()
        .filter_map(|id| form.question(id))
        .map(|item| context! { text => item.label, href => format!("{edit}#question-{}", item.id) })
        .collect();
    context! { withheld => error.in_words(form), missing }
}
