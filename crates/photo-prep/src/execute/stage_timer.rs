//! How long each stage takes.

use std::time::Duration;

use clock::Instant;

use crate::report::Stage;
use crate::task_graph;

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
        task_graph::did(stage.name());
    }

    pub(super) fn stages(self) -> Vec<(Stage, Duration)> {
        self.stages
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod clock {
    pub(super) use std::time::Instant;
}

/// WebAssembly without a host has no clock, and the standard library's panics there: all stages take no time.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod clock {
    use std::ops::Sub;
    use std::time::Duration;

    #[derive(Clone, Copy)]
    pub(super) struct Instant;

    impl Instant {
        pub(super) fn now() -> Self {
            Self
        }
    }

    impl Sub for Instant {
        type Output = Duration;

        fn sub(self, _: Self) -> Duration {
            Duration::ZERO
        }
    }
}
