//! The plan is what runs: its attempts are tried in its order, and the one that a report names is the last of
//! them.

use std::path::PathBuf;

use photo_prep::{Error, Options, Outcome, Plan, Prepared, Resources, Rung};
use photo_testkit::{corpus, fixtures};

/// Everything from bytes that fit any picture to what only fewer pixels hold.
const LIMITS: [u64; 4] = [10_000_000, 60_000, 9_000, 1_500];

#[test]
fn what_is_reported_is_what_was_planned() {
    let cases = corpus::cases_or_skip("what_is_reported_is_what_was_planned").unwrap();
    let mut files: Vec<PathBuf> = fixtures::read_index().unwrap().iter().map(fixtures::Entry::path).collect();
    files.extend(cases.into_iter().map(|case| case.file));
    let (mut prepared, mut others, mut rungs) = (0, 0, std::collections::BTreeSet::new());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for max_bytes in LIMITS {
            let options = Options::default().max_bytes(max_bytes).quality_floor(50);
            let Ok(info) = options.probe(&bytes) else { continue };
            let Ok(plan) = options.plan(&info, Resources::threads(2)) else { continue };
            match plan.execute(&bytes) {
                Ok(done) if is_of_another_file(&plan, &done) => others += 1,
                Ok(done) => {
                    let rung = done.report().rung();
                    follows(&plan, &done).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
                    rungs.insert(format!("{rung:?}"));
                    prepared += 1;
                }
                Err(Error::PlanMismatch) => panic!("{}: another file's plan", file.display()),
                Err(_) => {}
            }
        }
    }
    println!("{prepared} pictures followed their plans, {others} were made from another file: {rungs:?}");
    assert!(others * 50 <= prepared, "{others} of {prepared} were made from another file");
    assert!(rungs.len() >= 10, "only {rungs:?}");
}

/// A file that was cut off or begins with frames that show nothing is replaced by one with a plan of its own.
fn is_of_another_file(plan: &Plan, prepared: &Prepared<'_>) -> bool {
    let info = plan.info();
    let report = prepared.report();
    let marked =
        !info.well_formed || info.animated || report.warnings.iter().any(|w| !info.warnings.contains(w));
    marked && follows(plan, prepared).is_err()
}

/// The attempts of a report are the first of the plan's, of which the last one fitted, and no other.
fn follows(plan: &Plan, prepared: &Prepared<'_>) -> Result<(), String> {
    let planned: Vec<Rung> = plan.route().attempts().map(photo_prep::Attempt::rung).collect();
    let report = prepared.report();
    let tried: Vec<Rung> = report.attempts.iter().map(|tried| tried.rung).collect();
    if !planned.starts_with(&tried) || tried.is_empty() {
        return Err(format!("tried {tried:?} of {planned:?}"));
    }
    let fits = report.attempts.iter().position(|tried| tried.outcome == Outcome::Fits);
    if fits != Some(tried.len() - 1) {
        return Err(format!("{:?}", report.attempts));
    }
    Ok(())
}
