//! Finding people: one box, and a list that says why each one is in it.

use crate::people_found::{SHOWN, looked_for, rows};
use crate::{Answer, Cx, Errors, Fields, Problem};
use minijinja::{Value, context};
use throughline_domain::search::Search;
use throughline_domain::time::london_date;
use throughline_policy::{Class, SearchPeople, Subject, Verb};
use throughline_store::search::{self, Finds, LookedFor};

pub(super) async fn show(cx: Cx) -> Answer {
    if !cx.role_may(Verb::View, Class::Search) {
        return Err(Problem::NotFound);
    }
    cx.page("people/search.html", context! { heading => "Find a person", q => "" })
}

pub(super) async fn search(cx: Cx, fields: Fields) -> Answer {
    cx.app.take_search(cx.signed_in.user.id)?;
    let q = fields.text("q").trim();
    let search = Search::read(q, london_date(cx.now));
    if search.is_empty() {
        let mut errors = Errors::default();
        errors.add("q", "Enter a name, a date of birth or a number: a year or a postcode alone finds too many people");
        let values = context! { heading => "Find a person", q, errors => errors.summary(), error => errors.of("q") };
        return cx.page_with_errors("people/search.html", values);
    }
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let looked_for = LookedFor { elsewhere: true, ..looked_for(&search) };
    let finds = search::find(&mut tx, &grant, &looked_for, SHOWN).await?;
    let people = rows(&cx, &mut tx, &finds.people).await?;
    tx.commit().await?;
    let values = context! {
        heading => "Find a person",
        q,
        searched => true,
        understood => search.in_words(),
        doubts => search.doubts,
        people,
        total => finds.total,
        shown => finds.people.iter().map(|found| found.person.id.to_string()).collect::<Vec<_>>(),
        elsewhere => finds.elsewhere.iter().map(crate::elsewhere::shown::closed_row).collect::<Vec<_>>(),
        entries => entries(&finds),
        may_add => cx.role_may(Verb::Create, Class::Identity),
        only_allocated => grant.only_allocated(),
    };
    cx.page("people/search.html", values)
}

fn entries(finds: &Finds) -> Vec<Value> {
    let one = |entry: &search::FoundEntry| {
        context! {
            id => entry.id.to_string(),
            family => entry.name.surname,
            given => entry.name.forenames,
            site => entry.site_name,
            date => entry.list_date.to_string(),
        }
    };
    finds.entries.iter().map(one).collect()
}
