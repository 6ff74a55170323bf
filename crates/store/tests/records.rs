//! Drafts: nothing typed is lost, nothing is overwritten unseen. On both databases.

use chrono::Duration;
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_domain::role::Role;
use throughline_forms::{Answers, catalogue};
use throughline_policy::{SignClinical, Subject, ViewClinical, WriteClinical};
use throughline_store::records::{self, Saved};
use throughline_store::{Error, Tx};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

struct Ward {
    kit: Kit,
    subject: Subject,
    record: RecordId,
}

fn said(words: &str) -> Answers {
    let mut answers = Answers::default();
    answers.set("concern", [words]);
    answers
}

impl Ward {
    /// A person with an open episode and a draft screening.
    async fn open(kit: Kit) -> Self {
        let person = kit.person("Kayla", "Whitcombe").await;
        let episode = kit.episode(person).await;
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<WriteClinical>(subject).await.unwrap();
        let form = catalogue().get("screening").unwrap();
        let record = RecordId::new(Uuid::now_v7());
        records::start(&mut tx, &grant, record, form, &Answers::default()).await.unwrap();
        tx.commit().await.unwrap();
        Self { kit, subject, record }
    }

    async fn tx(&self, minutes: i64) -> Tx {
        self.kit.tx_at(Role::Practitioner, self.kit.now + Duration::minutes(minutes)).await
    }

    async fn save(&self, minutes: i64, base: i64, own: Option<i64>, words: &str) -> Saved {
        let mut tx = self.tx(minutes).await;
        let grant = tx.authorise::<WriteClinical>(self.subject).await.unwrap();
        let saved = records::save(&mut tx, &grant, self.record, base, own, &said(words)).await.unwrap();
        tx.commit().await.unwrap();
        saved
    }

    async fn unsettled(&self, minutes: i64) -> Vec<i64> {
        let mut tx = self.tx(minutes).await;
        let view = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        let record = records::get(&mut tx, &view, self.record).await.unwrap().unwrap();
        let lost = records::unsettled(&mut tx, &view, &record).await.unwrap();
        lost.into_iter().map(|one| one.version).collect()
    }

    async fn sign(&self, minutes: i64, without: &[i64]) -> Result<RecordState, Error> {
        let mut tx = self.tx(minutes).await;
        let view = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        let grant = tx.authorise::<SignClinical>(self.subject).await.unwrap();
        let record = records::get(&mut tx, &view, self.record).await.unwrap().unwrap();
        for version in without {
            records::sign_without(&mut tx, &grant, self.record, *version).await.unwrap();
        }
        let state = records::sign(&mut tx, &grant, &record, catalogue().get("screening").unwrap()).await?;
        tx.commit().await?;
        Ok(state)
    }

    async fn words_kept(&self) -> Vec<(i64, String, Option<i64>)> {
        let mut tx = self.tx(500).await;
        let grant = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        let versions = records::versions(&mut tx, &grant, self.record).await.unwrap();
        versions
            .into_iter()
            .map(|one| (one.version, one.answers.one("concern").unwrap_or_default().to_owned(), one.conflicts_with))
            .collect()
    }
}

on_both! {
    async fn the_slower_of_two_loses_nothing(kit: Kit) {
        let ward = Ward::open(kit).await;
        assert_eq!(ward.save(1, 1, None, "seen pacing").await, Saved::Saved { version: 2 });
        let slower = ward.save(2, 1, None, "heard shouting").await;
        assert_eq!(slower, Saved::Conflict { kept_as: 3, by: "Amara Bello".into(), state: RecordState::Draft });
        assert_eq!(ward.save(3, 2, None, "pacing and shouting").await, Saved::Saved { version: 4 });
        let kept = ward.words_kept().await;
        assert_eq!(kept[0], (4, "pacing and shouting".into(), None));
        assert_eq!(kept[1], (3, "heard shouting".into(), Some(2)));
        assert_eq!(kept[2], (2, "seen pacing".into(), None));
    }

    async fn a_save_whose_answer_was_lost_is_no_conflict_with_itself(kit: Kit) {
        let ward = Ward::open(kit).await;
        assert_eq!(ward.save(1, 1, None, "seen").await, Saved::Saved { version: 2 });
        // The same text again, and more text of the same page, which still names version 1.
        assert_eq!(ward.save(2, 1, Some(2), "seen").await, Saved::Saved { version: 2 });
        assert_eq!(ward.save(3, 1, Some(2), "seen pacing").await, Saved::Saved { version: 3 });
    }

    async fn within_a_minute_the_last_state_speaks_for_all(kit: Kit) {
        let ward = Ward::open(kit).await;
        ward.save(1, 1, None, "s").await;
        ward.save(1, 2, None, "se").await;
        ward.save(1, 3, None, "seen").await;
        ward.save(2, 4, None, "seen pacing").await;
        let kept: Vec<String> = ward.words_kept().await.into_iter().map(|(_, words, _)| words).collect();
        assert_eq!(kept, ["seen pacing", "seen", ""]);
    }

    async fn a_text_that_lost_is_told_until_somebody_chooses(kit: Kit) {
        let ward = Ward::open(kit).await;
        ward.save(1, 1, None, "seen pacing").await;
        ward.save(2, 1, None, "heard shouting").await;
        assert_eq!(ward.unsettled(3).await, [3]);
        let mut tx = ward.tx(4).await;
        let grant = tx.authorise::<WriteClinical>(ward.subject).await.unwrap();
        records::settle(&mut tx, &grant, ward.record, 3).await.unwrap();
        tx.commit().await.unwrap();
        assert!(ward.unsettled(5).await.is_empty());
        ward.save(6, 1, None, "calm").await;
        assert_eq!(ward.unsettled(7).await, [4]);
        ward.save(8, 2, None, "calm").await;
        assert!(ward.unsettled(9).await.is_empty(), "the draft says the same by now");
    }

    async fn nobody_signs_over_a_text_that_lost_unless_they_say_so(kit: Kit) {
        let ward = Ward::open(kit).await;
        ward.save(1, 1, None, "seen pacing").await;
        ward.save(2, 1, None, "heard shouting").await;
        assert!(matches!(ward.sign(3, &[]).await, Err(Error::Stale)));
        assert!(matches!(ward.sign(3, &[2]).await, Err(Error::Stale)), "another text");
        assert_eq!(ward.sign(4, &[3]).await.unwrap(), RecordState::Signed);
        assert!(ward.words_kept().await.contains(&(3, "heard shouting".into(), Some(2))), "it stays in the history");
    }

    async fn what_is_typed_after_signing_is_kept_and_the_signed_text_stands(kit: Kit) {
        let ward = Ward::open(kit).await;
        ward.save(1, 1, None, "seen pacing").await;
        let mut tx = ward.tx(2).await;
        let view = tx.authorise::<ViewClinical>(ward.subject).await.unwrap();
        let sign = tx.authorise::<SignClinical>(ward.subject).await.unwrap();
        let record = records::get(&mut tx, &view, ward.record).await.unwrap().unwrap();
        records::sign(&mut tx, &sign, &record, catalogue().get("screening").unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        let late = ward.save(3, 2, None, "and shouting").await;
        assert_eq!(late, Saved::Conflict { kept_as: 3, by: "Amara Bello".into(), state: RecordState::Signed });
        let mut tx = ward.tx(4).await;
        let view = tx.authorise::<ViewClinical>(ward.subject).await.unwrap();
        let signed = records::get(&mut tx, &view, ward.record).await.unwrap().unwrap();
        assert_eq!(signed.snapshot.unwrap().answer("concern").unwrap().value, "seen pacing");
    }
}
