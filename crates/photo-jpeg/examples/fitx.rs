use photo_jpeg::*;
use std::io::Write;
fn ppm(path: &str) -> (u32, u32, Vec<u8>) {
    let b = std::fs::read(path).unwrap();
    let mut at = 2;
    let mut n = vec![];
    while n.len() < 3 {
        while b[at].is_ascii_whitespace() {
            at += 1
        }
        if b[at] == b'#' {
            while b[at] != b'\n' {
                at += 1
            }
            continue;
        }
        let s = at;
        while b[at].is_ascii_digit() {
            at += 1
        }
        n.push(std::str::from_utf8(&b[s..at]).unwrap().parse::<u32>().unwrap());
    }
    (n[0], n[1], b[at + 1..].to_vec())
}
/// tables file: lines of "scale exponents..." 3 x 64 base and 64 exponents
fn main() {
    let a: Vec<String> = std::env::args().collect();
    // fitx in.ppm out.jpg bytes tables(std|file) mode(n|d|r) samp(420|444) prog(0|1)
    let (w, h, rgb) = ppm(&a[1]);
    let bytes: u64 = a[3].parse().unwrap();
    let s = if a[6] == "444" { (1, 1) } else { (2, 2) };
    let planes = Planes::from_rgb(w, h, &rgb, s).unwrap();
    let u = UnquantizedCoefficients::new(&planes, Orientation::Upright).unwrap();
    let spec: Option<Vec<f64>> = (a[4] != "std").then(|| {
        std::fs::read_to_string(&a[4]).unwrap().split_whitespace().map(|x| x.parse().unwrap()).collect()
    });
    let tables = |percent: f64| -> Vec<QuantTable> {
        match &spec {
            None => (0..3)
                .map(|i| QuantTable::perceptual(i, if s == (1, 1) { 1.0 } else { 0.25 }, percent))
                .collect(),
            Some(v) => (0..3)
                .map(|c| {
                    QuantTable::new(std::array::from_fn(|k| {
                        let e = v[192 + k];
                        let s = percent / 20.0;
                        let s = if s > 1.5 { (1.5f64.powf(1.0 - e) * s.powf(e)).max(s * 0.5) } else { s };
                        (v[c * 64 + k] * s).round().clamp(1.0, 255.0) as u16
                    }))
                    .unwrap()
                })
                .collect(),
        }
    };
    let opt = |p: f64| {
        TranscodeOptions::default()
            .tables(tables(p))
            .rate_distortion(if a[5] == "r" { 100 } else { 0 })
            .progressive(a[7] == "1")
    };
    let (mut lo, mut hi) = (0.4f64.ln(), 2000f64.ln());
    for _ in 0..11 {
        let m = (lo + hi) / 2.0;
        if u.encoded_len(&opt(m.exp()), 1).unwrap() > bytes { lo = m } else { hi = m }
    }
    let t = std::time::Instant::now();
    let f = u.draft(&opt(hi.exp())).unwrap().write();
    let t = t.elapsed().as_secs_f64();
    std::fs::File::create(&a[2]).unwrap().write_all(&f).unwrap();
    println!("{} {:.2} {:?} {:.4}", f.len(), hi.exp(), &tables(hi.exp())[0].values()[..4], t);
}
