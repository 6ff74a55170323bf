//! Joining two records of one person, and taking them apart again exactly, on both databases.

mod filled;
mod joining;
mod pairs;
mod undoing;

use crate::filled::rows;
use chrono::NaiveDate;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{MergeId, PersonId};
use throughline_domain::merge::{Duplicate, DuplicateState, Pair, Reason, Refusal, WrongNumber};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{CreatePerson, MergePeople, Subject, UnmergePeople, ViewDuplicates};
use throughline_store::Cause;
use throughline_store::merges::{self, Decided};
use throughline_store::people::{self, NewPerson};
use throughline_testkit::Kit;
use uuid::Uuid;

fn because() -> Reason {
    Reason::new("Same fingerprints, told by the custody sergeant").unwrap()
}

async fn person(kit: &Kit, new: NewPerson) -> PersonId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreatePerson>(Subject::default()).await.unwrap();
    let id = PersonId::new(Uuid::now_v7());
    people::create(&mut tx, &grant, id, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn jan(number: Option<u32>) -> NewPerson {
    NewPerson {
        name: Name::new("Jan", "Kowalski"),
        date_of_birth: NaiveDate::from_ymd_opt(1984, 3, 12),
        nhs_number: number.map(NhsNumber::invented),
        ..NewPerson::default()
    }
}

async fn try_join(kit: &Kit, keep: PersonId, away: PersonId, wrong: Option<WrongNumber>) -> Result<MergeId, Refusal> {
    let mut tx = kit.tx(Role::TeamLeader).await;
    let kept = tx.authorise::<MergePeople>(keep).await.unwrap();
    let gone = tx.authorise::<MergePeople>(away).await.unwrap();
    let why = because();
    let done = merges::merge(&mut tx, &kept, &gone, &why, wrong.map(|wrong| (wrong, &why))).await.unwrap();
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

async fn join(kit: &Kit, keep: PersonId, away: PersonId) -> MergeId {
    try_join(kit, keep, away, None).await.unwrap()
}

async fn try_undo(kit: &Kit, keep: PersonId, away: PersonId, id: MergeId) -> Result<(), Refusal> {
    let mut tx = kit.tx(Role::TeamLeader).await;
    let kept = tx.authorise::<UnmergePeople>(keep).await.unwrap();
    let gone = tx.authorise::<UnmergePeople>(away).await.unwrap();
    let done = merges::unmerge(&mut tx, &kept, &gone, id, &because()).await.unwrap();
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

async fn number_of(kit: &Kit, person: PersonId) -> Option<String> {
    let found = rows(&kit.store, "SELECT nhs_number FROM person WHERE id = $1", vec![person.into()]).await;
    found[0].get("nhs_number").unwrap()
}

fn pair(one: PersonId, other: PersonId, probability: f64) -> Duplicate {
    Duplicate {
        pair: Pair::of(one, other).unwrap(),
        probability,
        band: "possible".into(),
        reason: "Same date of birth".into(),
    }
}

async fn proposed(kit: &Kit, pairs: &[Duplicate]) -> Decided {
    let cause = Cause { actor: None, at: kit.now, request: "test".into() };
    let mut tx = kit.store.begin(cause).await.unwrap();
    let decided = merges::propose(&mut tx, pairs).await.unwrap();
    tx.commit().await.unwrap();
    decided
}

async fn in_state(kit: &Kit, state: DuplicateState) -> Vec<Pair> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await.unwrap();
    let queue = merges::queue(&mut tx, &grant, state, 0, 50).await.unwrap();
    assert_eq!(usize::try_from(queue.total).unwrap(), queue.lines.len());
    queue.lines.iter().map(|line| Pair::of(line.people[0].id, line.people[1].id).unwrap()).collect()
}
