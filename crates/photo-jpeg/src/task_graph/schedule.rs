//! How long a recorded run takes on any number of cores: list scheduling.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use super::record::{Step, TaskGraph};

/// A run on a number of cores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The time from the first task's begin to the last one's end.
    pub length: Duration,
    /// How long cores had nothing to do, by the kind of work that others did meanwhile.
    pub idle: BTreeMap<&'static str, Duration>,
}

impl TaskGraph {
    /// Runs the graph on `cores` cores. A free core takes the oldest task that may begin. A strand stays on
    /// its core: while it waits for a section, the core takes tasks too, those of that section first, and
    /// comes back when it has done them, as a thread of rayon does. A core without anything to do needs
    /// `waking` to begin again. Nothing else costs time: stealing is free, and cores don't share caches and
    /// memory.
    #[must_use]
    pub fn schedule(&self, cores: usize, waking: Duration) -> Schedule {
        let mut run = Run::new(self, cores.max(1), waking);
        while let Some(Reverse((now, core))) = run.events.pop() {
            run.now = now;
            run.advance(core);
        }
        let length = run.pieces.iter().map(|piece| piece.to).max().unwrap_or_default();
        Schedule { length, idle: idle(&run.pieces, cores.max(1)) }
    }
}

/// A run in progress.
struct Run<'g> {
    graph: &'g TaskGraph,
    waking: Duration,
    now: Duration,
    /// When each core that works is done with its piece of work.
    events: BinaryHeap<Reverse<(Duration, usize)>>,
    cores: Vec<Core>,
    /// The strands that nobody has begun, oldest first.
    ready: VecDeque<usize>,
    /// For each section, the number of strands that were spawned and have not ended.
    pending: Vec<usize>,
    pieces: Vec<Piece>,
}

#[derive(Default)]
struct Core {
    /// The strands on this core, each with the index of its next step. Only the last one can go on.
    strands: Vec<(usize, usize)>,
    /// Whether there is nothing it could do.
    idle: bool,
}

/// A piece of work that was done.
struct Piece {
    kind: &'static str,
    from: Duration,
    to: Duration,
}

impl<'g> Run<'g> {
    fn new(graph: &'g TaskGraph, cores: usize, waking: Duration) -> Self {
        let mut run = Self {
            graph,
            waking,
            now: Duration::ZERO,
            events: BinaryHeap::from([Reverse((Duration::ZERO, 0))]),
            cores: (0..cores).map(|_| Core { strands: Vec::new(), idle: true }).collect(),
            ready: VecDeque::new(),
            pending: vec![0; graph.sections],
            pieces: Vec::new(),
        };
        run.cores[0] = Core { strands: vec![(0, 0)], idle: false };
        run
    }

    /// Lets a core go on until it has work that takes time, or nothing to do.
    fn advance(&mut self, core: usize) {
        loop {
            let Some(&(strand, next)) = self.cores[core].strands.last() else {
                let Some(task) = self.ready.pop_front() else { break };
                self.cores[core].strands.push((task, 0));
                continue;
            };
            match self.graph.strands[strand].steps.get(next) {
                Some(&Step::Join(section)) if self.pending[section] > 0 => {
                    let Some(task) = self.task_of(section) else { break };
                    self.cores[core].strands.push((task, 0));
                    continue;
                }
                Some(Step::Join(_)) => {}
                Some(&Step::Spawn(task)) => self.spawn(task),
                Some(&Step::Work(kind, time)) => {
                    self.pass(core);
                    return self.work(core, kind, time);
                }
                None => {
                    self.cores[core].strands.pop();
                    self.end(strand);
                    continue;
                }
            }
            self.pass(core);
        }
        self.cores[core].idle = true;
    }

    fn pass(&mut self, core: usize) {
        self.cores[core].strands.last_mut().into_iter().for_each(|(_, next)| *next += 1);
    }

    /// The task that a core takes whose strand waits for `section`.
    fn task_of(&mut self, section: usize) -> Option<usize> {
        let own = self.ready.iter().position(|&task| self.graph.strands[task].section == section);
        self.ready.remove(own.unwrap_or(0))
    }

    fn work(&mut self, core: usize, kind: &'static str, time: Duration) {
        let to = self.now + time;
        self.pieces.push(Piece { kind, from: self.now, to });
        self.events.push(Reverse((to, core)));
    }

    fn spawn(&mut self, task: usize) {
        self.pending[self.graph.strands[task].section] += 1;
        self.ready.push_back(task);
        self.wake();
    }

    fn end(&mut self, strand: usize) {
        let pending = &mut self.pending[self.graph.strands[strand].section];
        *pending = pending.saturating_sub(1);
        if *pending == 0 {
            self.wake();
        }
    }

    /// Lets all idle cores look for something to do.
    fn wake(&mut self) {
        for (index, core) in self.cores.iter_mut().enumerate().filter(|(_, core)| core.idle) {
            core.idle = false;
            self.events.push(Reverse((self.now + self.waking, index)));
        }
    }
}

