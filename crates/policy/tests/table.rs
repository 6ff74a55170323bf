//! The whole table, by trying every actor, action and resource.

use std::fmt::Write;
use throughline_domain::ids::{OrganisationId, UserId};
use throughline_domain::role::{OrganisationKind, Role};
use throughline_policy::{Actor, Class, Context, Decision, PERMITS, Relationship, TABLE, Verb, decide};
use uuid::Uuid;

fn actor(role: Role, organisation_kind: OrganisationKind) -> Actor {
    Actor {
        user: UserId::new(Uuid::nil()),
        name: "Anybody".into(),
        role,
        organisation: OrganisationId::new(Uuid::nil()),
        organisation_kind,
        sites: vec![],
    }
}

fn employer(role: Role) -> OrganisationKind {
    match role {
        Role::LinkWorker | Role::LinkWorkerLead => OrganisationKind::Partner,
        Role::Commissioner => OrganisationKind::Commissioner,
        _ => OrganisationKind::Trust,
    }
}

fn contexts() -> impl Iterator<Item = Context> {
    Relationship::ALL.iter().flat_map(|relationship| {
        [false, true].into_iter().flat_map(move |own_site| {
            [false, true].into_iter().map(move |link_worker_consent| Context {
                relationship: *relationship,
                own_site,
                link_worker_consent,
            })
        })
    })
}

fn allowed(role: Role, verb: Verb, class: Class, context: Context) -> bool {
    matches!(decide(&actor(role, employer(role)), verb, class, context), Decision::Allow(_))
}

/// In which contexts a role may: `always`, `own site`, or the relationships, with a `+consent`.
fn when(role: Role, verb: Verb, class: Class) -> String {
    let yes: Vec<Context> = contexts().filter(|context| allowed(role, verb, class, *context)).collect();
    if yes.is_empty() {
        return "never".into();
    }
    if yes.len() == contexts().count() {
        return "always".into();
    }
    if yes.iter().all(|context| context.own_site) && yes.len() * 2 == contexts().count() {
        return "own site".into();
    }
    let mut words = Vec::new();
    for relationship in Relationship::ALL {
        let of: Vec<&Context> = yes.iter().filter(|context| context.relationship == *relationship).collect();
        match of.len() {
            0 => {}
            4 => words.push(relationship.code().to_owned()),
            2 if of.iter().all(|context| context.link_worker_consent) => {
                words.push(format!("{}+consent", relationship.code()));
            }
            other => panic!(
                "{other} contexts of {relationship} for {role} {verb} {class}: the snapshot has no word for this"
            ),
        }
    }
    words.join(" ")
}

#[test]
fn the_policy_is_the_table_that_was_reviewed() {
    let mut out = String::new();
    for class in Class::ALL {
        for verb in Verb::ALL {
            writeln!(out, "{} {}", verb.code(), class.code()).unwrap();
            for role in Role::ALL {
                writeln!(out, "    {:24}{}", role.code(), when(*role, *verb, *class)).unwrap();
            }
        }
    }
    insta::assert_snapshot!("policy", out);
}

#[test]
fn a_role_held_outside_its_employer_opens_nothing() {
    for role in Role::ALL {
        for kind in OrganisationKind::ALL.iter().filter(|kind| **kind != employer(*role)) {
            let stranger = actor(*role, *kind);
            for (verb, class) in PERMITS {
                for context in contexts() {
                    assert!(matches!(decide(&stranger, *verb, *class, context), Decision::Deny(_)), "{role} of {kind}");
                }
            }
        }
    }
}

#[test]
fn every_row_is_used_by_a_permit_and_every_permit_has_a_row() {
    for row in TABLE {
        for verb in row.verbs {
            assert!(PERMITS.contains(&(*verb, row.class)), "no permit for {verb} {}", row.class);
        }
    }
    for (verb, class) in PERMITS {
        assert!(TABLE.iter().any(|row| row.class == *class && row.verbs.contains(verb)), "no row for {verb} {class}");
    }
}

#[test]
fn a_role_has_one_row_for_each_verb_and_class() {
    for (verb, class) in PERMITS {
        for role in Role::ALL {
            let rows =
                TABLE.iter().filter(|row| row.class == *class && row.verbs.contains(verb) && row.roles.contains(role));
            assert!(rows.count() <= 1, "two rows for {role} {verb} {class}");
        }
    }
}

#[test]
fn claimed_access_only_looks_or_takes_a_person_on() {
    let claimed = Context { relationship: Relationship::Claimed, own_site: false, link_worker_consent: true };
    for role in Role::ALL {
        for (verb, class) in PERMITS.iter().filter(|(verb, class)| {
            let takes_on = (*verb, *class) == (Verb::Create, Class::Episode);
            *verb != Verb::View && !takes_on && when(Role::Practitioner, *verb, *class) != "always"
        }) {
            let no_claim = Context { relationship: Relationship::None, ..claimed };
            assert_eq!(
                allowed(*role, *verb, *class, claimed),
                allowed(*role, *verb, *class, no_claim),
                "{role} {verb} {class}"
            );
        }
    }
}

#[test]
fn link_workers_see_nothing_clinical_and_no_offence() {
    for role in [Role::LinkWorker, Role::LinkWorkerLead] {
        for class in [Class::Clinical, Class::Justice, Class::Document, Class::Disclosure] {
            for verb in Verb::ALL {
                assert_eq!(when(role, *verb, class), "never", "{role} {verb} {class}");
            }
        }
    }
}
