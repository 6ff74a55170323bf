//! How good answers are, measured on lists whose truth is known.

use crate::parameters::Calibration;

/// The answer to one line: its best candidate and what the truth says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Whether the person is in the index.
    pub is_known: bool,
    /// Weight and prior of the best candidate, in bits; `None` when nobody was found.
    pub bits: Option<f64>,
    /// Its probability.
    pub probability: f64,
    /// Whether it is a record of the right person.
    pub is_right: bool,
    /// Whether the right person is among the first five.
    pub is_in_first_five: bool,
}

/// Precision, recall and their harmonic mean at a cut.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct AtCut {
    /// Of those called known, how many rightly.
    pub precision: f64,
    /// Of those known, how many were called so, and the right person.
    pub recall: f64,
    /// 2 · precision · recall / (precision + recall).
    pub f1: f64,
    /// People in no index who were called known.
    pub false_alarms: usize,
    /// Known people who were called somebody else.
    pub wrong_people: usize,
}

/// Answers whose probability fell between two tenths.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Tenth {
    /// From this probability.
    pub from: f64,
    /// How many answers.
    pub answers: usize,
    /// What they said on average.
    pub said: f64,
    /// How many of them were right, as a share.
    pub came_true: f64,
}

/// What a list's answers come to.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Evaluation {
    /// Lines.
    pub lines: usize,
    /// Lines whose person is in the index.
    pub known: usize,
    /// Share of those whose best candidate is right.
    pub recall_at_1: f64,
    /// Share of those whose right candidate is among the first five.
    pub recall_at_5: f64,
    /// At the cut where F1 is best.
    pub best: AtCut,
    /// At a probability of 0.9.
    pub at_0_9: AtCut,
    /// Share of known people found at the lowest cut that is right 99 times in 100.
    pub recall_at_precision_99: f64,
    /// How far what is said is from what comes true, on average over tenths.
    pub calibration_error: f64,
    /// The tenths.
    pub tenths: Vec<Tenth>,
}

/// Measures the answers of a list.
pub fn evaluate(outcomes: &[Outcome]) -> Evaluation {
    let known = outcomes.iter().filter(|outcome| outcome.is_known).count();
    let share = |count: usize| count as f64 / known.max(1) as f64;
    let mut answered: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.bits.is_some()).collect();
    answered.sort_by(|a, b| b.bits.unwrap_or_default().total_cmp(&a.bits.unwrap_or_default()));
    let (mut best, mut at_precision) = (AtCut::default(), 0.0);
    let mut cut = AtCut::default();
    let mut taken = (0, 0);
    for (at, outcome) in answered.iter().enumerate() {
        count(&mut taken, &mut cut, outcome);
        let is_tie = answered.get(at + 1).is_some_and(|next| next.bits == outcome.bits);
        if is_tie {
            continue;
        }
        finish(&mut cut, taken, known);
        if cut.f1 > best.f1 {
            best = cut;
        }
        if cut.precision >= 0.99 {
            at_precision = cut.recall;
        }
    }
    let tenths = tenths(&answered);
    let off: f64 = tenths.iter().map(|tenth| tenth.answers as f64 * (tenth.said - tenth.came_true).abs()).sum();
    Evaluation {
        lines: outcomes.len(),
        known,
        recall_at_1: share(outcomes.iter().filter(|outcome| outcome.is_right).count()),
        recall_at_5: share(outcomes.iter().filter(|outcome| outcome.is_in_first_five).count()),
        best,
        at_0_9: at_cut(&answered, 0.9, known),
        recall_at_precision_99: at_precision,
        calibration_error: off / answered.len().max(1) as f64,
        tenths,
    }
}

fn count(taken: &mut (usize, usize), cut: &mut AtCut, outcome: &Outcome) {
    if outcome.is_right {
        taken.0 += 1;
        return;
    }
    taken.1 += 1;
    if outcome.is_known {
        cut.wrong_people += 1;
    } else {
        cut.false_alarms += 1;
    }
}

fn finish(cut: &mut AtCut, (right, wrong): (usize, usize), known: usize) {
    cut.precision = right as f64 / (right + wrong).max(1) as f64;
    cut.recall = right as f64 / known.max(1) as f64;
    let sum = cut.precision + cut.recall;
    cut.f1 = if sum > 0.0 { 2.0 * cut.precision * cut.recall / sum } else { 0.0 };
}

