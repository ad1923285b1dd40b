#!/usr/bin/env bash
# Writes BENCHMARKS.md: the same job by photo-prep and by others, side by side, on this machine.
#
#   benches/report.sh CORPUS [RUNS]      CORPUS: a folder made by ../shared/peers/make_corpus.py
#
# Environment, as ../shared/peers/bench.py has it: BENCH_PYTHON (a Python with pyvips, Pillow and OpenCV), BENCH_PYTHON_SIMD (one
# with Pillow-SIMD), SHARP_FROM (a folder whose node_modules has sharp). METRIC: the program built of ../shared/peers/metric, for the
# quality of what comes out.
set -euo pipefail
corpus=$(realpath "$1") runs=${2:-7}
cd "$(dirname "$0")/.."
peers=../shared/peers python=${BENCH_PYTHON:-python3}
out=$(mktemp -d)
cargo build -q --release -p photo-prep --example prep-loop
program=${CARGO_TARGET_DIR:-$PWD/target}/release/examples/prep-loop
ours="loop:$program {in} {out} {runs} {warmup} {threads} --quality 90 --subsampling 420"
inputs=()
for name in p12 p12_rst p12_o6_p3 p12_444 p12_prog gray12 d24_422 p48_o6_p3 p108 p200; do inputs+=("$corpus/$name.jpg"); done

others=()
for name in rot8.jpg ok8.jpg fit11mb.jpg png12.png png12_rgba.png png16_12.png png4_rgba.png bmp12.bmp gif2_anim.gif; do
    others+=("$corpus/$name")
done

measure() { # threads, peers, inputs
    "$python" "$peers/bench.py" --inputs "${@:3}" --peers "$2" --threads "$1" --runs "$runs" --out "$out" \
        --json "$out/results.json" --peer "photo-prep=$ours" --peer "photo-prep-keep=$ours --color preserve" >&2
}
measure 0 sharp-tuned-2,sharp-tuned,sharp-fast,pyvips,pyvips-keep,pillow-simd "${inputs[@]}" "${others[@]}"
# What only does a part of the job: a lossless turn, and a limit of bytes.
for part in jpegtran:rot8 jpegoptim:fit11mb; do
    "$python" "$peers/bench.py" --inputs "$corpus/${part#*:}.jpg" --peers "${part%:*}" --runs "$runs" --out "$out" \
        --json "$out/results.json" >&2
done
measure -1 sharp-tuned,pyvips,pyvips-keep "${inputs[@]}"
"$python" "$peers/bench.py" --inputs $("$python" "$peers/batch40.py" "$corpus") --peers sharp-tuned,pyvips,pyvips-keep,pillow-simd \
    --batch 2 --out "$out" --json "$out/batch.json" --peer "photo-prep=$ours" --peer "photo-prep-keep=$ours --color preserve" >&2

{
    echo "# Benchmarks"
    echo
    echo "The job: any picture in; upright, at most 10,000,000 pixels, JPEG quality 90 4:2:0 without private metadata out. Every program"
    echo "reads a file and writes one, again and again in one process; start-up does not count. Peers ending in \`-keep\` and"
    echo "\`sharp-tuned\` keep a color profile, the others convert to sRGB. Where a picture has no profile, \`photo-prep\` and"
    echo "\`photo-prep-keep\` do the same: their difference is the noise of this machine."
    echo
    echo "Machine: $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), $(nproc) cores, $(uname -sr). $(rustc --version)."
    "$python" - <<'P'
import importlib.metadata as m, os, json
names = [n for n in ("pyvips", "pyvips-binary", "pillow", "opencv-python-headless") if any(True for d in m.distributions() if d.metadata["Name"].lower() == n)]
line = ", ".join("%s %s" % (n, m.version(n)) for n in names)
pkg = os.path.join(os.environ.get("SHARP_FROM", ""), "node_modules/sharp/package.json")
print("Peers: %s%s." % (line, ", sharp " + json.load(open(pkg))["version"] if os.path.exists(pkg) else ""))
P
    echo "Settings: Lanczos3 and shrink-on-load everywhere; \`sharp-fast\` without optimized Huffman tables (as pyvips), \`sharp-tuned\` also turns"
    echo "the picture after the resize and keeps the profile, \`sharp-tuned-2\` is that on two threads; see \`../shared/peers/runners\`."
    echo "\`jpegtran -optimize\` and \`jpegoptim --size\` do a part of the job, and start anew for each picture."
    echo
    echo "Written by \`benches/report.sh CORPUS $runs\`; the corpus is made by \`../shared/peers/make_corpus.py\` from fixed seeds."
    "$python" "$peers/tables.py" "$out/results.json"
    "$python" benches/more_tables.py "$program" "$out/batch.json" "$runs" "${inputs[@]}"
    [ -z "${SHARP_FROM:-}" ] || "$python" benches/in_memory.py "$program" "$corpus/ok8.jpg" "$runs"
    if [ -n "${METRIC:-}" ]; then
        echo
        echo "### Quality of the output (\`../shared/peers/quality.py\`)"
        echo
        echo '```'
        "$python" "$peers/quality.py" --corpus "$corpus" --results "$out/results.json" --metric "$METRIC" --json "$out/quality.json" 2>&1 | cut -c1-100
        echo '```'
    fi
    if [ -n "${METRIC:-}" ] && command -v jpegoptim convert > /dev/null; then
        echo
        echo "### Quality of pictures fitted to a limit of bytes (\`benches/fitting_quality.py\`)"
        echo
        echo "Pictures of all kinds and twenty heavy JPEGs; who takes a quality searches for it. In a cell: SSIMULACRA2 at the planned size / at"
        echo "1,600 pixels, and the share of the limit used."
        echo
        "$python" benches/fitting_quality.py "$program" "$METRIC"
    fi
    echo
    echo "Inside of the project, \`cargo bench\` measures facts, stages, the engine on one thread and two, and whole pipelines."
} > BENCHMARKS.md
rm -r "$out"
