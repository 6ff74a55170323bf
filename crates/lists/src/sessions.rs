//! The walk through a list from Libra, whichever way it is written down: documents hold a job, a job
//! sessions, sessions blocks, blocks cases; and a case is one defendant.
//!
//! Any level may be missing or empty. What is no object where one should stand is rejected and kept.

mod case;
mod day;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::{Map, Value};
use throughline_domain::name::folded;
use throughline_domain::time::Instant;

use crate::node::Node;
use crate::times::read_time;
use crate::walk::MOST_CONTEXT;
use crate::{
    Entry, ListKind, ListNotice, MAX_ROWS, Notice, Position, ReadError, Reading, RejectReason, RejectedRow, SetAside,
    SetAsideReason,
};
use case::{Defendant, said};
use day::{Day, Document, Printing};

/// Reads the documents that stand in these nodes.
pub(crate) fn read(format: &'static str, holders: &[Node<'_>], today: NaiveDate) -> Result<Reading, ReadError> {
    let mut walk = Walk::new(format, today);
    for holder in holders {
        walk.each("", *holder, "document", &mut |walk, path, document| walk.document(path, document))?;
    }
    Ok(walk.finish())
}

/// What is done with one thing that the walk comes to, at its path.
type Work<'w, 'a> = dyn FnMut(&mut Walk, &str, Node<'a>) -> Result<(), ReadError> + 'w;

struct Walk {
    reading: Reading,
    today: NaiveDate,
    /// The days that the list gives for its sessions.
    days: BTreeSet<NaiveDate>,
    /// How often each key was given: those charged together share a case number.
    given: HashMap<String, usize>,
    sites: HashSet<String>,
    /// The notices of the list so far, in words.
    told: HashSet<String>,
    empty_sessions: usize,
    /// How many bytes the words around blocks and cases add up to so far.
    context_bytes: usize,
}

/// What every case of a session shares.
struct Session {
    court: Option<String>,
    court_code: Option<String>,
    room: Option<String>,
    start: Start,
    day: Day,
    youth_panel: bool,
    /// The days on which printed ages may have been worked out; the first is that of the session.
    days_of_age: Vec<NaiveDate>,
    /// Its own fields, as they came.
    own: Map<String, Value>,
    /// The size of its own fields.
    bytes: usize,
    notices: Vec<Notice>,
}

/// What every case of a block shares.
struct Block<'a> {
    session: &'a Session,
    /// When its cases are called: its own start, or the session's when it gives none.
    start: Start,
    description: Option<String>,
    own: Map<String, Value>,
    notices: Vec<Notice>,
}

/// A time of day, as printed and as read.
#[derive(Debug, Clone, Default)]
struct Start {
    column: &'static str,
    text: Option<String>,
    at: Option<Instant>,
    /// Whether the text is a time alone, without a day.
    day_assumed: bool,
}

impl Walk {
    fn new(format: &'static str, today: NaiveDate) -> Self {
        Self {
            reading: Reading::new(ListKind::Court, format),
            today,
            days: BTreeSet::new(),
            given: HashMap::new(),
            sites: HashSet::new(),
            told: HashSet::new(),
            empty_sessions: 0,
            context_bytes: 0,
        }
    }

    fn document(&mut self, path: &str, node: Node<'_>) -> Result<(), ReadError> {
        let document = Document::of(node, self.today);
        let mut sessions = 0;
        self.each(path, node, "data", &mut |walk, path, data| {
            walk.each(path, data, "job", &mut |walk, path, job| {
                sessions += walk.job(&document, path, job)?;
                Ok(())
            })
        })?;
        if sessions == 0 {
            self.tell(ListNotice::DocumentEmpty(document.name.unwrap_or_else(|| path.to_owned())));
        }
        Ok(())
    }

    /// Reads the sessions of a job, and gives their number.
    fn job(&mut self, document: &Document, path: &str, node: Node<'_>) -> Result<usize, ReadError> {
        let mut sessions = 0;
        let printing = document.printing(node);
        self.reading.published_at = self.reading.published_at.max(printing.at);
        self.each_in(path, node, ("sessions", "session"), &mut |walk, path, node| {
            sessions += 1;
            let session = Session::of(document, printing, node, walk.today);
            walk.note(document, &session, node)?;
            walk.session(&session, path, node)
        })?;
        self.days.extend(document.stated_day().or(printing.day).filter(|_| sessions == 0));
        Ok(sessions)
    }

