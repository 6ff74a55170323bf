//! How long things take, and how much memory.

use std::time::Instant;

use crate::figures::Took;

/// Processor time of this process, in seconds.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A line of the process's status in MiB: `VmRSS:` is its memory, `VmHWM:` the most it was.
pub fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|all| all.strip_prefix(line)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or_default() / 1_024
}

/// Does something, and says how long it took.
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, Took) {
    let (started, before) = (Instant::now(), processor());
    let made = act();
    (made, Took { wall: started.elapsed().as_secs_f64(), processor: processor() - before })
}

/// The median of wall times. Processor time is counted in hundredths of a second, so that it is
/// taken over all runs together.
pub fn median(runs: usize, mut run: impl FnMut(usize)) -> Took {
    let mut walls = Vec::with_capacity(runs);
    let ((), all) = timed(|| {
        for at in 0..runs {
            walls.push(timed(|| run(at)).1.wall);
        }
    });
    Took { wall: at_share(&mut walls, 0.5), processor: all.processor / runs as f64 }
}

/// The time below which this share of times is.
pub fn at_share(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() as f64 * share) as usize;
    times.get(at).copied().unwrap_or_default()
}

/// The median and the slowest but one in a hundred of what is done to each of these.
pub fn each<T>(all: impl IntoIterator<Item = T>, mut act: impl FnMut(T)) -> (f64, f64) {
    let one = |one| {
        let started = Instant::now();
        act(one);
        started.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = all.into_iter().map(one).collect();
    (at_share(&mut times, 0.5), at_share(&mut times, 0.99))
}

/// To read 64 MiB of memory once, in seconds.
pub fn scan() -> f64 {
    let numbers: Vec<u64> = (0..8_388_608).collect();
    let run = |_| {
        std::hint::black_box(std::hint::black_box(&numbers).iter().fold(0_u64, |sum, number| sum.wrapping_add(*number)));
    };
    median(9, run).wall
}
