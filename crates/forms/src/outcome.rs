//! What follows from answers: alerts, findings and the state of risk.

use serde::{Deserialize, Serialize};

use throughline_domain::risk::AlertKind;
use throughline_domain::time::{Instant, from_london, parse_time};

use crate::answers::{Answers, settled_date};
use crate::check::FieldError;
use crate::definition::{Form, Kind, Question, RiskFeed};

/// Something that must be seen by whoever opens the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedAlert {
    /// What it is about.
    pub kind: AlertKind,
    /// The words of the alert.
    pub label: String,
    /// What was written about it; the question and answer when nothing was.
    pub detail: String,
    /// The moment that the question asked for, when it asked for one: a dose that is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Instant>,
    /// The question whose answer raised it.
    pub question: String,
}

/// A vulnerability or need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `vulnerability` or `need`.
    pub list: String,
    /// The option's code.
    pub code: String,
    /// The option's words.
    pub label: String,
    /// A code of [`FINDING_STATUSES`](crate::vocabulary::FINDING_STATUSES); `None` in a draft
    /// that does not say.
    pub status: Option<String>,
    /// A code of [`FINDING_KNOWN`](crate::vocabulary::FINDING_KNOWN); `None` in a draft that does
    /// not say.
    pub known: Option<String>,
    /// A code of [`FINDING_SOURCES`](crate::vocabulary::FINDING_SOURCES): who says so; `None` when
    /// nobody was asked to say, as in forms signed before it was asked.
    pub source: Option<String>,
}

throughline_domain::codes! {
    /// What the answers conclude about risk. There is no value for silence: that is `None`.
    pub enum RiskConclusion {
        /// At least one risk is known.
        Known = "known", "Known risk";
        /// Somebody asked, and found none.
        NoneIdentified = "none_identified", "Assessed, none identified";
        /// Somebody says that nobody could ask.
        NotAssessed = "not_assessed", "Not assessed";
    }
}

/// What a form says about risk: its conclusion with the areas it rests on, in the form's own words. Frozen when
/// the form is signed, so that the form's file alone says which answers mean what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskAnswer {
    /// What it concludes.
    pub conclusion: RiskConclusion,
    /// The areas in which a risk is known, by label.
    pub known: Vec<String>,
    /// The areas nobody asked about, by label: shown with every conclusion.
    pub not_asked: Vec<String>,
}

impl Form {
    /// The alerts that the answers raise, in the order asked.
    pub fn alerts(&self, answers: &Answers) -> Vec<RaisedAlert> {
        let visible = self.visible(answers);
        let applies = |id: &str| visible.iter().any(|question| question.id == id);
        visible.iter().flat_map(|question| question.raised(answers, &applies)).collect()
    }

    /// The vulnerabilities and needs that the answers record, in the order asked.
    pub fn findings(&self, answers: &Answers) -> Vec<Finding> {
        self.visible(answers)
            .into_iter()
            .filter_map(|question| Some((question, question.feeds.finding.as_ref()?)))
            .flat_map(|(question, list)| {
                question.options.iter().filter(|option| !option.alone && answers.has(&question.id, &option.code)).map(
                    move |option| Finding {
                        list: list.clone(),
                        code: option.code.clone(),
                        label: option.label.clone(),
                        status: question.part(answers, &option.code, "status"),
                        known: question.part(answers, &option.code, "known"),
                        source: question.part(answers, &option.code, "source"),
                    },
                )
            })
            .collect()
    }

    /// What the answers say about risk, or `None` when they do not say: nothing is concluded
    /// from silence. One known area makes a risk known, whatever is concluded; "none identified"
    /// needs both the conclusion and at least one area that was asked about.
    pub fn risk(&self, answers: &Answers) -> Option<RiskAnswer> {
        let picture = RiskPicture::of(self, answers);
        let conclusion = if picture.known.is_empty() { picture.concluded? } else { RiskConclusion::Known };
        if conclusion == RiskConclusion::NoneIdentified && !picture.anything_asked() {
            return None;
        }
        Some(RiskAnswer { conclusion, known: picture.known, not_asked: picture.not_asked })
    }

