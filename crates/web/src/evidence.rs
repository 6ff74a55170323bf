//! What speaks for and against two descriptions being of one person, as pages show it.

use minijinja::{Value, context};
use throughline_matching::{Agreement, Comparison, Evidence, SafetyRule, Scored, in_words, reason_line};

/// All that a page shows of a comparison: what must be seen first, the figure and why, the facts side by
/// side, and how the figure came about. `before` says why so much is believed before anything is compared.
pub(crate) fn compared(scored: &Scored, before: &str) -> Value {
    context! {
        care => care(scored), other_name => other_name(scored),
        band => scored.band.label(), band_tone => crate::line::band_tone(scored.band),
        probability => in_words(scored.probability), reason => reason(scored),
        limited => (scored.probability_before_rules - scored.probability).abs() > 0.005,
        before_rules => in_words(scored.probability_before_rules),
        rows => rows(scored), evidence => evidence(scored, before),
    }
}

/// What must be seen before the figure: each safety rule that holds, the gravest first, with what to do.
pub(crate) fn care(scored: &Scored) -> Vec<Value> {
    let tone = |rule: &SafetyRule| if *rule == SafetyRule::DifferentNhsNumbers { "bad" } else { "warning" };
    scored
        .rules
        .iter()
        .map(|rule| context! { label => rule.label(), text => rule.advice(), tone => tone(rule) })
        .collect()
}

/// Names that were compared in another way than as written: one that was used before, or forename and
/// surname swapped.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct OtherName {
    label: &'static str,
    given: String,
    known: String,
}

/// The name of our record that was compared.
impl std::fmt::Display for OtherName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.known)
    }
}

/// Which names were compared; `None` when they are as written.
pub(crate) fn other_name(scored: &Scored) -> Option<OtherName> {
    let is_other = |line: &&Evidence| line.comparison == Comparison::Arrangement && line.agreement == Agreement::Partly;
    let line = scored.evidence.iter().find(is_other)?;
    Some(OtherName { label: line.level, given: line.query_value.clone(), known: line.known_value.clone() })
}

/// Why, in one line, where the rules are told in boxes of their own.
pub(crate) fn reason(scored: &Scored) -> String {
    reason_line(&Scored { rules: Vec::new(), ..scored.clone() })
}

/// As [`rows`], of what was given to compare with.
pub(crate) fn rows_given(scored: &Scored) -> Vec<Value> {
    let evidence = scored.evidence.iter().filter(|line| !line.query_value.is_empty()).cloned().collect();
    rows(&Scored { evidence, ..scored.clone() })
}

/// The facts side by side; what the comparison makes of them is told below.
fn rows(scored: &Scored) -> Vec<Value> {
    let is_fact = |line: &&Evidence| {
        !matches!(line.comparison, Comparison::Arrangement | Comparison::Relative | Comparison::Others)
    };
    let facts = scored.evidence.iter().filter(is_fact);
    facts
        .map(|line| {
            let agree = match line.agreement {
                Agreement::Agree => "agree",
                Agreement::Partly => "partly",
                Agreement::Disagree => "differ",
                Agreement::Missing => "missing",
            };
            context! { label => line.comparison.label(), left => line.query_value, right => line.known_value, agree, note => line.level }
        })
        .collect()
}

/// One step of the evidence as it is drawn: from where to where, on a scale of 0 to [`WIDE`].
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct Bar {
    label: String,
    level: String,
    bits: String,
    words: String,
    x: f64,
    width: f64,
    /// `start`, `for`, `against`, `none` or `sum`.
    way: &'static str,
}

/// The width of the drawing.
const WIDE: f64 = 240.0;

/// The evidence step by step, from what is believed before (and in words, why) to what it comes to.
fn evidence(scored: &Scored, before: &str) -> Vec<Bar> {
    let mut steps =
        vec![("Before anything is compared".to_owned(), before.to_owned(), 0.0, scored.prior_bits, "start")];
    let mut sum = scored.prior_bits;
    for line in &scored.evidence {
        let way = if line.weight_bits > 0.05 {
            "for"
        } else if line.weight_bits < -0.05 {
            "against"
        } else {
            "none"
        };
        steps.push((line.comparison.label().to_owned(), line.level.to_owned(), sum, sum + line.weight_bits, way));
        sum += line.weight_bits;
    }
    steps.push(("Together".to_owned(), "All of the above added up".to_owned(), 0.0, sum, "sum"));
    let ends = || steps.iter().flat_map(|(_, _, from, to, _)| [*from, *to]);
    let (least, most) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    let scale = WIDE / (most - least).max(1.0);
    steps
        .into_iter()
        .map(|(label, level, from, to, way)| Bar {
            words: if way == "start" || way == "sum" { odds(to) } else { times(to - from) },
            bits: if way == "none" { "0".to_owned() } else { format!("{:+.1}", to - from).replace('-', "\u{2212}") },
            x: ((from.min(to) - least) * scale).round(),
            width: ((to - from).abs() * scale).round().max(2.0),
            label,
            level,
            way,
        })
        .collect()
}

/// What a weight means: "about 70 times likelier".
fn times(bits: f64) -> String {
    let times = bits.abs().exp2();
    if times < 1.1 {
        return "Makes no difference".to_owned();
    }
    let way = if bits > 0.0 { "likelier" } else { "less likely" };
    format!("About {} times {way}", rounded(times))
}

/// Odds as people say them: "1 in 20,000".
fn odds(bits: f64) -> String {
    if bits < 0.0 {
        format!("About 1 in {}", rounded(1.0 + (-bits).exp2()))
    } else {
        format!("About {} to 1 for it", rounded(bits.exp2()))
    }
}

/// Two figures are enough, thousands apart: 1.5, 73, 12,000.
fn rounded(number: f64) -> String {
    if number < 10.0 {
        return format!("{number:.1}").trim_end_matches(".0").to_owned();
    }
    let unit = 10_f64.powf(number.log10().floor() - 1.0);
    let digits = format!("{:.0}", (number / unit).round() * unit);
    let first = digits.len() % 3;
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first % 3 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use throughline_matching::{Description, Parameters, score};

    #[test]
    fn numbers_are_told_with_two_figures() {
        assert_eq!(rounded(1.5), "1.5");
        assert_eq!(rounded(73.4), "73");
        assert_eq!(rounded(12_345.0), "12,000");
        assert_eq!(rounded(1_234_567.0), "1,200,000");
        assert_eq!(times(0.0), "Makes no difference");
        assert_eq!(times(-1.0), "About 2 times less likely");
    }

    #[test]
    fn each_step_of_the_drawing_starts_where_the_last_one_ended() {
        let born = NaiveDate::from_ymd_opt(1991, 2, 14).unwrap();
        let somebody = Description::named("Ada", "Marsh").born(born);
        let other = Description::named("Adah", "March").born(born);
        let bars = evidence(&score(&Parameters::default(), &somebody, &other), "Few are known");
        assert_eq!((bars[0].way, bars.last().unwrap().way), ("start", "sum"));
        assert!(bars.iter().all(|bar| bar.x >= 0.0 && bar.x + bar.width <= WIDE + 4.0), "{bars:?}");
    }
}
