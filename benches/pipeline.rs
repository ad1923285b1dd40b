//! Benchmarks of the image path: facts, plans, stages and whole pipelines. Throughput is in pixels of the
//! source.
//!
//! `cargo bench`, or `cargo bench -- stage` for a group; `cargo bench -- --test` runs each once.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use photo_jpeg::{DecodeOptions, EncodeOptions, Planes, decode, encode, encoded_len};
use photo_prep::{Batch, Options, Stage};
use photo_testkit::encode::bmp::{self, BmpOptions, PixelFormat};
use photo_testkit::encode::gif::{self, Gif};
use photo_testkit::encode::jpeg::{JpegOptions, Segment};
use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::encode::tiff::{self, TiffOptions};
use photo_testkit::exif::Exif;
use photo_testkit::{Indexed, Layout, Picture, pattern, photo_like, sample};

/// A named file and what to do with it.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    options: Options,
}

impl Case {
    fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Self { name, bytes, options: Options::default() }
    }

    fn pixels(&self) -> u64 {
        photo_prep::probe(&self.bytes).map_or(1, |info| info.size.pixels())
    }
}

fn turned(orientation: u16) -> JpegOptions {
    JpegOptions { segments: vec![Segment::exif(&Exif::orientation(orientation))], ..sample::phone() }
}

fn facts(c: &mut Criterion) {
    let bytes = sample::jpeg_12mp();
    let info = photo_prep::probe(&bytes).expect("a valid picture");
    let options = Options::default();
    let mut group = c.benchmark_group("facts");
    group.throughput(Throughput::Elements(info.size.pixels()));
    group.bench_function("probe", |b| b.iter(|| photo_prep::probe(black_box(&bytes))));
    group.bench_function("plan", |b| {
        b.iter(|| options.plan(black_box(&info), photo_prep::Resources::of_current_pool()))
    });
    group.finish();
}

/// One run gives the times of all stages; each benchmark takes its own out of the report. Path `planes` is a
/// JPEG, which is reduced while it is decoded and turned while it is encoded; path `raster` is everything
/// else.
fn stages(c: &mut Criterion) {
    let turned_tiff = TiffOptions { orientation: Some(6), ..TiffOptions::default() };
    let tiff = tiff::encode(&photo_like(4032, 3024, 7), &turned_tiff);
    let cases = [
        (Case::new("planes", sample::jpeg(4032, 3024, &turned(6))), &[Stage::Decode, Stage::Encode][..]),
        (Case::new("raster", tiff), &[Stage::Decode, Stage::Resize, Stage::Orient, Stage::Encode]),
    ];
    let mut group = c.benchmark_group("stage");
    for (case, stages) in cases {
        group.sample_size(10).throughput(Throughput::Elements(case.pixels()));
        for &stage in stages {
            group.bench_function(BenchmarkId::new(case.name, stage.name()), |b| {
                b.iter_custom(|runs| (0..runs).map(|_| time_of(stage, &case)).sum::<Duration>());
            });
        }
    }
    group.finish();
}

fn time_of(stage: Stage, case: &Case) -> Duration {
    let prepared = case.options.prepare(&case.bytes).expect("a valid picture");
    prepared.report().stages.iter().filter(|s| s.0 == stage).map(|s| s.1).sum()
}

/// The engine alone, on one thread and on two.
fn engine(c: &mut Criterion) {
    let bytes = sample::jpeg_12mp();
    let progressive = sample::jpeg(4032, 3024, &JpegOptions { progressive: true, ..sample::phone() });
    let reduce = DecodeOptions::default().size(3651, 2738);
    let planes = decode(&bytes, &reduce).expect("a valid picture");
    let encoding = EncodeOptions::default();
    let mut group = c.benchmark_group("engine");
    group.sample_size(10).throughput(Throughput::Elements(4032 * 3024));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut bench = |name: &str, run: &(dyn Fn() -> usize + Sync)| {
            group.bench_function(BenchmarkId::new(name, threads), |b| b.iter(|| pool.install(run)));
        };
        let whole = DecodeOptions::default();
        let len = |planes: photo_jpeg::Result<Planes>| planes.map_or(0, |p| p.planes().len());
        bench("decode", &|| len(decode(black_box(&bytes), &whole)));
        bench("decode_reduce", &|| len(decode(black_box(&bytes), &reduce)));
        let options = photo_jpeg::ReadOptions::default();
        bench("verify", &|| usize::from(photo_jpeg::verify(black_box(&bytes), &options).is_ok()));
        let verify = || photo_jpeg::verify(black_box(&progressive), &options);
        bench("verify_progressive", &|| usize::from(verify().is_ok()));
        bench("decode_progressive", &|| len(decode(black_box(&progressive), &whole)));
        bench("encode", &|| encode(black_box(&planes), &encoding).map_or(0, |f| f.len()));
        bench("encoded_len", &|| encoded_len(black_box(&planes), &encoding, 8).map_or(0, |n| n as usize));
    }
    group.finish();
}

