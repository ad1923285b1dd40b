use photo_prep::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&a[1]).unwrap();
    let limits: Vec<u64> = a[3].split(',').map(|x| x.parse().unwrap()).collect();
    for l in limits {
        let options = Options::default().max_bytes(l);
        let mut best = f64::INFINITY;
        let mut cpu = f64::INFINITY;
        let n: u32 = a.get(4).map_or(1, |x| x.parse().unwrap());
        for i in 0..n {
            let c = || { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let v: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); v[11].parse::<f64>().unwrap() * 0.01 };
            let (t, c0) = (std::time::Instant::now(), c());
            let p = options.prepare(&bytes).unwrap();
            best = best.min(t.elapsed().as_secs_f64());
            cpu = cpu.min(c() - c0);
            if i + 1 == n {
                std::fs::write(format!("{}.{}", a[2], l), p.bytes()).unwrap();
                println!("{} {} {:.4} {:?} q {:?} {} {:.3} cpu {:.2} enc {}", l, p.bytes().len(), p.bytes().len() as f64 / l as f64, p.report().rung(), p.report().quality, p.size(), best, cpu, p.report().encodes);
            }
        }
    }
}
