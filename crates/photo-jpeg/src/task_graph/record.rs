//! Records a run on one thread.
//!
//! All parallel work is fork and join, so that a run is a tree of strands. A strand works, spawns tasks,
//! which are strands of their own, and waits for a section of them. A thread that waits runs other tasks
//! meanwhile, and not only those it waits for: their time goes to them, since they are above it in the stack
//! of running strands.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

thread_local! {
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// What the tasks of a run take and what they wait for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskGraph {
    /// The first is the run itself.
    pub(super) strands: Vec<Strand>,
    /// The number of sections.
    pub(super) sections: usize,
}

/// A task, or the run itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Strand {
    /// The section that waits for it.
    pub(super) section: usize,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Work(&'static str, Duration),
    /// The strand of this index may begin.
    Spawn(usize),
    /// All strands of this section that were spawned must have ended.
    Join(usize),
}

struct Recorder {
    threads: usize,
    graph: TaskGraph,
    /// The strands that have begun and not ended. The last one is running.
    running: Vec<usize>,
    /// The end of the last recorded work.
    last: Instant,
}

impl Recorder {
    fn step(&mut self, step: Step) {
        let strand = self.running.last().and_then(|&index| self.graph.strands.get_mut(index));
        strand.into_iter().for_each(|strand| strand.steps.push(step));
    }

    /// Books the time since the last event to the running strand.
    fn did(&mut self, kind: &'static str) {
        let now = Instant::now();
        self.step(Step::Work(kind, now - self.last));
        self.last = now;
    }

    fn spawn(&mut self, section: usize) -> usize {
        self.did(UNNAMED);
        let strand = self.graph.strands.len();
        self.graph.strands.push(Strand { section, steps: Vec::new() });
        self.step(Step::Spawn(strand));
        strand
    }
}

/// The kind of work that nothing has named.
const UNNAMED: &str = "other";

fn with<R>(act: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    RECORDER.with_borrow_mut(|recorder| recorder.as_mut().map(act))
}

/// Runs `run` on this thread, divided as for `threads` threads, and records its tasks. The thread must be in
/// a rayon pool that has no other.
///
/// # Panics
/// Panics in a pool of several threads.
pub fn record<R>(threads: usize, run: impl FnOnce() -> R) -> (R, TaskGraph) {
    assert_eq!(rayon::current_num_threads(), 1, "a run is recorded on one thread");
    let graph = TaskGraph { strands: vec![Strand::default()], sections: 1 };
    let recorder = Recorder { threads, graph, running: vec![0], last: Instant::now() };
    RECORDER.replace(Some(recorder));
    let result = run();
    did(UNNAMED);
    let graph = RECORDER.take().map(|recorder| recorder.graph);
    (result, graph.unwrap_or_default())
}

/// The number of threads for which work is divided: those of the current rayon pool, or those of the
/// recording.
pub(crate) fn threads() -> usize {
    with(|recorder| recorder.threads).unwrap_or_else(rayon::current_num_threads)
}

/// Whether a task is to be no more than can be told apart.
pub(crate) fn is_recording() -> bool {
    with(|_| ()).is_some()
}

/// Names what the running task has done since it was last asked.
pub fn did(kind: &'static str) {
    with(|recorder| recorder.did(kind));
}

/// Tasks that are waited for together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section(usize);

impl Section {
    /// Some work as a task of this section, which may begin from now on. What it does not name itself is of
    /// this kind.
    pub(crate) fn task<R>(self, kind: &'static str, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
        let strand = with(|recorder| recorder.spawn(self.0));
        move || {
            strand.into_iter().for_each(begin);
            let result = work();
            strand.into_iter().for_each(|_| end(kind));
            result
        }
    }
}

fn begin(strand: usize) {
    with(|recorder| {
        recorder.did(UNNAMED);
        recorder.running.push(strand);
    });
}

fn end(kind: &'static str) {
    with(|recorder| {
        recorder.did(kind);
        recorder.running.pop();
    });
}

/// Runs `run`, which waits for all tasks of the section before it returns.
pub(crate) fn section<R>(run: impl FnOnce(Section) -> R) -> R {
    let open = |recorder: &mut Recorder| {
        recorder.graph.sections += 1;
        recorder.graph.sections - 1
    };
    let section = with(open).unwrap_or(0);
    let result = run(Section(section));
    with(|recorder| {
        recorder.did(UNNAMED);
        recorder.step(Step::Join(section));
    });
    result
}

/// Runs `run`, and `other` as a task of this kind beside it.
pub fn join<A: Send, B: Send>(
    kind: &'static str,
    run: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    section(|section| {
        let other = section.task(kind, other);
        rayon::join(run, other)
    })
}

impl TaskGraph {
    /// The time of all tasks together.
    #[must_use]
    pub fn work(&self) -> Duration {
        self.by_kind().values().sum()
    }

    /// The time of all tasks by kind of work.
    #[must_use]
    pub fn by_kind(&self) -> BTreeMap<&'static str, Duration> {
        sums(&self.strands)
    }

    /// The time of the run's own strand by kind of work: what no other core can take over.
    #[must_use]
    pub fn serial(&self) -> BTreeMap<&'static str, Duration> {
        sums(self.strands.get(..1).unwrap_or_default())
    }

    /// The number of tasks.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.strands.len().saturating_sub(1)
    }

    /// The same graph with the shorter time of each piece of work in two recordings; `None` if they differ in
    /// more than times.
    #[must_use]
    pub fn faster(&self, other: &Self) -> Option<Self> {
        if (self.strands.len(), self.sections) != (other.strands.len(), other.sections) {
            return None;
        }
        let strands = self.strands.iter().zip(&other.strands).map(|(a, b)| a.faster(b));
        Some(Self { strands: strands.collect::<Option<_>>()?, sections: self.sections })
    }
}

impl Strand {
    fn faster(&self, other: &Self) -> Option<Self> {
        if (self.section, self.steps.len()) != (other.section, other.steps.len()) {
            return None;
        }
        let faster = |(a, b): (&Step, &Step)| match (*a, *b) {
            (Step::Work(kind, a), Step::Work(same, b)) if kind == same => Some(Step::Work(kind, a.min(b))),
            (a, b) => (a == b).then_some(a),
        };
        let steps = self.steps.iter().zip(&other.steps).map(faster).collect::<Option<_>>()?;
        Some(Self { section: self.section, steps })
    }
}

fn sums(strands: &[Strand]) -> BTreeMap<&'static str, Duration> {
    let mut sums = BTreeMap::new();
    for step in strands.iter().flat_map(|strand| &strand.steps) {
        if let Step::Work(kind, time) = step {
            *sums.entry(*kind).or_default() += *time;
        }
    }
    sums
}
