//! Legal events on both databases: what stands, what was replaced, and who may see it.

use chrono::{Duration, NaiveDate};
use throughline_domain::ids::{EpisodeId, LegalEventId, ListId};
use throughline_domain::legal::{Allocation, Charge, DecidedBy, Detail, LegalEventKind as Kind, MhaSection};
use throughline_domain::list::ListKind;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{ChangeJustice, ChangeList, ImportList, Subject, ViewBoard, ViewJustice};
use throughline_store::legal::{self, Entry, NewLegalEvent};
use throughline_store::lists::{self, EntryFacts, NewList};
use throughline_store::{Error, Result};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

async fn episode(kit: &Kit) -> Subject {
    let person = kit.person("Jan", "Kowalski").await;
    let episode = kit.episode(person).await;
    Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }
}

fn new(kit: &Kit, kind: Kind, minutes_ago: i64, detail: Detail) -> NewLegalEvent {
    NewLegalEvent {
        id: LegalEventId::new(Uuid::now_v7()),
        kind,
        at: kit.now - Duration::minutes(minutes_ago),
        detail,
        decided_by: kind.decider(),
        decider_name: "Sgt 4417 <Vale>".into(),
        note: "as told on the 'phone\n& written down".into(),
        replaces: None,
    }
}

async fn record(kit: &Kit, subject: Subject, event: &NewLegalEvent) -> Result<()> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeJustice>(subject).await.unwrap();
    legal::record(&mut tx, &grant, kit.custody(), event).await?;
    tx.commit().await
}

async fn entries(kit: &Kit, subject: Subject) -> Vec<Entry> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewJustice>(subject).await.unwrap();
    let entries = legal::of_episode(&mut tx, &grant).await.unwrap();
    tx.commit().await.unwrap();
    entries
}

