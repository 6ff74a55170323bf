//! Finding people, claiming access and reviewing the claim, on both databases.

use throughline_domain::role::Role;
use throughline_matching::Description;
use throughline_policy::{ClaimAccess, SearchPeople, Subject, ViewAuditLog, ViewIdentity};
use throughline_store::people;
use throughline_store::search::{self, LookedFor};
use throughline_store::{Error, relationships};
use throughline_testkit::on_both;

on_both! {
    async fn a_name_spelt_by_ear_finds_the_person_and_says_who_was_shown(kit: Kit) {
        let person = kit.person("Jan", "Kowalski").await;
        kit.person("Ada", "Marsh").await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
        let looked_for = LookedFor { description: Description::named("", "kowalsky"), ..LookedFor::default() };
        let finds = search::find(&mut tx, &grant, &looked_for, 20).await.unwrap();
        assert_eq!(finds.people.iter().map(|found| found.person.id).collect::<Vec<_>>(), [person]);
        tx.commit().await.unwrap();
        let mut read = kit.store.read().await.unwrap();
        let looks = throughline_store::audit::looks(&mut read, person, 10).await.unwrap();
        assert!(looks.iter().any(|look| look.classes == "search" && look.verb == "view"));
    }

    async fn a_link_worker_finds_only_people_allocated_to_their_charity(kit: Kit) {
        let person = kit.person("Jan", "Kowalski").await;
        kit.episode(person).await;
        let mut tx = kit.tx(Role::LinkWorker).await;
        let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
        let looked_for = LookedFor { description: Description::named("", "Kowalski"), ..LookedFor::default() };
        let finds = search::find(&mut tx, &grant, &looked_for, 20).await.unwrap();
        assert_eq!(finds.total, 0);
    }

    async fn a_claim_opens_a_record_for_an_hour_and_is_reviewed_once_by_somebody_else(kit: Kit) {
        let person = kit.person("Jan", "Kowalski").await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        assert!(!tx.may::<ViewIdentity>(person).await.unwrap());
        let grant = tx.authorise::<ClaimAccess>(person).await.unwrap();
        let claim = people::claim_access(&mut tx, &grant, "On the phone with his GP").await.unwrap();
        assert!(tx.may::<ViewIdentity>(person).await.unwrap());
        tx.commit().await.unwrap();
        let mut later = kit.tx_at(Role::TeamLeader, kit.now + chrono::Duration::minutes(61)).await;
        assert!(!later.may::<ViewIdentity>(person).await.unwrap());
        drop(later);

        let mut tx = kit.tx(Role::InformationGovernance).await;
        let grant = tx.authorise::<ViewAuditLog>(Subject::default()).await.unwrap();
        let waiting = relationships::to_review(&mut tx, &grant, 10).await.unwrap();
        assert_eq!(waiting.iter().map(|waiting| (waiting.id, waiting.person_id)).collect::<Vec<_>>(), [(claim, person)]);
        relationships::review(&mut tx, &grant, claim, "Justified").await.unwrap();
        let again = relationships::review(&mut tx, &grant, claim, "Again").await;
        assert!(matches!(again, Err(Error::Stale)));
        let reviewed = relationships::reviewed(&mut tx, &grant, 10).await.unwrap();
        assert_eq!(reviewed[0].review_note, "Justified");
    }
}
