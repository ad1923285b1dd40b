//! Broken copies of every fixture end in a compliant picture or in a clear error, in little time and memory. One test, since
//! the counters of the allocator belong to the whole process.
//!
//! `PHOTO_MUTANTS=200000 cargo test --release --test mutants -- --nocapture` is the long run.

use std::time::{Duration, Instant};

use photo_prep::{Options, OutputFormat};
use photo_testkit::alloc::{CountingAlloc, peak_during};
use photo_testkit::fixtures;
use photo_testkit::mutate::{Mutant, mutants};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// Mutants in all, where the environment doesn't say otherwise.
const COUNT: usize = 8_000;
/// What the issue of hostile files allows for each.
const LONGEST: Duration = Duration::from_secs(10);
/// Bytes for anything that is refused.
const REFUSED: usize = 128 << 20;

/// What was seen.
#[derive(Debug, Default)]
struct Tally {
    mutants: usize,
    accepted: usize,
    slowest: Duration,
    /// Bytes, of those refused and those accepted.
    highest_refused: usize,
    highest_accepted: usize,
    /// Mutants that broke a promise, and which.
    broken: Vec<String>,
}

impl Tally {
    fn hold(&mut self, promise: bool, what: impl FnOnce() -> String) {
        if !promise {
            self.broken.push(what());
        }
    }
}

#[test]
fn mutants_end_in_a_picture_or_a_clear_error() {
    let asked = std::env::var("PHOTO_MUTANTS").ok().map(|count| count.parse().unwrap());
    let files: Vec<_> = fixtures::read_index().unwrap();
    let each = asked.unwrap_or(COUNT).div_ceil(files.len());
    let mut tally = Tally::default();
    for (number, entry) in files.iter().enumerate() {
        let bytes = std::fs::read(entry.path()).unwrap();
        for (index, mutant) in mutants(&bytes, number as u64, each).enumerate() {
            let what = format!("{}: {} (mutant {index})", entry.file, mutant.what);
            check(&what, &mutant, &options(index / 8 + number), &mut tally);
        }
    }
    let broken = std::mem::take(&mut tally.broken);
    println!("{tally:?}");
    assert!(broken.is_empty(), "{} broken promises:\n{}", broken.len(), broken.join("\n"));
    assert!(tally.mutants >= asked.unwrap_or(COUNT));
    // Flipped bits in the picture data are no fault, so that some are taken; most others are.
    assert!(tally.accepted > tally.mutants / 20 && tally.accepted < tally.mutants * 19 / 20, "{tally:?}");
}

/// Every kind of work, in turn.
fn options(number: usize) -> Options {
    match number % 5 {
        0 => Options::default(),
        1 => Options::default().max_bytes(20_000),
        2 => Options::default().max_pixels(5_000),
        3 => Options::default().format(OutputFormat::Png),
        _ => Options::default().max_pixels(20_000).max_bytes(5_000).quality_floor(20),
    }
}

fn check(what: &str, mutant: &Mutant, options: &Options, tally: &mut Tally) {
    let start = Instant::now();
    let plan = options.probe(&mutant.bytes).and_then(|info| options.plan(&info));
    let (result, peak) = peak_during(|| options.prepare(&mutant.bytes));
    let took = start.elapsed();
    tally.mutants += 1;
    tally.slowest = tally.slowest.max(took);
    tally.hold(took < LONGEST, || format!("{what}: {took:?}"));
    match result {
        Ok(prepared) => {
            tally.accepted += 1;
            tally.highest_accepted = tally.highest_accepted.max(peak);
            let estimate = plan.map_or(0, |plan| plan.estimate.peak_memory);
            let all = (peak + mutant.bytes.len()) as u64;
            tally.hold(all <= estimate, || {
                format!("{what}: {all} bytes, estimate {estimate}; {}", prepared.report())
            });
            let again = options.probe(prepared.bytes()).and_then(|info| options.plan(&info));
            let compliant = again.as_ref().is_ok_and(|plan| {
                let (info, route) = (&plan.info, plan.route.name());
                (info.format, info.size, route) == (prepared.format(), prepared.size(), "pass_through")
            });
            tally.hold(compliant, || format!("{what}: the result is {again:?}"));
        }
        Err(error) => {
            tally.highest_refused = tally.highest_refused.max(peak);
            tally.hold(peak <= REFUSED, || format!("{what}: {peak} bytes for {error}"));
            tally.hold(error.to_string().len() > 20, || format!("{what}: {error}"));
        }
    }
}