fn pipelines(c: &mut Criterion) {
    let mut group = c.benchmark_group("pipeline");
    for case in cases() {
        group.sample_size(10).throughput(Throughput::Elements(case.pixels()));
        group.bench_with_input(BenchmarkId::from_parameter(case.name), &case, |b, case| {
            b.iter(|| case.options.prepare(black_box(&case.bytes)).expect("a valid picture"));
        });
    }
    group.finish();
}

fn cases() -> Vec<Case> {
    let private = JpegOptions {
        segments: vec![Segment::exif(&Exif::private(1, b"thumbnail".to_vec()))],
        ..sample::phone()
    };
    let photo = photo_like(2400, 1800, 7);
    let mut fit = Case::new("fit_bytes", sample::jpeg(3264, 2448, &sample::phone()));
    fit.options = fit.options.max_bytes(1_000_000);
    let best = JpegOptions { quality: 100, ..sample::phone() };
    let mut heavy = Case::new("fit_coefficients", sample::jpeg(3264, 2448, &best));
    heavy.options = heavy.options.max_bytes(heavy.bytes.len() as u64 * 85 / 100);
    let mut light = Case::new("fit_progressive", sample::jpeg(3264, 2448, &sample::phone()));
    let optimized = light.options.max_bytes(light.bytes.len() as u64 - 1);
    let optimized = optimized.prepare(&light.bytes).expect("a valid picture").bytes().len() as u64;
    light.options = light.options.max_bytes(optimized * 97 / 100);
    let gif = Gif::still(Indexed::quantize(&photo_like(1200, 900, 7), 8));
    vec![
        Case::new("pass_through", sample::jpeg(3264, 2448, &sample::phone())),
        Case {
            options: Options::default().verify(photo_prep::Verify::Structure),
            ..Case::new("pass_through_structure", sample::jpeg(3264, 2448, &sample::phone()))
        },
        Case::new("rewrite", sample::jpeg(3264, 2448, &private)),
        Case::new("rotate", sample::jpeg(3264, 2448, &turned(6))),
        Case::new("shrink_12mp", sample::jpeg_12mp()),
        Case::new("shrink_48mp", sample::jpeg_48mp()),
        Case::new("bmp", bmp::encode(&photo, PixelFormat::Rgb24, BmpOptions::default())),
        Case::new("gif", gif::encode(&gif)),
        Case::new(
            "png_alpha",
            png::encode(&PngImage::from_picture(&with_alpha(&photo), 16), &PngOptions::default()),
        ),
        fit,
        light,
        heavy,
    ]
}

/// What the same job takes with well-known crates called bare: `image` decodes, `fast_image_resize` reduces,
/// `jpeg-encoder` writes. Beside it, ours.
fn bare_crates(c: &mut Criterion) {
    let bytes = sample::jpeg_12mp();
    let options = Options::default().quality(90).subsampling(photo_prep::Subsampling::S420);
    let mut group = c.benchmark_group("12mp_to_10mp_quality_90_420");
    group.sample_size(10).throughput(Throughput::Elements(4032 * 3024));
    group.bench_function("image_fir_jpeg_encoder", |b| b.iter(|| bare(black_box(&bytes))));
    group.bench_function("photo_prep", |b| {
        b.iter(|| options.prepare(black_box(&bytes)).expect("a valid picture"))
    });
    group.finish();
}

fn bare(bytes: &[u8]) -> Vec<u8> {
    // Four samples a pixel, the only kind for which photo-resize has kernels.
    let picture = image::load_from_memory(bytes).expect("a valid picture").into_rgba8();
    let small = photo_resize::lanczos3(
        picture.as_raw(),
        picture.dimensions(),
        (3651, 2738),
        photo_resize::Pixel::Four,
    );
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    let small = small.expect("as many samples as pixels");
    encoder.encode(&small, 3651, 2738, jpeg_encoder::ColorType::Rgba).expect("a size that JPEG allows");
    out
}

/// The photograph, cut out by soft shapes.
fn with_alpha(photo: &Picture) -> Picture {
    let (width, height) = (photo.width(), photo.height());
    let shapes = pattern::alpha_shapes(width, height);
    Picture::from_fn(width, height, Layout::Rgba, |x, y| {
        let [r, g, b, _] = photo.rgba(x, y);
        [r, g, b, shapes.rgba(x, y)[3]]
    })
}

fn batch(c: &mut Criterion) {
    let files: Vec<Vec<u8>> = (0..8).map(|i| sample::jpeg(3000 + 10 * i, 2250, &turned(6))).collect();
    let pixels = files.iter().map(|f| photo_prep::probe(f).map_or(0, |i| i.size.pixels())).sum();
    let mut group = c.benchmark_group("batch");
    group.sample_size(10).throughput(Throughput::Elements(pixels));
    for threads in [1, 2] {
        group.bench_with_input(BenchmarkId::new("threads", threads), &threads, |b, &threads| {
            let batch = Batch::new(Options::default()).threads(threads);
            b.iter(|| batch.run(files.clone(), |_, result| drop(black_box(result))));
        });
    }
    group.finish();
}

criterion_group!(benches, facts, stages, engine, pipelines, bare_crates, batch);
criterion_main!(benches);
