//! Figures as Markdown tables.

use crate::figures::{Accuracy, Cut, Figures, Linked, Took};

/// A row of a table: what it is, and one cell for each column.
type Row = (String, Vec<String>);

fn print(first: &str, columns: &[String], rows: Vec<Row>) {
    println!("| {first} | {} |", columns.join(" | "));
    println!("|{}", "---|".repeat(columns.len() + 1));
    for (what, cells) in rows {
        println!("| {what} | {} |", cells.join(" | "));
    }
    println!();
}

/// `1,015,234`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Everything that was measured.
pub fn all(figures: &[Figures], linked: &[Linked]) {
    if !figures.is_empty() {
        println!("## How good it is\n");
        accuracy(figures);
        println!("## Whether probabilities can be taken at their word\n");
        calibration(figures);
        println!("## How quick and how large it is\n");
        speed(figures);
    }
    if !linked.is_empty() {
        println!("## FEBRL 4\n");
        febrl(linked);
    }
}

/// A column for the engine, and one for Splink where it has answered.
fn columns(figures: &[Figures]) -> (Vec<String>, Vec<&Accuracy>) {
    let (mut headings, mut all) = (Vec::new(), Vec::new());
    for one in figures {
        let list = title(one, figures);
        headings.push(format!("{list}: Throughline"));
        all.push(&one.engine);
        if let Some((run, accuracy)) = &one.splink {
            headings.push(format!("{list}: Splink {}", run.version));
            all.push(accuracy);
        }
    }
    (headings, all)
}

/// How many records there are, with the folder's name where several lists have as many.
fn title(one: &Figures, figures: &[Figures]) -> String {
    let records = format!("{} records", thousands(one.people));
    let is_alone = figures.iter().all(|other| std::ptr::eq(one, other) || other.people / 10_000 != one.people / 10_000);
    if is_alone { records } else { format!("{records} ({})", one.name) }
}

fn in_full(cut: &Cut) -> String {
    format!("{:.3} ({:.3} / {:.3})", cut.f1, cut.precision, cut.recall)
}

fn accuracy(figures: &[Figures]) {
    let (headings, all) = columns(figures);
    let row = |what: &str, cell: &dyn Fn(&Accuracy) -> String| (what.to_owned(), all.iter().map(|a| cell(a)).collect());
    let mut rows: Vec<Row> = vec![
        row("Right person first (recall at 1)", &|a| format!("{:.3}", a.recall_at_1)),
        row("Right person among five", &|a| format!("{:.3}", a.recall_at_5)),
        row("Best F1 (precision / recall)", &|a| in_full(&a.best)),
        row("F1 at 0.9 (precision / recall)", &|a| in_full(&a.at_0_9)),
        row("Recall where 99 in 100 are right", &|a| format!("{:.3}", a.recall_at_precision_99)),
        row("Known people called somebody else at 0.9", &|a| a.at_0_9.wrong_people.to_string()),
        row("Unknown people called known at 0.9", &|a| {
            format!("{} of {}", a.at_0_9.false_alarms, thousands(a.kinds.values().map(|(_, all)| all).sum()))
        }),
    ];
    for (kind, words) in KINDS {
        let cell = |a: &Accuracy| a.kinds.get(kind).map_or(String::new(), |(alarms, all)| format!("{alarms} of {all}"));
        rows.push(row(&format!("of these, {words}"), &cell));
    }
    rows.push(row("Calibration error (over tenths)", &|a| format!("{:.3}", a.calibration_error)));
    print("", &headings, rows);
}

/// Whom unknown people resemble, and how that is said.
const KINDS: [(&str, &str); 5] = [
    ("twin", "twins of somebody known"),
    ("sibling", "brothers and sisters at the same address"),
    ("junior", "a father's or son's namesake at the same address"),
    ("namesake", "unrelated namesakes"),
    ("near_namesake", "namesakes born one figure apart"),
];

fn calibration(figures: &[Figures]) {
    let (headings, all) = columns(figures);
    let rows = (0..10_u32).map(|at| {
        let from = f64::from(at) / 10.0;
        // Tenths into which no answer fell are not among them.
        let cell = |a: &&Accuracy| match a.tenths.iter().find(|tenth| (tenth.from - from).abs() < 0.01) {
            Some(tenth) => format!("{:.3} / {:.3} ({})", tenth.said, tenth.came_true, thousands(tenth.answers)),
            None => "none".to_owned(),
        };
        (format!("{from:.1} to {:.1}", from + 0.1), all.iter().map(cell).collect())
    });
    print("Said / came true (answers)", &headings, rows.collect());
}

