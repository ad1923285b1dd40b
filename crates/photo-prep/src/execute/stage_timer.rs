//! How long each stage takes.

use std::time::{Duration, Instant};

use crate::report::Stage;

pub(super) struct StageTimer {
    last: Instant,
    stages: Vec<(Stage, Duration)>,
}

impl StageTimer {
    pub(super) fn start() -> Self {
        Self { last: Instant::now(), stages: Vec::new() }
    }

    /// Books the time since the last stage to `stage`.
    pub(super) fn finish(&mut self, stage: Stage) {
        let now = Instant::now();
        self.stages.push((stage, now - self.last));
        self.last = now;
    }

    pub(super) fn stages(self) -> Vec<(Stage, Duration)> {
        self.stages
    }
}
