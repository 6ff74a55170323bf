//! What an e-mail brings: who sent it and when, the files that may be lists, and what is passed over.

use crate::receive::{Incoming, Tables, shown_name};
use chrono::DateTime;
use mail_parser::{ContentType, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use throughline_domain::origin::ByItself;

/// How deep messages within messages are opened.
const DEEPEST: usize = 4;

/// The most files that are taken from one message.
const MOST: usize = 50;

/// An e-mail, opened.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) origin: ByItself,
    /// Each attachment is one list.
    pub(crate) attached: Vec<Incoming>,
    /// The texts, the innermost first: read as a pasted list when nothing is attached.
    pub(crate) texts: Vec<Incoming>,
}

/// Opens a message; `None` when it is none.
pub(crate) fn open(bytes: &[u8]) -> Option<Letter> {
    let message = MessageParser::default().parse(bytes)?;
    let mut found = Found::default();
    found.look_through(&message, 0);
    let origin = ByItself::Email {
        from: sender(&message),
        sent_at: message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
        passed_over: found.passed_over,
    };
    found.texts.reverse();
    Some(Letter { origin, attached: found.attached, texts: found.texts })
}

fn sender(message: &Message) -> String {
    let first = message.from().or_else(|| message.sender()).and_then(|from| from.first());
    let address = first.and_then(|from| from.address.as_deref().or(from.name.as_deref())).unwrap_or_default();
    if address.trim().is_empty() { String::new() } else { shown_name(address) }
}

#[derive(Debug, Default)]
struct Found {
    attached: Vec<Incoming>,
    texts: Vec<Incoming>,
    passed_over: Vec<String>,
}

impl Found {
    fn look_through(&mut self, message: &Message, depth: usize) {
        let text: Vec<_> = (0..message.text_body_count()).filter_map(|at| message.body_text(at)).collect();
        let text = text.join("\n");
        if !text.trim().is_empty() {
            let subject = message.subject().unwrap_or("no subject");
            let text = Incoming::file(&format!("Text of the e-mail: {subject}"), text.into_bytes());
            self.texts.push(Incoming { tables: Tables::Known, ..text });
        }
        for part in message.attachments() {
            match &part.body {
                PartType::Message(inner) if depth < DEEPEST => self.look_through(inner, depth + 1),
                _ => self.take(part),
            }
        }
    }

    fn take(&mut self, part: &MessagePart) {
        let name = part.attachment_name();
        // A text without a name that is not sent as a file is a further piece of the text.
        let is_file = name.is_some() || part.content_disposition().is_some_and(ContentType::is_attachment);
        if matches!(part.body, PartType::Text(_) | PartType::Html(_)) && !is_file && !is_of_no_list(part, name) {
            return;
        }
        let shown = shown_name(name.unwrap_or("an attachment without a name"));
        if self.attached.len() >= MOST || is_of_no_list(part, name) {
            self.passed_over.push(shown);
        } else {
            self.attached.push(Incoming::file(&shown, part.contents().to_vec()));
        }
    }
}

/// Whether a part is of a kind that is never a list: a picture shown within the text, an invitation, a business card,
/// a signature. A picture that is attached is not: somebody may have sent it for a list, and is to be told.
fn is_of_no_list(part: &MessagePart, name: Option<&str>) -> bool {
    const KINDS: [(&str, &str); 8] = [
        ("text", "calendar"),
        ("text", "vcard"),
        ("text", "x-vcard"),
        ("application", "ics"),
        ("application", "pkcs7-signature"),
        ("application", "x-pkcs7-signature"),
        ("application", "pgp-signature"),
        ("message", "delivery-status"),
    ];
    const ENDINGS: [&str; 5] = [".ics", ".vcf", ".p7s", ".asc", ".sig"];
    let kind = part.content_type().map(|kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
    let (kind, subkind) = kind.unwrap_or_default();
    let is_kind = |of: &(&str, &str)| kind.eq_ignore_ascii_case(of.0) && subkind.eq_ignore_ascii_case(of.1);
    let name = name.unwrap_or_default().to_lowercase();
    let is_within = part.content_id().is_some() || part.content_disposition().is_some_and(ContentType::is_inline);
    KINDS.iter().any(is_kind)
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || (kind.eq_ignore_ascii_case("image") && is_within)
}
