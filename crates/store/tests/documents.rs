//! A version of a document is one document, whoever makes it at the same time. On both databases.

use std::time::Duration;
use throughline_domain::document::DocumentKind;
use throughline_domain::ids::DocumentId;
use throughline_domain::role::Role;
use throughline_policy::{SignDocument, Subject, ViewDocument, WriteDocument};
use throughline_store::documents::{self, NewDocument, Written};
use throughline_store::{Error, Result, Tx};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

const KIND: DocumentKind = DocumentKind::CustodyAdvice;

async fn episode(kit: &Kit) -> Subject {
    let person = kit.person("Kayla", "Whitcombe").await;
    let episode = kit.episode(person).await;
    Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }
}

async fn next(tx: &mut Tx, subject: Subject) -> i64 {
    let view = tx.authorise::<ViewDocument>(subject).await.unwrap();
    documents::next_number(tx, &view, KIND).await.unwrap()
}

/// Makes this version as a draft.
async fn draft(tx: &mut Tx, subject: Subject, number: i64) -> Result<DocumentId> {
    let write = tx.authorise::<WriteDocument>(subject).await.unwrap();
    let id = DocumentId::new(Uuid::now_v7());
    let new = NewDocument { id, kind: KIND, number, facts: "{}".into(), written: Written::default() };
    documents::prepare(tx, &write, &new).await.map(|()| id)
}

/// Makes this version and signs it, as a passport is: in one act.
async fn signed(tx: &mut Tx, subject: Subject, number: i64) -> Result<DocumentId> {
    let id = draft(tx, subject, number).await?;
    let view = tx.authorise::<ViewDocument>(subject).await.unwrap();
    let line = documents::get(tx, &view, id).await.unwrap().unwrap().line;
    let sign = tx.authorise::<SignDocument>(subject).await.unwrap();
    documents::sign(tx, &sign, &line, line.version, "{}").await.map(|()| id)
}

async fn numbers(kit: &Kit, subject: Subject) -> Vec<i64> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let view = tx.authorise::<ViewDocument>(subject).await.unwrap();
    documents::of_kind(&mut tx, &view, KIND).await.unwrap().iter().map(|line| line.number).collect()
}

on_both! {
    async fn two_that_are_made_at_once_do_not_become_the_same_version(kit: Kit) {
        let subject = episode(&kit).await;
        let mut first = kit.tx(Role::TeamLeader).await;
        let number = next(&mut first, subject).await;
        signed(&mut first, subject, number).await.unwrap();
        let commit = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            first.commit().await.unwrap();
        };
        let second = async {
            let mut tx = kit.tx(Role::Practitioner).await;
            signed(&mut tx, subject, number).await
        };
        let (late, ()) = tokio::join!(second, commit);
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
        assert_eq!(numbers(&kit, subject).await, [1]);
    }

    async fn of_a_kind_there_is_one_draft_at_a_time(kit: Kit) {
        let subject = episode(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        draft(&mut tx, subject, 1).await.unwrap();
        let second = draft(&mut tx, subject, 1).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
    }

    async fn a_draft_that_was_given_up_leaves_its_number_to_the_next(kit: Kit) {
        let subject = episode(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let id = draft(&mut tx, subject, 1).await.unwrap();
        let view = tx.authorise::<ViewDocument>(subject).await.unwrap();
        let line = documents::get(&mut tx, &view, id).await.unwrap().unwrap().line;
        let write = tx.authorise::<WriteDocument>(subject).await.unwrap();
        documents::discard(&mut tx, &write, &line, line.version, "Begun for the wrong person").await.unwrap();
        let number = next(&mut tx, subject).await;
        signed(&mut tx, subject, number).await.unwrap();
        assert_eq!((number, next(&mut tx, subject).await), (1, 2));
    }
}
