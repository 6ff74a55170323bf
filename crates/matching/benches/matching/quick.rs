//! How long things take, and how much memory.

use std::time::Instant;

use crate::figures::Took;

/// Processor time of the threads of this process, in seconds. The kernel counts it in nanoseconds.
fn processor() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let text = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("schedstat")).ok();
    let nanoseconds = |text: String| text.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    threads.filter_map(text).filter_map(nanoseconds).sum::<f64>() / 1e9
}

/// A line of the process's status in MiB: `VmRSS:` is its memory, `VmHWM:` the most it was.
pub fn memory(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|all| all.strip_prefix(line)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap_or_default() / 1_024
}

/// Does something, and says how long it took.
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, Took) {
    let (started, before) = (Instant::now(), processor());
    let made = act();
    (made, Took { wall: started.elapsed().as_secs_f64(), processor: processor() - before })
}

/// The medians of several runs.
pub fn median(runs: usize, mut run: impl FnMut(usize)) -> Took {
    let all: Vec<Took> = (0..runs).map(|at| timed(|| run(at)).1).collect();
    let middle = |of: fn(&Took) -> f64| at_share(&mut all.iter().map(of).collect::<Vec<f64>>(), 500);
    Took { wall: middle(|took| took.wall), processor: middle(|took| took.processor) }
}

/// The time below which so many of a thousand times are.
pub fn at_share(times: &mut [f64], thousandths: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = times.len() * thousandths / 1_000;
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
    (at_share(&mut times, 500), at_share(&mut times, 990))
}

/// To read 64 MiB of memory once, in seconds.
pub fn scan() -> f64 {
    let numbers: Vec<u64> = (0..8_388_608).collect();
    let run = |_| {
        std::hint::black_box(
            std::hint::black_box(&numbers).iter().fold(0_u64, |sum, number| sum.wrapping_add(*number)),
        );
    };
    median(9, run).wall
}
