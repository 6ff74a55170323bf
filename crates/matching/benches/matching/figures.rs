//! What is measured of one list, as it is handed from the measuring to the tables.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use throughline_matching::{AtCut, Evaluation};

/// How good answers are.
#[derive(Serialize, Deserialize)]
pub struct Accuracy {
    pub recall_at_1: f64,
    pub recall_at_5: f64,
    pub recall_at_precision_99: f64,
    pub calibration_error: f64,
    pub best: Cut,
    pub at_0_9: Cut,
    /// Unknown people called known at 0.9, and how many there are, by what they are to somebody known.
    pub kinds: BTreeMap<String, (usize, usize)>,
    pub tenths: Vec<Tenth>,
}

/// Precision and recall at a cut.
#[derive(Serialize, Deserialize)]
pub struct Cut {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    pub false_alarms: usize,
    pub wrong_people: usize,
}

impl From<AtCut> for Cut {
    fn from(cut: AtCut) -> Self {
        let AtCut { precision, recall, f1, false_alarms, wrong_people } = cut;
        Self { precision, recall, f1, false_alarms, wrong_people }
    }
}

/// Answers whose probability fell between two tenths.
#[derive(Serialize, Deserialize)]
pub struct Tenth {
    pub from: f64,
    pub answers: usize,
    pub said: f64,
    pub came_true: f64,
}

impl Accuracy {
    pub fn new(evaluation: &Evaluation, kinds: BTreeMap<String, (usize, usize)>) -> Self {
        let tenth = |tenth: &throughline_matching::Tenth| Tenth {
            from: tenth.from,
            answers: tenth.answers,
            said: tenth.said,
            came_true: tenth.came_true,
        };
        Self {
            recall_at_1: evaluation.recall_at_1,
            recall_at_5: evaluation.recall_at_5,
            recall_at_precision_99: evaluation.recall_at_precision_99,
            calibration_error: evaluation.calibration_error,
            best: evaluation.best.into(),
            at_0_9: evaluation.at_0_9.into(),
            kinds,
            tenths: evaluation.tenths.iter().map(tenth).collect(),
        }
    }
}

/// Wall time and processor time, in seconds.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Took {
    pub wall: f64,
    pub processor: f64,
}

/// How quick the engine is, and how large.
#[derive(Default, Serialize, Deserialize)]
pub struct Speed {
    /// To read 64 MiB of memory once: the yardstick of this machine.
    pub scan: f64,
    pub build: Took,
    /// Memory of the process when the index stands, and the most it was while it was built, in MiB.
    pub memory: usize,
    pub most_memory: usize,
    /// Five hundred lines, the median of several five hundreds.
    pub list: Took,
    /// One person put in or changed, and taken out: the median and the slowest but one in a hundred, in seconds.
    pub put: (f64, f64),
    pub remove: (f64, f64),
    /// The index written into a file, and read from it again.
    pub save: Took,
    pub load: Took,
    /// Size of that file, in MiB.
    pub snapshot: usize,
}

/// What `splink/answer.py` says of its run.
#[derive(Serialize, Deserialize)]
pub struct SplinkRun {
    pub version: String,
    /// Five hundred lines, everything loaded, the best of several, in seconds.
    pub list: Took,
    pub learning: f64,
    pub most_memory: usize,
}

/// Everything about one list.
#[derive(Serialize, Deserialize)]
pub struct Figures {
    pub name: String,
    pub parameters: String,
    pub people: usize,
    pub lines: usize,
    pub known: usize,
    pub speed: Speed,
    pub engine: Accuracy,
    pub splink: Option<(SplinkRun, Accuracy)>,
}

/// FEBRL 4, linked.
#[derive(Serialize, Deserialize)]
pub struct Linked {
    /// Whether the social security number was given, and whether the parameters were learnt from the files.
    pub with_number: bool,
    pub learnt: bool,
    pub f1: f64,
    pub right: usize,
    pub wrong: usize,
    pub missed: usize,
    /// The cut, in bits.
    pub bits: f64,
}

/// Several in one file: TOML wants a table at its top.
#[derive(Serialize, Deserialize)]
pub struct Several<T> {
    pub all: Vec<T>,
}

pub fn write<T: Serialize>(path: &Path, figures: &T) {
    std::fs::write(path, toml::to_string(figures).expect("figures are plain")).expect("a folder to write to");
}

pub fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