fn at_cut(answered: &[&Outcome], least: f64, known: usize) -> AtCut {
    let (mut taken, mut cut) = ((0, 0), AtCut::default());
    for outcome in answered.iter().filter(|outcome| outcome.probability >= least) {
        count(&mut taken, &mut cut, outcome);
    }
    finish(&mut cut, taken, known);
    cut
}

fn tenths(answered: &[&Outcome]) -> Vec<Tenth> {
    let of = |tenth: u32| {
        let from = f64::from(tenth) / 10.0;
        let is_in = |outcome: &&&Outcome| {
            let to = if tenth == 9 { 1.1 } else { from + 0.1 };
            (from..to).contains(&outcome.probability)
        };
        let inside: Vec<&&Outcome> = answered.iter().filter(is_in).collect();
        let count = inside.len().max(1) as f64;
        Tenth {
            from,
            answers: inside.len(),
            said: inside.iter().map(|outcome| outcome.probability).sum::<f64>() / count,
            came_true: inside.iter().filter(|outcome| outcome.is_right).count() as f64 / count,
        }
    };
    (0..10).map(of).filter(|tenth| tenth.answers > 0).collect()
}

/// The slope and offset that make log-odds in bits come true, by Newton's method on the logistic
/// likelihood, drawn towards slope 1 and offset 0 with the weight of a few answers.
pub(crate) fn platt(points: &[(f64, bool)]) -> Calibration {
    const DRAWN: f64 = 1.0;
    let (mut slope, mut offset) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut by_slope, mut by_offset) = (DRAWN * (1.0 - slope), -DRAWN * offset);
        let (mut ss, mut so, mut oo) = (DRAWN, 0.0, DRAWN);
        for (bits, right) in points {
            let bits = bits * std::f64::consts::LN_2;
            let said = 1.0 / (1.0 + (-(slope * bits + offset)).exp());
            let off = f64::from(u8::from(*right)) - said;
            let spread = said * (1.0 - said);
            by_slope += off * bits;
            by_offset += off;
            ss += spread * bits * bits;
            so += spread * bits;
            oo += spread;
        }
        let determinant = ss * oo - so * so;
        let step = ((by_slope * oo - by_offset * so) / determinant, (by_offset * ss - by_slope * so) / determinant);
        slope += step.0;
        offset += step.1;
        if step.0.abs() + step.1.abs() < 1e-9 {
            break;
        }
    }
    Calibration { slope, offset_bits: offset / std::f64::consts::LN_2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(bits: f64, is_known: bool, is_right: bool) -> Outcome {
        let probability = 1.0 / (1.0 + (-bits).exp2());
        Outcome { is_known, bits: Some(bits), probability, is_right, is_in_first_five: is_right }
    }

    #[test]
    fn figures_are_those_worked_out_by_hand() {
        let missed = Outcome { bits: None, ..outcome(0.0, true, false) };
        let outcomes = [
            outcome(9.0, true, true),
            outcome(8.0, true, true),
            outcome(5.0, false, false),
            outcome(-4.0, true, true),
            missed,
        ];
        let found = evaluate(&outcomes);
        assert_eq!((found.known, found.at_0_9.false_alarms), (4, 1));
        assert!((found.recall_at_1 - 0.75).abs() < 1e-9);
        assert!((found.at_0_9.precision - 2.0 / 3.0).abs() < 1e-9 && (found.at_0_9.recall - 0.5).abs() < 1e-9);
        assert!((found.best.f1 - 0.75).abs() < 1e-9, "{:?}", found.best);
    }

    #[test]
    fn answers_that_boast_are_calmed() {
        // Two in three come true where four in five were promised.
        let points: Vec<(f64, bool)> =
            (0..300).map(|at| (2.0, at % 3 > 0)).chain((0..300).map(|at| (-2.0, at % 3 == 0))).collect();
        let calibrated = platt(&points);
        assert!((calibrated.probability(2.0) - 0.667).abs() < 0.01, "{calibrated:?}");
    }
}
