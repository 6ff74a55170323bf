//! Asking for what every disclosure needs: to whom, how, on what basis, and no more than is needed.

use crate::{Errors, Fields, Problem};
use minijinja::{Value, context};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::disclosure::{Basis, Channel, Refusal, check};
use throughline_domain::ids::{DisclosureId, DocumentId};
use throughline_policy::{Subject, ViewConsent};
use throughline_store::Tx;
use throughline_store::consents::{self, Consent};
use throughline_store::disclosures::NewDisclosure;
use uuid::Uuid;

/// What the ledger says for a recipient.
#[derive(Debug, Clone)]
pub(crate) struct Ledger(Vec<Consent>);

impl Ledger {
    /// Reads the consent ledger of the subject.
    pub(crate) async fn read(tx: &mut Tx, subject: Subject) -> Result<Self, Problem> {
        let grant = tx.authorise::<ViewConsent>(subject).await?;
        Ok(Self(consents::ledger(tx, &grant).await?))
    }

    /// The line that speaks for a recipient.
    pub(crate) fn line(&self, consent_for: ConsentFor) -> Option<&Consent> {
        consents::speaks(&self.0, consent_for)
    }

    /// What it says.
    pub(crate) fn state(&self, consent_for: ConsentFor) -> ConsentState {
        consents::state(&self.0, consent_for)
    }

    /// What it says, for the page.
    pub(crate) fn value(&self, consent_for: ConsentFor) -> Value {
        let state = self.state(consent_for);
        let line = self.line(consent_for);
        context! {
            label => consent_for.label(),
            state => state.code(),
            words => state.label(),
            tone => if state.permits() { "good" } else if state.is_answer() { "bad" } else { "warn" },
            permits => state.permits(),
            limits => line.map(|line| line.words.clone()),
            at => line.map(|line| line.recorded_at),
            by => line.map(|line| line.recorded_by_name.clone()),
        }
    }
}

/// A disclosure as somebody asked for it, with what is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    recipient: String,
    channel: Channel,
    basis: Basis,
    reason: String,
    consent_for: ConsentFor,
}

/// Reads the fields of the sharing form and checks them against the ledger.
pub(crate) fn ask(fields: &Fields, ledger: &Ledger, consent_for: ConsentFor, errors: &mut Errors) -> Option<Asked> {
    let recipient = fields.text("recipient").trim();
    if recipient.is_empty() {
        errors.add("recipient", Refusal::NoRecipient.to_string());
    }
    let channel = Channel::from_code(fields.text("channel"));
    if channel.is_none() {
        errors.add("channel", "Choose how it is shared");
    }
    let asked = Basis::from_code(fields.text("basis"));
    let basis = check("recipient", asked, ledger.state(consent_for), fields.text("reason"));
    if let Err(refusal) = &basis {
        let field = if *refusal == Refusal::NoReason { "reason" } else { "basis" };
        errors.add(field, refusal.to_string());
    }
    if !fields.ticked("minimum") {
        errors.add("minimum", "Tick to confirm that it is no more than this reader needs, or leave something out");
    }
    let (channel, basis) = (channel?, basis.ok()?);
    let is_whole = errors.is_empty();
    let asked = Asked {
        recipient: recipient.to_owned(),
        channel,
        basis,
        reason: fields.text("reason").to_owned(),
        consent_for,
    };
    is_whole.then_some(asked)
}

impl Asked {
    /// The basis that holds.
    pub(crate) fn basis(&self) -> Basis {
        self.basis
    }

    /// The line of the ledger to be written.
    pub(crate) fn disclosure(
        &self,
        ledger: &Ledger,
        document_id: Option<DocumentId>,
        summary: String,
    ) -> NewDisclosure {
        let consent = ledger.line(self.consent_for).filter(|_| self.basis == Basis::Consent);
        NewDisclosure {
            id: DisclosureId::new(Uuid::now_v7()),
            document_id,
            summary,
            consent_for: self.consent_for,
            recipient: self.recipient.clone(),
            channel: self.channel,
            basis: self.basis,
            reason: self.reason.clone(),
            consent_id: consent.map(|line| line.id),
            minimum_necessary: true,
        }
    }
}

/// The choices of the sharing form.
pub(crate) fn choices(suggestions: &[String], channels: &[Channel]) -> Value {
    let channels: Vec<Value> =
        channels.iter().map(|channel| context! { code => channel.code(), label => channel.label() }).collect();
    let bases: Vec<Value> =
        Basis::ALL.iter().map(|basis| context! { code => basis.code(), label => basis.label() }).collect();
    context! { suggestions, channels, bases }
}
