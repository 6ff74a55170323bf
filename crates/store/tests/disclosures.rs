//! What is shared on consent rests on the line of the ledger that speaks when it is written. On both databases.

use std::time::Duration;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::ids::{ConsentId, DisclosureId};
use throughline_domain::role::Role;
use throughline_policy::{ChangeConsent, CreateDisclosure, Subject, ViewDisclosure};
use throughline_store::consents::{self, NewConsent};
use throughline_store::disclosures::{self, NewDisclosure};
use throughline_store::{Error, Result, Tx};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

async fn episode(kit: &Kit) -> Subject {
    let person = kit.person("Kayla", "Whitcombe").await;
    let episode = kit.episode(person).await;
    Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }
}

async fn say(tx: &mut Tx, kit: &Kit, subject: Subject, state: ConsentState) -> ConsentId {
    let grant = tx.authorise::<ChangeConsent>(subject).await.unwrap();
    let id = ConsentId::new(Uuid::now_v7());
    let new = NewConsent {
        id,
        consent_for: ConsentFor::Police,
        state,
        words: String::new(),
        how_explained: "In person".into(),
    };
    consents::record(tx, &grant, kit.custody(), &new).await.unwrap();
    id
}

async fn said(kit: &Kit, subject: Subject, state: ConsentState) -> ConsentId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let id = say(&mut tx, kit, subject, state).await;
    tx.commit().await.unwrap();
    id
}

fn told(basis: Basis, consent: Option<ConsentId>) -> NewDisclosure {
    NewDisclosure {
        id: DisclosureId::new(Uuid::now_v7()),
        document_id: None,
        summary: "Adjustments passport, version 1".into(),
        consent_for: ConsentFor::Police,
        recipient: "Custody officer".into(),
        channel: Channel::Paper,
        basis,
        reason: if basis == Basis::Consent { String::new() } else { "She cannot follow the questions".into() },
        consent_id: consent,
        minimum_necessary: true,
    }
}

async fn share(kit: &Kit, subject: Subject, new: &NewDisclosure) -> Result<()> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreateDisclosure>(subject).await.unwrap();
    disclosures::record(&mut tx, &grant, kit.custody(), new).await?;
    tx.commit().await
}

async fn shared(kit: &Kit, subject: Subject) -> usize {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewDisclosure>(subject).await.unwrap();
    disclosures::ledger(&mut tx, &grant).await.unwrap().len()
}

on_both! {
    async fn what_rests_on_consent_rests_on_the_line_that_speaks(kit: Kit) {
        let subject = episode(&kit).await;
        let never = share(&kit, subject, &told(Basis::Consent, None)).await;
        assert!(matches!(never, Err(Error::Stale)), "nobody has asked: {never:?}");
        let given = said(&kit, subject, ConsentState::Given).await;
        share(&kit, subject, &told(Basis::Consent, Some(given))).await.unwrap();
        let unnamed = share(&kit, subject, &told(Basis::Consent, None)).await;
        assert!(matches!(unnamed, Err(Error::Stale)), "the ledger says by which line: {unnamed:?}");
        let others = NewDisclosure { consent_for: ConsentFor::Court, ..told(Basis::Consent, Some(given)) };
        let others = share(&kit, subject, &others).await;
        assert!(matches!(others, Err(Error::Stale)), "of another reader: {others:?}");
        assert_eq!(shared(&kit, subject).await, 1);
    }

    async fn consent_that_was_taken_back_since_the_page_was_made_holds_no_more(kit: Kit) {
        let subject = episode(&kit).await;
        let given = said(&kit, subject, ConsentState::Given).await;
        let withdrawn = said(&kit, subject, ConsentState::Withdrawn).await;
        for line in [given, withdrawn] {
            let late = share(&kit, subject, &told(Basis::Consent, Some(line))).await;
            assert!(matches!(late, Err(Error::Stale)), "{late:?}");
        }
        assert_eq!(shared(&kit, subject).await, 0);
        share(&kit, subject, &told(Basis::Safeguarding, None)).await.expect("another basis does not wait for consent");
    }

    async fn whoever_shares_waits_for_who_is_writing_that_consent_is_taken_back(kit: Kit) {
        let subject = episode(&kit).await;
        let given = said(&kit, subject, ConsentState::Given).await;
        let mut first = kit.tx(Role::TeamLeader).await;
        say(&mut first, &kit, subject, ConsentState::Withdrawn).await;
        let commit = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            first.commit().await.unwrap();
        };
        let late = told(Basis::Consent, Some(given));
        let (late, ()) = tokio::join!(share(&kit, subject, &late), commit);
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    }
}
