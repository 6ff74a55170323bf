//! The hearing inside its envelope, and what happened to it.
//!
//! Common Platform posts a hearing as `{"hearing": {...}}`, with `sharedTime` once results are shared,
//! and asks for a deletion by a request that has only the hearing's id. Who passes these on puts them
//! into the `Message` of an SNS notification, or the `Body` of an SQS message, as JSON in a text; what
//! happened then stands beside it in `MessageAttributes`, as `hearingEventType`. A deletion is told by
//! that attribute, or by a field of that name or of the name `eventType`, with the id in `hearing.id`
//! or `hearingId`.

use serde_json::Value;
use throughline_domain::{name::folded, time::Instant};

use crate::{
    HearingEvent, ReadError,
    fields::{field, instant, is_true, text},
    source::parse_json,
};

/// A hearing event, out of its envelope.
pub(super) struct Message {
    pub(super) event: HearingEvent,
    pub(super) hearing: Value,
    /// Where the hearing stands in the event.
    pub(super) path: String,
    /// When the envelope was sent, or the results were shared.
    pub(super) sent_at: Option<Instant>,
    /// Keys that the event inside the envelope says twice.
    pub(super) repeated: Vec<String>,
}

/// What the envelopes say on the way in.
#[derive(Default)]
struct Envelope {
    event_type: Option<String>,
    /// Whether it is named as the type of a hearing event, and not of any event.
    is_of_hearing: bool,
    sent_at: Option<Instant>,
    repeated: Vec<String>,
}

/// The event of a document; `None` when it is none.
pub(super) fn opened(document: &Value) -> Option<Result<Message, ReadError>> {
    const MOST_ENVELOPES: usize = 4;
    let mut envelope = Envelope::default();
    let mut content = document.clone();
    for _ in 0..MOST_ENVELOPES {
        envelope.note(&content);
        let Some(inside) = sealed(&content) else {
            return message(envelope, &content);
        };
        match parse_json(inside) {
            Ok((value, repeated)) => {
                envelope.repeated.extend(repeated);
                content = value;
            }
            Err(error) => return is_about_a_hearing(&content).then_some(Err(error)),
        }
    }
    None
}

/// The text that an envelope holds.
fn sealed(content: &Value) -> Option<&str> {
    ["Message", "Body"].iter().find_map(|name| content.get(name)).and_then(Value::as_str)
}

fn is_about_a_hearing(envelope: &Value) -> bool {
    let kind = attribute(envelope, "messageType").is_some_and(|kind| folded(&kind).contains("hearing"));
    kind || attribute(envelope, "hearingEventType").is_some()
}

impl Envelope {
    fn note(&mut self, content: &Value) {
        for name in ["hearingEventType", "eventType"] {
            let said = attribute(content, name).or_else(|| field(content, name));
            if self.event_type.is_none() && said.is_some() {
                self.is_of_hearing = name == "hearingEventType";
                self.event_type = said;
            }
        }
        let sent_at =
            ["Timestamp", "sharedTime"].iter().find_map(|name| field(content, name)).and_then(|at| zoned(&at));
        self.sent_at = self.sent_at.or(sent_at);
    }

    fn says(&self, what: &str) -> bool {
        self.event_type.as_deref().is_some_and(|said| folded(said).split(' ').any(|word| word.ends_with(what)))
    }
}

/// An attribute of a message: plain, or an object that has its value.
fn attribute(content: &Value, name: &str) -> Option<String> {
    let attribute = content.get("MessageAttributes")?.get(name)?;
    text(attribute).or_else(|| field(attribute, "Value")).or_else(|| field(attribute, "StringValue"))
}

/// `2026-03-26T09:38:02.191Z[UTC]` is how some times are written.
fn zoned(text: &str) -> Option<Instant> {
    instant(text.split('[').next().unwrap_or_default())
}

fn message(envelope: Envelope, content: &Value) -> Option<Result<Message, ReadError>> {
    let is_wrapped = content.get("hearing").is_some_and(Value::is_object);
    let hearing = if is_wrapped { content.get("hearing")? } else { content };
    let id = field(hearing, "id").or_else(|| field(content, "hearingId"));
    if envelope.says("deleted") {
        let names_hearing = is_wrapped || content.get("hearingId").is_some() || is_hearing(hearing, 1);
        let is_deletion = names_hearing || (envelope.is_of_hearing && content.is_object());
        return is_deletion.then(|| deletion(envelope, id));
    }
    if !is_hearing(hearing, if is_wrapped { 1 } else { 2 }) {
        return None;
    }
    let shared = content.get("sharedTime").is_some() || hearing.get("hasSharedResults").is_some_and(is_true);
    let is_resulted = envelope.says("resulted") || (shared && !envelope.says("updated"));
    let event = if is_resulted {
        HearingEvent::Resulted { hearing_id: id }
    } else {
        HearingEvent::ConfirmedOrUpdated { hearing_id: id }
    };
    let path = if is_wrapped { "hearing".to_owned() } else { String::new() };
    let hearing = hearing.clone();
    Some(Ok(Message { event, hearing, path, sent_at: envelope.sent_at, repeated: envelope.repeated }))
}

fn deletion(envelope: Envelope, id: Option<String>) -> Result<Message, ReadError> {
    let hearing_id = id.ok_or(ReadError::DeletionOfNothing)?;
    Ok(Message {
        event: HearingEvent::Deleted { hearing_id },
        hearing: Value::Null,
        path: String::new(),
        sent_at: envelope.sent_at,
        repeated: envelope.repeated,
    })
}

/// Whether an object has enough of the fields of a hearing.
fn is_hearing(value: &Value, enough: usize) -> bool {
    const FIELDS: [&str; 5] =
        ["courtCentre", "hearingDays", "jurisdictionType", "prosecutionCases", "courtApplications"];
    FIELDS.iter().filter(|name| value.get(name).is_some()).count() >= enough
}