/// The time of cores without work, by the kinds of work that were done meanwhile, in equal shares.
fn idle(pieces: &[Piece], cores: usize) -> BTreeMap<&'static str, Duration> {
    let begins = pieces.iter().map(|piece| (piece.from, piece.kind, true));
    let ends = pieces.iter().map(|piece| (piece.to, piece.kind, false));
    let mut changes: Vec<_> = begins.chain(ends).collect();
    changes.sort_by_key(|(at, _, begins)| (*at, !begins));
    let mut idle: BTreeMap<&'static str, Duration> = BTreeMap::new();
    let mut busy: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut last = Duration::ZERO;
    for (at, kind, begins) in changes {
        let working: usize = busy.values().sum();
        // Work that takes no time begins where another piece ends, which may make one core count twice.
        let lost = (at - last) * u32::try_from(cores.saturating_sub(working)).unwrap_or(u32::MAX);
        for (kind, count) in busy.iter().filter(|(_, count)| **count > 0) {
            *idle.entry(kind).or_default() += lost.mul_f64(*count as f64 / working as f64);
        }
        let count = busy.entry(kind).or_default();
        *count = if begins { *count + 1 } else { count.saturating_sub(1) };
        last = at;
    }
    idle
}

#[cfg(test)]
mod tests {
    use super::super::record::Strand;
    use super::*;

    fn work(ms: u64) -> Step {
        Step::Work("work", Duration::from_millis(ms))
    }

    fn strand(section: usize, steps: Vec<Step>) -> Strand {
        Strand { section, steps }
    }

    /// The lengths in milliseconds on each number of cores.
    fn lengths(strands: Vec<Strand>, cores: &[usize]) -> Vec<u128> {
        let graph = TaskGraph { strands, sections: 4 };
        cores.iter().map(|&cores| graph.schedule(cores, Duration::ZERO).length.as_millis()).collect()
    }

    #[test]
    fn tasks_share_the_cores_and_serial_work_does_not() {
        let spawns = (1..=4).map(Step::Spawn);
        let owner = [work(10)].into_iter().chain(spawns).chain([Step::Join(1), work(5)]).collect();
        let tasks = (0..4).map(|_| strand(1, vec![work(8)]));
        let strands: Vec<_> = [strand(0, owner)].into_iter().chain(tasks).collect();
        assert_eq!(lengths(strands.clone(), &[1, 2, 3, 4, 100]), [47, 31, 31, 23, 23]);
        let idle = TaskGraph { strands, sections: 4 }.schedule(3, Duration::ZERO).idle;
        // Two cores in 15 ms of serial work, and two beside the fourth task.
        assert_eq!(idle["work"], Duration::from_millis(2 * 15 + 2 * 8));
    }

    #[test]
    fn the_oldest_task_is_taken_first() {
        let owner = vec![Step::Spawn(1), Step::Spawn(2), Step::Spawn(3), Step::Join(1)];
        let tasks = [3, 3, 6].map(|ms| strand(1, vec![work(ms)]));
        let strands: Vec<_> = [strand(0, owner)].into_iter().chain(tasks).collect();
        // The longest one comes last, and does not fill what the others left.
        assert_eq!(lengths(strands, &[1, 2, 3]), [12, 9, 6]);
    }

    #[test]
    fn a_strand_that_waits_is_on_its_core_until_that_has_done_what_it_took() {
        // Inside of an outer section with one long task, the owner waits for a short one.
        let owner = vec![Step::Spawn(1), Step::Spawn(2), Step::Join(2), work(4), Step::Join(1)];
        let strands = vec![strand(0, owner), strand(1, vec![work(9)]), strand(2, vec![work(2)])];
        assert_eq!(lengths(strands, &[1, 2, 3]), [15, 9, 9]);
        // The other core has the short one, and this one took the long one.
        let owner = vec![Step::Spawn(1), Step::Spawn(2), work(1), Step::Join(1), work(4), Step::Join(2)];
        let strands = vec![strand(0, owner), strand(1, vec![work(2)]), strand(2, vec![work(9)])];
        assert_eq!(lengths(strands, &[1, 2, 3]), [16, 14, 9]);
    }

    #[test]
    fn a_core_without_work_takes_its_time_to_begin_again() {
        let owner = vec![Step::Spawn(1), Step::Spawn(2), Step::Join(1), work(2)];
        let strands = vec![strand(0, owner), strand(1, vec![work(5)]), strand(1, vec![work(5)])];
        let graph = TaskGraph { strands, sections: 2 };
        let length = |cores, ms| graph.schedule(cores, Duration::from_millis(ms)).length.as_millis();
        // The other core begins after 1 ms and ends after 6; the owner is done after 5, and needs another 1.
        assert_eq!([length(1, 1), length(2, 0), length(2, 1)], [12, 7, 9]);
    }

    #[test]
    fn tasks_spawn_tasks() {
        let owner = vec![Step::Spawn(1), Step::Join(1)];
        let inner = vec![work(1), Step::Spawn(2), Step::Spawn(3), Step::Join(2), work(1)];
        let strands =
            vec![strand(0, owner), strand(1, inner), strand(2, vec![work(5)]), strand(2, vec![work(5)])];
        assert_eq!(lengths(strands, &[1, 2, 3]), [12, 7, 7]);
    }
}