    fn session(&mut self, session: &Session, path: &str, node: Node<'_>) -> Result<(), ReadError> {
        let before = self.reading.rows_in;
        self.each_in(path, node, ("blocks", "block"), &mut |walk, path, node| walk.block(session, path, node))?;
        self.empty_sessions += usize::from(self.reading.rows_in == before);
        Ok(())
    }

    fn block(&mut self, session: &Session, path: &str, node: Node<'_>) -> Result<(), ReadError> {
        self.spend(session.bytes)?;
        let block = Block::of(session, node);
        let shared = session.bytes + size(&block.own);
        self.each_in(path, node, ("cases", "case"), &mut |walk, path, case| {
            walk.spend(shared)?;
            let row = walk.next(path.to_owned())?;
            walk.case(&block, row, case);
            Ok(())
        })
    }

    /// Notes where and when a session is, and whether its document says otherwise.
    fn note(&mut self, document: &Document, session: &Session, node: Node<'_>) -> Result<(), ReadError> {
        if let Some(court) = session.court.as_ref().filter(|court| !self.sites.contains(*court)) {
            self.sites.insert(court.clone());
            self.reading.sites.push(court.clone());
        }
        session.day.notice().into_iter().for_each(|notice| self.tell(notice));
        self.days.extend(session.day.of_list());
        let told = document.contradicted_by(session.day.date, node.say("ou_code").as_deref());
        self.spend(told.iter().map(|(name, _)| name.len()).sum())?;
        for (document, says) in told {
            self.tell(ListNotice::DocumentDisagrees { document, says });
        }
        Ok(())
    }

    /// Notes something of the list once.
    fn tell(&mut self, notice: ListNotice) {
        if self.told.insert(notice.to_string()) {
            self.reading.notices.push(notice);
        }
    }

    fn case(&mut self, block: &Block<'_>, row: Position, node: Node<'_>) {
        let mut defendant = Defendant::of(node);
        if defendant.is_organisation {
            let reason = SetAsideReason::Organisation;
            let name = defendant.name_as_printed();
            self.reading.set_aside.push(SetAside { row, name, urn: defendant.case_number, reason });
            return;
        }
        let (key, second_key) = self.keys(block.session, defendant.case_number.as_deref());
        defendant.notices.extend(block.session.notices.iter().chain(&block.notices).cloned());
        let entry = Entry { key, second_key, ..defendant.entry(row, block) };
        self.reading.entries.push(entry);
    }

    /// The key (court, room, start of the session, case number and party) and the looser one without
    /// court, room and start. A party's number is its place among those of one case number.
    fn keys(&mut self, session: &Session, case_number: Option<&str>) -> (String, Option<String>) {
        let known = |text: &Option<String>| text.clone().unwrap_or_default();
        let start = session.start.at.filter(|_| session.day.is_of_list());
        let start = start.map_or_else(|| known(&session.start.text), |at| at.to_rfc3339());
        let case = case_number.unwrap_or_default();
        let place = format!("court:{}|{}|{start}|case|{case}", known(&session.court), known(&session.room));
        let matter = format!("matter:case|{case}");
        let mut numbered = |key: String| {
            let times = self.given.entry(key.clone()).or_default();
            *times += 1;
            format!("{key}|{}", *times - 1)
        };
        (numbered(place), case_number.map(|_| numbered(matter)))
    }

