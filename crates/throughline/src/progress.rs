//! A progress bar on standard error for work that takes more than a second, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Work that is shown once it has taken a second.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    is_shown: bool,
}

impl Progress {
    /// Begins work of `total` steps, named as it is shown: "Reading the index".
    pub fn new(name: &'static str, total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden()).with_message(name);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos} of {len}, {eta} left") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, started: Instant::now(), is_shown: false }
    }

    /// Says how many steps are done.
    pub fn at(&mut self, done: usize) {
        if !self.is_shown && self.started.elapsed() > Duration::from_secs(1) {
            self.is_shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
