//! A recorded run is the same run.

use std::time::Duration;

use photo_jpeg::task_graph::{TaskGraph, record};
use photo_jpeg::{DecodeOptions, EncodeOptions, Planes, decode, encode};

/// A JPEG of many chunks.
fn file() -> Vec<u8> {
    let (width, height) = (1400, 1100);
    let rgb = photo_testkit::photo_like(width, height, 1).convert(photo_testkit::Layout::Rgb).into_data();
    let planes = Planes::from_rgb(width, height, &rgb, (2, 2)).unwrap();
    encode(&planes, &EncodeOptions::default().quality(92)).unwrap()
}

fn reduced(file: &[u8]) -> Vec<u8> {
    let planes = decode(file, &DecodeOptions::default().size(900, 707)).unwrap();
    encode(&planes, &EncodeOptions::default()).unwrap()
}

#[test]
fn recording_changes_no_byte_and_gives_the_same_graph_again() {
    let file = file();
    let expected = reduced(&file);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut tasks = Vec::new();
    for threads in [1, 2, 8, 32] {
        let recorded = || {
            let (bytes, graph) = record(threads, || reduced(&file));
            assert!(bytes == expected, "{threads} threads");
            graph
        };
        let (first, second): (TaskGraph, TaskGraph) = pool.install(|| (recorded(), recorded()));
        let graph = first.faster(&second).unwrap();
        let one = graph.schedule(1, Duration::ZERO);
        assert_eq!(one.length, graph.work());
        assert!(one.idle.values().all(Duration::is_zero), "{:?}", one.idle);
        let kinds = graph.by_kind();
        for kind in ["decoding of chunks", "rows", "output rows", "tokens", "bits", "stitch"] {
            assert!(kinds.contains_key(kind), "{kind} is missing from {kinds:?}");
        }
        let serial: Duration = graph.serial().values().sum();
        let many = graph.schedule(graph.tasks() + 1, Duration::ZERO).length;
        assert!(serial <= many && many <= one.length);
        tasks.push(graph.tasks());
    }
    assert!(tasks[0] < tasks[2], "{tasks:?}");
}