on_both! {
    async fn an_event_keeps_when_it_was_who_decided_and_when_it_was_written(kit: Kit) {
        let subject = episode(&kit).await;
        let first = kit.now + Duration::days(1);
        let charge = Charge { offence: "Affray".into(), allocation: Some(Allocation::Summary), first_appearance: Some(first) };
        let all = [
            new(&kit, Kind::Warrant, 60, Detail::Minutes(36 * 60)),
            new(&kit, Kind::ExcludedTime, 90, Detail::End(Some(kit.now - Duration::minutes(70)))),
            new(&kit, Kind::ExcludedTime, 50, Detail::End(None)),
            new(&kit, Kind::Charged, 40, Detail::Charge(charge)),
            new(&kit, Kind::SectionBegan, 30, Detail::Section(MhaSection::S37Restricted)),
            new(&kit, Kind::Arrested, 120, Detail::None),
        ];
        for event in &all {
            record(&kit, subject, event).await.unwrap();
        }
        let kept = entries(&kit, subject).await;
        assert_eq!(kept.iter().map(|entry| entry.id).collect::<Vec<_>>(), [5, 1, 0, 2, 3, 4].map(|place: usize| all[place].id));
        for entry in &kept {
            let recorded = all.iter().find(|event| event.id == entry.id).unwrap();
            assert_eq!((entry.event.kind, entry.event.at, &entry.event.detail), (recorded.kind, recorded.at, &recorded.detail));
            assert_eq!(entry.recorded_at, kit.now);
            assert_eq!((entry.decided_by, entry.note.as_str()), (recorded.kind.decider(), recorded.note.as_str()));
            assert_eq!(entry.decider_name, "Sgt 4417 <Vale>");
            assert!(entry.stands());
        }
        assert_eq!(kept[2].decided_by, Some(DecidedBy::Court));
    }

    async fn a_correction_takes_the_place_of_a_line_that_stays_as_it_was(kit: Kit) {
        let subject = episode(&kit).await;
        let wrong = new(&kit, Kind::ReviewHeld, 60, Detail::None);
        record(&kit, subject, &wrong).await.unwrap();
        let right = NewLegalEvent { replaces: Some(wrong.id), ..new(&kit, Kind::ReviewHeld, 45, Detail::None) };
        record(&kit, subject, &right).await.unwrap();
        let kept = entries(&kit, subject).await;
        let stands: Vec<_> = kept.iter().map(|entry| (entry.event.at, entry.stands())).collect();
        assert_eq!(stands, [(wrong.at, false), (right.at, true)]);

        // Whoever corrects the same line a second time has not seen the first correction.
        let again = NewLegalEvent { replaces: Some(wrong.id), ..new(&kit, Kind::ReviewHeld, 44, Detail::None) };
        assert!(matches!(record(&kit, subject, &again).await, Err(Error::Stale)));
        assert_eq!(entries(&kit, subject).await.len(), 2);
    }

    /// The second of two corrections of one line waits for the first, and is told.
    async fn of_two_corrections_at_once_the_second_is_told(kit: Kit) {
        let subject = episode(&kit).await;
        let wrong = new(&kit, Kind::ReviewHeld, 60, Detail::None);
        record(&kit, subject, &wrong).await.unwrap();
        let correction = |minutes| NewLegalEvent { replaces: Some(wrong.id), ..new(&kit, Kind::ReviewHeld, minutes, Detail::None) };
        let (right, late) = (correction(45), correction(44));
        let mut first = kit.tx(Role::Practitioner).await;
        let grant = first.authorise::<ChangeJustice>(subject).await.unwrap();
        legal::record(&mut first, &grant, kit.custody(), &right).await.unwrap();
        let commit = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            first.commit().await.unwrap();
        };
        let (second, ()) = tokio::join!(record(&kit, subject, &late), commit);
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
        assert_eq!(entries(&kit, subject).await.len(), 2);
    }

    async fn a_line_entered_in_error_is_taken_away_with_a_reason_and_kept(kit: Kit) {
        let subject = episode(&kit).await;
        record(&kit, subject, &new(&kit, Kind::Remanded, 60, Detail::None)).await.unwrap();
        let wrong = entries(&kit, subject).await.remove(0);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeJustice>(subject).await.unwrap();
        let id = LegalEventId::new(Uuid::now_v7());
        legal::withdraw(&mut tx, &grant, kit.custody(), id, &wrong, "Another person's").await.unwrap();
        let twice = legal::withdraw(&mut tx, &grant, kit.custody(), LegalEventId::new(Uuid::now_v7()), &wrong, "again").await;
        assert!(matches!(twice, Err(Error::Stale)));
        tx.commit().await.unwrap();
        let kept = entries(&kit, subject).await;
        assert_eq!(kept.len(), 2);
        assert!(kept.iter().all(|entry| !entry.stands()));
        assert_eq!(kept.iter().find(|entry| entry.withdrawn).unwrap().note, "Another person's");
        let back = NewLegalEvent { replaces: Some(id), ..new(&kit, Kind::Remanded, 60, Detail::None) };
        assert!(matches!(record(&kit, subject, &back).await, Err(Error::Stale)), "what takes away is no event to correct");
    }

    async fn a_line_of_another_episode_cannot_be_replaced(kit: Kit) {
        let (mine, other) = (episode(&kit).await, episode(&kit).await);
        let theirs = new(&kit, Kind::Arrested, 60, Detail::None);
        record(&kit, other, &theirs).await.unwrap();
        let forged = NewLegalEvent { replaces: Some(theirs.id), ..new(&kit, Kind::Arrested, 10, Detail::None) };
        assert!(matches!(record(&kit, mine, &forged).await, Err(Error::Stale)));
        assert!(entries(&kit, other).await[0].stands());
        assert!(entries(&kit, mine).await.is_empty());
    }

    async fn a_detail_that_does_not_fit_is_refused(kit: Kit) {
        let subject = episode(&kit).await;
        let wrong = new(&kit, Kind::Warrant, 10, Detail::None);
        assert!(matches!(record(&kit, subject, &wrong).await, Err(Error::Corrupt(_))));
        assert!(entries(&kit, subject).await.is_empty());
    }

    async fn who_may_not_see_justice_sees_and_changes_nothing(kit: Kit) {
        let subject = episode(&kit).await;
        let mut tx = kit.tx(Role::Analyst).await;
        assert!(tx.authorise::<ViewJustice>(subject).await.is_err());
        assert!(tx.authorise::<ChangeJustice>(subject).await.is_err());
        drop(tx);
        let mut tx = kit.tx(Role::LinkWorker).await;
        assert!(tx.authorise::<ChangeJustice>(subject).await.is_err());
    }

    async fn a_board_reads_what_stands_for_the_people_on_its_lists_and_nobody_else(kit: Kit) {
        let (listed, not_listed) = (episode(&kit).await, episode(&kit).await);
        let day = throughline_domain::time::london_date(kit.now);
        list(&kit, listed.episode.unwrap(), day).await;
        let wrong = new(&kit, Kind::ReviewHeld, 60, Detail::None);
        record(&kit, listed, &wrong).await.unwrap();
        record(&kit, listed, &NewLegalEvent { replaces: Some(wrong.id), ..new(&kit, Kind::ReviewHeld, 45, Detail::None) }).await.unwrap();
        record(&kit, not_listed, &new(&kit, Kind::ReviewHeld, 60, Detail::None)).await.unwrap();
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        let all = legal::of_board(&mut tx, &grant, day).await.unwrap();
        assert_eq!(all.keys().copied().collect::<Vec<_>>(), [listed.episode.unwrap()]);
        let at: Vec<_> = all[&listed.episode.unwrap()].iter().map(|event| event.at).collect();
        assert_eq!(at, [kit.now - Duration::minutes(45)]);
        assert!(legal::of_board(&mut tx, &grant, day + Duration::days(1)).await.unwrap().is_empty());
    }
}

async fn list(kit: &Kit, episode: EpisodeId, day: NaiveDate) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ImportList>(kit.custody()).await.unwrap();
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: day,
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(&mut tx, &grant, &new).await.unwrap();
    let facts = EntryFacts {
        list_date: day,
        key: "CU/1".into(),
        source_row: 1,
        source: "{}".into(),
        name: Name::new("Jan", "Kowalski"),
        ..EntryFacts::default()
    };
    let entry = lists::add_entry(&mut tx, &grant, ListKind::Custody, new.id, &facts).await.unwrap();
    let change = tx.authorise::<ChangeList>(kit.custody()).await.unwrap();
    lists::join_episode(&mut tx, &change, entry, episode).await.unwrap();
    tx.commit().await.unwrap();
}
