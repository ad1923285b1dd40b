//! How long a picture takes on more cores than there are: `task-graph IN OUT RUNS [options]`.
//!
//! Prepares the file on one thread, divided as for 1, 2, 4, 8, 16 and 32 threads, and records what each task
//! takes and what it waits for; of `RUNS` recordings the shorter time of each piece counts. Then it prints
//! how long such graphs take on as many cores, and for each number what kept cores idle. The options are
//! those of `prep-loop`.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use photo_jpeg::task_graph::{TaskGraph, did, record};
use photo_prep::Options;

#[path = "support/options.rs"]
mod options;

const CORES: [usize; 6] = [1, 2, 4, 8, 16, 32];
/// What a sleeping thread took to wake on a virtual machine (DESIGN.md, photo-jpeg).
const WAKING: Duration = Duration::from_micros(55);

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, out, runs, rest @ ..] = args.as_slice() else {
        return Err("usage: task-graph IN OUT RUNS [options]".into());
    };
    let options = options::parsed(rest)?;
    photo_prep::raise_glibc_mmap_threshold();
    // This thread is the pool.
    let _pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
    let graphs = recordings(&options, input, out, runs.parse()?)?;
    table(&graphs);
    for (cores, graph) in CORES.iter().zip(&graphs) {
        println!("\n{cores} cores, ms:");
        kinds(graph, &graph.schedule(*cores, Duration::ZERO).idle, *cores);
    }
    Ok(())
}

/// Prints how long each graph takes on its number of cores.
fn table(graphs: &[TaskGraph]) {
    let length = |graph: &TaskGraph, cores, waking| graph.schedule(cores, waking).length;
    let one = graphs.first().map_or(Duration::ZERO, |graph| length(graph, 1, WAKING));
    println!(
        "| cores | tasks | all work, ms | ms | times one core | waking {} µs: ms | times one core | ms on any \
         number of cores |\n|---|---|---|---|---|---|---|---|",
        WAKING.as_micros()
    );
    for (cores, graph) in CORES.iter().zip(graphs) {
        let (at_once, waking) = (length(graph, *cores, Duration::ZERO), length(graph, *cores, WAKING));
        let any = length(graph, graph.tasks() + 1, Duration::ZERO);
        let times = |length: Duration| one.as_secs_f64() / length.as_secs_f64();
        println!(
            "| {cores} | {} | {:.1} | {:.1} | {:.2} | {:.1} | {:.2} | {:.1} |",
            graph.tasks(),
            ms(graph.work()),
            ms(at_once),
            times(at_once),
            ms(waking),
            times(waking),
            ms(any)
        );
    }
}

/// The fastest of several recordings for each number of cores. The rounds alternate, so that none is favored
/// by what else the machine does.
fn recordings(
    options: &Options,
    input: &str,
    out: &str,
    runs: usize,
) -> Result<Vec<TaskGraph>, Box<dyn Error>> {
    let once = |cores| -> Result<TaskGraph, Box<dyn Error>> {
        let (done, graph) = record(cores, || run(options, input, out));
        done?;
        Ok(graph)
    };
    let mut graphs = CORES.map(once).into_iter().collect::<Result<Vec<_>, _>>()?;
    for _ in 0..runs {
        for (cores, graph) in CORES.into_iter().zip(&mut graphs) {
            *graph = graph.faster(&once(cores)?).ok_or("two recordings of the same run differ")?;
        }
    }
    Ok(graphs)
}

/// One whole run, from file to file.
fn run(options: &Options, input: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let bytes = std::fs::read(input)?;
    did("reading the file");
    let prepared = options.prepare(&bytes)?;
    did("other");
    prepared.write_to(out)?;
    did("writing the file");
    Ok(())
}

/// Prints the work of each kind, what of it is in the run's own strand, and the core time that was idle
/// meanwhile, divided by the number of cores.
fn kinds(graph: &TaskGraph, idle: &BTreeMap<&'static str, Duration>, cores: usize) {
    let serial = graph.serial();
    println!("| work | all | serial | idle cores meanwhile, by core |\n|---|---|---|---|");
    let zero = Duration::ZERO;
    for (kind, all) in graph.by_kind() {
        let (serial, idle) = (serial.get(kind).unwrap_or(&zero), idle.get(kind).unwrap_or(&zero));
        println!("| {kind} | {:.2} | {:.2} | {:.2} |", ms(all), ms(*serial), ms(*idle) / cores as f64);
    }
    println!(
        "| all | {:.2} | {:.2} | {:.2} |",
        ms(graph.work()),
        ms(serial.values().sum()),
        ms(idle.values().sum()) / cores as f64
    );
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
