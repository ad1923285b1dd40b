//! Broken copies of every fixture, files that ask for much, and the odd files of others end in a compliant
//! picture or in a clear error, in little time and memory. One test, since the counters of the allocator
//! belong to the whole process.
//!
//! `PHOTO_MUTANTS=200000 cargo test --release --test hostile -- --nocapture` is the long run.

use std::time::{Duration, Instant};

use photo_prep::{ColorPolicy, MetadataPolicy, Options, OutputFormat};
use photo_testkit::alloc::{CountingAlloc, peak_during};
use photo_testkit::mutate::mutants;
use photo_testkit::{bombs, corpus, fixtures};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// Broken fixtures in all, where the environment doesn't say otherwise.
const COUNT: usize = 8_000;
/// What the issue of hostile files allows for each.
const LONGEST: Duration = Duration::from_secs(10);
/// Bytes for anything that is refused.
const REFUSED: usize = 128 << 20;

/// What was seen.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    accepted: usize,
    slowest: Duration,
    /// Bytes, of those refused and those accepted.
    highest_refused: usize,
    highest_accepted: usize,
    /// Promises that were not kept.
    broken: Vec<String>,
}

impl Tally {
    fn hold(&mut self, promise: bool, what: impl FnOnce() -> String) {
        if !promise {
            self.broken.push(what());
        }
    }

    fn judge(&self, kind: &str) {
        println!(
            "{} {kind}: {} accepted; slowest {:?}; highest peak {} bytes refused, {} accepted; {} broken promises",
            self.files,
            self.accepted,
            self.slowest,
            self.highest_refused,
            self.highest_accepted,
            self.broken.len()
        );
        assert!(self.broken.is_empty(), "{}", self.broken.join("\n"));
    }
}

#[test]
fn hostile_files_end_in_a_picture_or_a_clear_error() {
    broken_fixtures();
    broken_rare_files();
    bombs_cost_little();
    corpus_within_budgets();
}

fn broken_fixtures() {
    let count = std::env::var("PHOTO_MUTANTS").map_or(COUNT, |count| count.parse().unwrap());
    let files: Vec<_> = fixtures::read_index().unwrap();
    let each = count.div_ceil(files.len());
    let mut tally = Tally::default();
    for (number, entry) in files.iter().enumerate() {
        let bytes = std::fs::read(entry.path()).unwrap();
        for (index, mutant) in mutants(&bytes, number as u64, each).enumerate() {
            let what = format!("{}: {} (mutant {index})", entry.file, mutant.what);
            check(&what, &mutant.bytes, &options(index / 8 + number), &mut tally);
        }
    }
    tally.judge("mutants");
    assert!(tally.files >= count);
    // Flipped bits in the picture data are no fault, so that some are taken; most others are.
    assert!(tally.accepted > tally.files / 20 && tally.accepted < tally.files * 19 / 20, "{tally:?}");
}

/// Broken copies of the HEIC and TIFF files that photo-prep's own tests hold to libheif and libtiff, the very
/// large ones aside, and of rare JPEGs.
fn broken_rare_files() {
    let mut tally = Tally::default();
    let mut files: Vec<_> =
        fixtures::of_formats().into_iter().filter(|f| !f.ends_with("grid_200mp.heic")).collect();
    files.sort();
    assert!(files.len() > 60, "{} files", files.len());
    let each =
        std::env::var("PHOTO_MUTANTS").map_or(24, |count| count.parse::<usize>().unwrap() / files.len());
    for (number, file) in files.iter().enumerate() {
        let bytes = std::fs::read(file).unwrap();
        for (index, mutant) in mutants(&bytes, number as u64, each).enumerate() {
            let what = format!("{}: {} (mutant {index})", file.display(), mutant.what);
            check(&what, &mutant.bytes, &options(index / 8 + number), &mut tally);
        }
    }
    tally.judge("mutants of rare files");
}

fn bombs_cost_little() {
    let mut tally = Tally::default();
    // Many go through undecoded where nothing has to be made anew.
    let anew = Options::default().max_pixels(900).metadata(MetadataPolicy::Keep).color(ColorPolicy::Srgb);
    for (name, bytes) in bombs::bombs() {
        for (order, options) in [("", Options::default()), (", made anew", anew)] {
            let (start, before) = (Instant::now(), tally.accepted);
            check(&format!("{name}{order}"), &bytes, &options, &mut tally);
            let end = if tally.accepted > before { "accepted" } else { "refused" };
            println!("{name}{order}: {end}, {:?}", start.elapsed());
        }
    }
    tally.judge("bombs");
}

fn corpus_within_budgets() {
    let mut tally = Tally::default();
    for case in corpus::cases_or_skip("corpus_within_budgets").unwrap() {
        let bytes = std::fs::read(&case.file).unwrap();
        check(&case.name(), &bytes, &Options::default(), &mut tally);
    }
    tally.judge("files of others");
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

fn check(what: &str, bytes: &[u8], options: &Options, tally: &mut Tally) {
    let start = Instant::now();
    let plan =
        options.probe(bytes).and_then(|info| options.plan(&info, photo_prep::Resources::of_current_pool()));
    let (result, peak) = peak_during(|| options.prepare(bytes));
    let took = start.elapsed();
    tally.files += 1;
    tally.slowest = tally.slowest.max(took);
    tally.hold(took < LONGEST, || format!("{what}: {took:?}"));
    match result {
        Ok(prepared) => {
            tally.accepted += 1;
            tally.highest_accepted = tally.highest_accepted.max(peak);
            let estimate = plan.map_or(0, |plan| plan.estimate().peak_memory);
            let all = (peak + bytes.len()) as u64;
            tally.hold(all <= estimate, || {
                format!("{what}: {all} bytes, estimate {estimate}; {}", prepared.report())
            });
            let again = options
                .probe(prepared.bytes())
                .and_then(|info| options.plan(&info, photo_prep::Resources::of_current_pool()));
            let compliant = again.as_ref().is_ok_and(|plan| {
                let (info, route) = (plan.info(), plan.route().name());
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
