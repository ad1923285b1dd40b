//! Prepares one file again and again and prints the times: `prep-loop IN OUT RUNS WARMUP THREADS [options]`.
//!
//! Prints one JSON line: `{"ms":[…],"out":"file","stages":{"decode":…}}` with the times of the counted runs
//! in milliseconds (reading the input and writing the output included) and the median of each stage.
//! `THREADS` 0 means one thread a core. The options are those of `prep-and-upload`:
//! `--quality Q --subsampling auto|420|444 …`. With `-` as OUT nothing is written, and the input is read
//! once, before: the times are those of `prepare` alone, from bytes to bytes.
//!
//! `prep-loop batch LIST FOLDER THREADS 1 [options]` prepares all files that `LIST` names, a line each, at
//! once, writes them to `FOLDER`, and prints `{"ms":…,"done":…}`: the time for all, and how many there are.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use photo_prep::{Batch, Options};

#[path = "support/options.rs"]
mod options;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, out, runs, warmup, threads, rest @ ..] = args.as_slice() else {
        return Err("usage: prep-loop IN OUT RUNS WARMUP THREADS [options]".into());
    };
    let options = options::parsed(rest)?;
    photo_prep::raise_glibc_mmap_threshold();
    if input == "batch" {
        return batch(options, out, Path::new(runs), warmup.parse()?);
    }
    // This thread is one of them, so that the large buffers always come from the same arena.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).use_current_thread().build()?;
    let (runs, warmup): (usize, usize) = (runs.parse()?, warmup.parse()?);
    let mut times = Vec::new();
    let mut stages: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let (mut written, in_memory) = (None, out == "-");
    // As a service does it, each file is read into the memory of the one before.
    let mut source = std::fs::read(input)?;
    for run in 0..runs + warmup {
        let start = Instant::now();
        if !in_memory {
            source.clear();
            File::open(input)?.read_to_end(&mut source)?;
        }
        let prepared = pool.install(|| options.prepare(&source))?;
        written = Some(if in_memory { PathBuf::from(out) } else { prepared.write_to(out)? });
        if run >= warmup {
            times.push(start.elapsed().as_secs_f64() * 1e3);
            for (stage, time) in &prepared.report().stages {
                stages.entry(stage.name()).or_default().push(time.as_secs_f64() * 1e3);
            }
        }
    }
    let stages: BTreeMap<&str, f64> = stages.into_iter().map(|(name, times)| (name, median(times))).collect();
    let out = written.ok_or("no run was asked for")?;
    println!("{}", serde_json::json!({ "ms": times, "out": out, "stages": stages }));
    Ok(())
}

fn batch(options: Options, list: &str, folder: &Path, threads: usize) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let list = std::fs::read_to_string(list)?;
    let mut failed: Option<Box<dyn Error + Send + Sync>> = None;
    let done = Batch::new(options).threads(threads).run(list.lines().map(PathBuf::from), |index, result| {
        let written = match result {
            Ok(prepared) => prepared.write_to(folder.join(index.to_string())).map_err(Into::into),
            Err(error) => Err(error.into()),
        };
        failed = written.err().or(failed.take());
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let ms = start.elapsed().as_secs_f64() * 1e3;
    println!("{}", serde_json::json!({ "ms": ms, "done": done.finished }));
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(0.0)
}