    /// A conclusion that its own areas contradict is not signed.
    pub(crate) fn check_risk(&self, answers: &Answers) -> Option<FieldError> {
        let picture = RiskPicture::of(self, answers);
        let message = match (picture.concluded, picture.known.as_slice()) {
            (Some(RiskConclusion::NoneIdentified), []) if !picture.anything_asked() => {
                "You concluded that no risk was identified, but no area was asked about: ask, or choose “not assessed”"
                    .to_owned()
            }
            (Some(RiskConclusion::Known), []) => {
                "You concluded that a risk is known, but identified none in any area: say which".to_owned()
            }
            (Some(RiskConclusion::Known), _) | (_, []) => return None,
            (_, known) => format!(
                "You did not conclude that a risk is known, but identified one under “{}”: change one of the two",
                known.join("”, “")
            ),
        };
        let question = picture.conclusion?.to_owned();
        Some(FieldError { field_name: question.clone(), question, message })
    }
}

/// The areas and the conclusion, as answered.
struct RiskPicture<'a> {
    conclusion: Option<&'a str>,
    concluded: Option<RiskConclusion>,
    known: Vec<String>,
    asked: usize,
    not_asked: Vec<String>,
}

impl<'a> RiskPicture<'a> {
    fn of(form: &'a Form, answers: &Answers) -> Self {
        let mut picture =
            Self { conclusion: None, concluded: None, known: Vec::new(), asked: 0, not_asked: Vec::new() };
        for question in form.visible(answers) {
            let Some(feed) = &question.feeds.risk else {
                continue;
            };
            let says = feed.says(answers.get(&question.id));
            if feed.overall {
                picture.conclusion = Some(&question.id);
                picture.concluded = says;
                continue;
            }
            match says {
                Some(RiskConclusion::Known) => picture.known.push(question.label.clone()),
                Some(RiskConclusion::NoneIdentified) => picture.asked += 1,
                Some(RiskConclusion::NotAssessed) | None => picture.not_asked.push(question.label.clone()),
            }
        }
        picture
    }

    fn anything_asked(&self) -> bool {
        self.asked + self.known.len() > 0
    }
}

impl RiskFeed {
    /// What the chosen codes say; of several, one that means a risk outweighs the others.
    fn says(&self, chosen: &[String]) -> Option<RiskConclusion> {
        let among = |codes: &[String]| chosen.iter().any(|code| codes.contains(code));
        if among(&self.known) {
            return Some(RiskConclusion::Known);
        }
        if among(&self.none) {
            return Some(RiskConclusion::NoneIdentified);
        }
        chosen.iter().any(|code| !code.trim().is_empty()).then_some(RiskConclusion::NotAssessed)
    }
}

impl Question {
    /// The alerts that the answer raises: the one of the question, and those of the chosen options.
    fn raised(&self, answers: &Answers, applies: &dyn Fn(&str) -> bool) -> Vec<RaisedAlert> {
        let told = self.feeds.alert.iter().filter(|alert| alert.when.holds(answers, applies));
        let told = told.map(|alert| (alert.kind, alert.label.clone(), alert.detail.as_deref()));
        let chosen = self.options.iter().filter(|option| answers.has(&self.id, &option.code));
        let chosen = chosen.filter_map(|option| Some((option.alert?, None, self.feeds.alert_detail.as_deref())));
        let written = |detail: Option<&str>| {
            let words = detail.filter(|id| applies(id) && answers.is_answered(id)).and_then(|id| answers.one(id));
            words.map_or_else(|| format!("{}: {}", self.label, self.in_words(answers)), str::to_owned)
        };
        told.chain(chosen)
            .map(|(kind, label, detail)| RaisedAlert {
                kind,
                label: label.unwrap_or_else(|| kind.label().to_owned()),
                detail: written(detail),
                due_at: self.moment(answers),
                question: self.id.clone(),
            })
            .collect()
    }

    /// The moment that was answered, when the question asks for one and both parts can be read.
    fn moment(&self, answers: &Answers) -> Option<Instant> {
        let date = settled_date(answers.one(&self.id).filter(|_| self.kind == Kind::DateTime)?)?;
        let time = parse_time(answers.one(&format!("{}.time", self.id))?).ok()?;
        Some(from_london(date.and_time(time)))
    }

    /// A part of a ticked finding.
    pub(crate) fn part(&self, answers: &Answers, code: &str, part: &str) -> Option<String> {
        answers.one(&format!("{}.{code}.{part}", self.id)).map(str::to_owned)
    }
}
