//! Time by stage.

use std::time::{Duration, Instant};

use crate::report::Stage;

pub(super) struct Clock {
    last: Instant,
    laps: Vec<(Stage, Duration)>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }

    /// Books the time since the last lap to `stage`.
    pub(super) fn lap(&mut self, stage: Stage) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    pub(super) fn laps(self) -> Vec<(Stage, Duration)> {
        self.laps
    }
}