/// `95 ms`.
fn duration(seconds: f64) -> String {
    match seconds {
        10.0.. => format!("{seconds:.0} s"),
        1.0.. => format!("{seconds:.1} s"),
        0.01.. => format!("{:.0} ms", seconds * 1e3),
        0.001.. => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{:.1} µs", seconds * 1e6),
    }
}

/// Wall and processor time.
fn both(took: Took) -> String {
    format!("{} / {}", duration(took.wall), duration(took.processor))
}

fn speed(figures: &[Figures]) {
    let headings: Vec<String> = figures.iter().map(|one| title(one, figures)).collect();
    let row = |what: &str, cell: &dyn Fn(&Figures) -> String| (what.to_owned(), figures.iter().map(cell).collect());
    // One person is a thousandth of a yardstick's work.
    let times =
        |seconds: f64, one: &Figures| format!("{} ({:.2})", duration(seconds), seconds / one.speed.scan * 1_024.0);
    let mut rows: Vec<Row> = vec![
        row("Reading 64 MiB of memory, the yardstick", &|one| duration(one.speed.scan)),
        row("500 lines, wall / processor time", &|one| both(one.speed.list)),
        row("500 lines, wall time in reads of 64 MiB", &|one| format!("{:.0}", one.speed.list.wall / one.speed.scan)),
        row("One person put in or changed, median (reads of 64 KiB)", &|one| times(one.speed.put.0, one)),
        row("the slowest but one in a hundred", &|one| times(one.speed.put.1, one)),
        row("One person taken out, median (reads of 64 KiB)", &|one| times(one.speed.remove.0, one)),
        row("the slowest but one in a hundred", &|one| times(one.speed.remove.1, one)),
        row("The index saved into a file, wall / processor time", &|one| both(one.speed.save)),
        row("loaded from it", &|one| both(one.speed.load)),
        row("Size of the file", &|one| format!("{} MiB", thousands(one.speed.snapshot))),
        row("From CSV to an index, wall / processor time", &|one| both(one.speed.build)),
        row("Memory with the index", &|one| format!("{} MiB", thousands(one.speed.memory))),
        row("Most memory while it was built", &|one| format!("{} MiB", thousands(one.speed.most_memory))),
    ];
    if figures.iter().any(|one| one.splink.is_some()) {
        let run = |cell: &dyn Fn(&Figures, &crate::figures::SplinkRun) -> String, one: &Figures| {
            one.splink.as_ref().map_or("not run".to_owned(), |(run, _)| cell(one, run))
        };
        rows.extend([
            row("Splink: 500 lines, all loaded, wall / processor time", &|one| run(&|_, run| both(run.list), one)),
            row("as many times ours, wall / processor time", &|one| {
                let ratio = |one: &Figures, run: &crate::figures::SplinkRun| {
                    let (ours, theirs) = (one.speed.list, run.list);
                    format!("{:.0} / {:.0}", theirs.wall / ours.wall, theirs.processor / ours.processor.max(1e-4))
                };
                run(&ratio, one)
            }),
            row("Splink: learning", &|one| run(&|_, run| duration(run.learning), one)),
            row("Splink: most memory", &|one| run(&|_, run| format!("{} MiB", thousands(run.most_memory)), one)),
        ]);
    }
    print("", &headings, rows);
}

fn febrl(linked: &[Linked]) {
    let headings = ["Best F1", "Right", "Wrong", "Missed", "Cut"].map(str::to_owned);
    let row = |one: &Linked| {
        let number = if one.with_number { "With" } else { "Without" };
        let parameters = if one.learnt { "parameters learnt from the two files" } else { "parameters as shipped" };
        let counts = [one.right, one.wrong, one.missed].map(thousands);
        let mut cells = vec![format!("{:.5}", one.f1)];
        cells.extend(counts);
        cells.push(format!("{:.1} bits", one.bits));
        (format!("{number} the social security number, {parameters}"), cells)
    };
    print("", &headings, linked.iter().map(row).collect());
}