    /// Works through what stands as one name in what stands as another. A holder of something else
    /// instead is rejected whole.
    fn each_in<'a>(
        &mut self,
        path: &str,
        node: Node<'a>,
        (holder, item): (&str, &str),
        work: &mut Work<'_, 'a>,
    ) -> Result<(), ReadError> {
        self.each(path, node, holder, &mut |walk, path, holder| {
            if holder.mentions(item) || holder.is_blank() {
                return walk.each(path, holder, item, work);
            }
            walk.reject(path.to_owned(), holder)
        })
    }

    /// Works through everything of a name below a node, with its path. What is no group is rejected.
    fn each<'a>(&mut self, path: &str, node: Node<'a>, name: &str, work: &mut Work<'_, 'a>) -> Result<(), ReadError> {
        let dot = if path.is_empty() { "" } else { "." };
        let is_list = node.is_list(name);
        for (index, item) in node.all(name).into_iter().enumerate() {
            let place = if is_list { format!("[{index}]") } else { String::new() };
            let at = format!("{path}{dot}{name}{place}");
            if item.is_group() {
                work(self, &at, item)?;
            } else {
                self.reject(at, item)?;
            }
        }
        // A case where no list puts one is kept, for all that nobody can tell where it is heard.
        node.strays("case", name).into_iter().try_for_each(|stray| self.reject(path.to_owned(), stray))
    }

    fn reject(&mut self, path: String, node: Node<'_>) -> Result<(), ReadError> {
        let (row, verbatim, reason) = (self.next(path)?, node.verbatim(), RejectReason::WrongShape);
        self.reading.rejected.push(RejectedRow { row, verbatim, reason, understood: None });
        Ok(())
    }

    fn next(&mut self, path: String) -> Result<Position, ReadError> {
        if self.reading.rows_in == MAX_ROWS {
            return Err(ReadError::TooManyRows);
        }
        self.reading.rows_in += 1;
        Ok(Position::Path { path, ordinal: self.reading.rows_in })
    }

    /// Counts words that are about to be said once more.
    fn spend(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.context_bytes = self.context_bytes.saturating_add(bytes);
        if self.context_bytes > MOST_CONTEXT { Err(ReadError::TooLarge) } else { Ok(()) }
    }

    fn finish(mut self) -> Reading {
        let sites = self.reading.sites.join(" and ");
        let at = if sites.is_empty() { String::new() } else { format!(" for {sites}") };
        self.reading.title = format!("Magistrates' court list{at}");
        self.reading.list_date = self.days.first().copied();
        let several = (self.days.len() > 1).then_some(ListNotice::SeveralDays(self.days.len()));
        let empty = (self.empty_sessions > 0).then_some(ListNotice::SessionsWithoutCases(self.empty_sessions));
        let nobody = self.reading.entries.is_empty().then_some(ListNotice::NobodyOnIt);
        self.reading.notices.extend([several, empty, nobody].into_iter().flatten());
        self.reading
    }
}

impl Session {
    fn of(document: &Document, printing: Printing, node: Node<'_>, today: NaiveDate) -> Self {
        let mut notices = Vec::new();
        let court = said(node, "court", "Court", &mut notices);
        let room = said(node, "room", "Court room", &mut notices);
        let day = document.day(said(node, "doh", "Day of hearing", &mut notices), printing, &mut notices);
        let start = Start::of(node, "sstart", "Session start", day.date, &mut notices);
        let panel = said(node, "panel", "Panel", &mut notices);
        if [&court, &room].into_iter().flatten().any(|text| is_to_be_allocated(text)) {
            notices.push(Notice::CourtToBeAllocated);
        }
        let own = node.own_fields("session", &["blocks"]);
        Self {
            days_of_age: [Some(day.date), printing.day, Some(today)].into_iter().flatten().collect(),
            youth_panel: panel.is_some_and(|panel| crate::names::is_youth_panel(&panel)),
            bytes: size(&own),
            own,
            court,
            court_code: node.say("ou_code"),
            room,
            start,
            day,
            notices,
        }
    }
}

impl<'a> Block<'a> {
    fn of(session: &'a Session, node: Node<'_>) -> Self {
        let mut notices = Vec::new();
        let own = Start::of(node, "bstart", "Block start", session.day.date, &mut notices);
        let start = if own.text.is_some() { own } else { session.start.clone() };
        notices.extend(start.dateless().filter(|_| !session.day.is_of_list()));
        let description = said(node, "desc", "Block", &mut notices);
        Self { session, start, description, own: node.own_fields("block", &["cases"]), notices }
    }
}

impl Start {
    fn of(node: Node<'_>, name: &str, column: &'static str, day: NaiveDate, notices: &mut Vec<Notice>) -> Self {
        let text = said(node, name, column, notices);
        let read = text.as_deref().and_then(|text| read_time(text, day));
        if let Some(text) = text.as_ref().filter(|_| read.is_none()) {
            notices.push(Notice::UnreadableTime { column: column.to_owned(), text: text.clone() });
        }
        Self { column, text, at: read.map(|read| read.at), day_assumed: read.is_some_and(|read| read.day_assumed) }
    }

    /// That the day had to be found elsewhere.
    fn dateless(&self) -> Option<Notice> {
        let text = self.text.clone().filter(|_| self.day_assumed)?;
        Some(Notice::DateAssumed { column: self.column.to_owned(), text })
    }
}

fn is_to_be_allocated(text: &str) -> bool {
    matches!(folded(text).as_str(), "to be allocated" | "tba" | "to be confirmed" | "tbc" | "not allocated")
}

fn size(fields: &Map<String, Value>) -> usize {
    fields.iter().map(|(name, value)| name.len() + value.to_string().len()).sum()
}
