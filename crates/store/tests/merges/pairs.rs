//! Pairs that the engine or a colleague puts before somebody.

use crate::{in_state, jan, join, pair, person, proposed, try_undo};
use throughline_domain::merge::{DuplicateState, Pair, Refusal};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, DecideDuplicate, ProposeDuplicate, Subject, ViewDuplicates,
};
use throughline_store::merges::{self, Decided};
use throughline_store::people::{self, ContactDetails};
use throughline_store::{Error, audit};
use throughline_testkit::on_both;

on_both! {
    async fn a_pair_is_asked_once_and_again_when_something_changed(kit: Kit) {
        let (one, other) = (kit.person("Jan", "Kowalski").await, kit.person("Jan", "Kowalsky").await);
        let asked = [pair(one, other, 0.7)];
        assert_eq!(proposed(&kit, &asked).await, Decided { new: 1, ..Decided::default() });
        assert_eq!(proposed(&kit, &[pair(other, one, 0.7)]).await, Decided { unchanged: 1, ..Decided::default() });
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (a, b) = (tx.authorise::<DecideDuplicate>(one).await.unwrap(), tx.authorise::<DecideDuplicate>(other).await.unwrap());
        merges::decide_different(&mut tx, &a, &b, 1, "Two brothers, both seen today").await.unwrap();
        let again = merges::decide_not_sure(&mut tx, &a, &b, 1, "").await;
        assert!(matches!(again, Err(Error::Stale)), "the second to decide is told");
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { unchanged: 1, ..Decided::default() });
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, []);
        assert_eq!(in_state(&kit, DuplicateState::Different).await.len(), 1);

        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeIdentity>(one).await.unwrap();
        people::learn(&mut tx, &grant, Some(&Name::new("Janek", "Kowal")), &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { reopened: 1, ..Decided::default() });
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await.len(), 1);
        // The screen says who had decided what, and what changed since.
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await.unwrap();
        let line = merges::queue(&mut tx, &grant, DuplicateState::ToReview, 0, 9).await.unwrap().lines.remove(0);
        let which = if one < other { "first" } else { "second" };
        assert_eq!(line.asked_again, format!("the other names in the {which} record changed since"));
        assert_eq!(line.earlier_state, Some(DuplicateState::Different));
        assert_eq!(line.decision_reason, "Two brothers, both seen today");
        assert!(line.decided_at.is_some() && !line.decided_by_name.is_empty());
        let (a, b) = (tx.authorise::<DecideDuplicate>(one).await.unwrap(), tx.authorise::<DecideDuplicate>(other).await.unwrap());
        merges::decide_not_sure(&mut tx, &a, &b, line.version, "").await.unwrap();
        let line = merges::queue(&mut tx, &grant, DuplicateState::NotSure, 0, 9).await.unwrap().lines.remove(0);
        assert_eq!((line.earlier_state, line.asked_again.as_str()), (None, ""), "decided anew");
    }

    async fn a_telephone_number_asks_no_question_again(kit: Kit) {
        let (one, other) = (kit.person("Jan", "Kowalski").await, kit.person("Jan", "Kowalsky").await);
        let asked = [pair(one, other, 0.7)];
        proposed(&kit, &asked).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (a, b) = (tx.authorise::<DecideDuplicate>(one).await.unwrap(), tx.authorise::<DecideDuplicate>(other).await.unwrap());
        merges::decide_different(&mut tx, &a, &b, 1, "Two brothers, both seen today").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(one).await.unwrap();
        let phone = ContactDetails { phone: "07700 900123".into(), ..ContactDetails::default() };
        people::change_contact_details(&mut tx, &grant, 1, &phone).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { unchanged: 1, ..Decided::default() });
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(one).await.unwrap();
        people::change_contact_details(&mut tx, &grant, 2, &ContactDetails { postcode: "ZZ1 1AA".into(), ..phone }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { reopened: 1, ..Decided::default() });
    }

    async fn the_likeliest_come_first_and_nobody_who_went_is_asked_about(kit: Kit) {
        let (a, b, c, d) = (kit.person("A", "A").await, kit.person("B", "B").await, kit.person("C", "C").await, kit.person("D", "D").await);
        proposed(&kit, &[pair(a, b, 0.3), pair(b, c, 0.9), pair(c, d, 0.6)]).await;
        let of = |one, other| Pair::of(one, other).unwrap();
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, [of(b, c), of(c, d), of(a, b)]);
        let id = join(&kit, b, c).await;
        // What was asked about C is asked about B, where C is now.
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, [of(b, d), of(a, b)]);
        assert_eq!(in_state(&kit, DuplicateState::Merged).await, [of(b, c)]);
        assert_eq!(proposed(&kit, &[pair(c, d, 0.6)]).await, Decided::default());
        try_undo(&kit, b, c, id).await.unwrap();
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, [of(b, c), of(c, d), of(a, b)]);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await.unwrap();
        let second_page = merges::queue(&mut tx, &grant, DuplicateState::ToReview, 2, 2).await.unwrap();
        assert_eq!((second_page.lines.len(), second_page.total), (1, 3));
        tx.commit().await.unwrap();
        let mut read = kit.store.read().await.unwrap();
        let looks = audit::looks(&mut read, a, 10).await.unwrap();
        assert!(looks.iter().any(|look| look.classes == "search"), "whoever is shown in the queue has it written");
    }

    async fn a_report_puts_the_question_and_names_who_asked(kit: Kit) {
        let (one, other) = (person(&kit, jan(None)).await, person(&kit, jan(Some(9))).await);
        let mut tx = kit.tx(Role::Practitioner).await;
        let (a, b) = (tx.authorise::<ProposeDuplicate>(one).await.unwrap(), tx.authorise::<ProposeDuplicate>(other).await.unwrap());
        merges::report(&mut tx, &a, &b, "He told me both names").await.unwrap().unwrap();
        assert_eq!(merges::report(&mut tx, &a, &a, "").await.unwrap(), Err(Refusal::Same));
        let (a, b) = (tx.authorise::<ViewDuplicates>(one).await.unwrap(), tx.authorise::<ViewDuplicates>(other).await.unwrap());
        let compared = merges::open(&mut tx, &a, &b).await.unwrap().unwrap();
        assert_eq!((compared.line.proposed_by_name.as_str(), compared.line.reason.as_str()), ("Amara Bello", "He told me both names"));
        assert_eq!(compared.line.people[0].id, one.min(other));
        assert!(compared.scored.probability > 0.5);
        tx.commit().await.unwrap();
    }
}
