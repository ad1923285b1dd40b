#!/usr/bin/env bash
# Builds the npm package @photo-prep/web: bindings/web/build.sh [--check]. All is made under target/web, the package in
# target/web/package, packed as target/web/photo-prep-web.tgz. With --check it only compiles photo-prep for WebAssembly.
#
# Needs Rust, Node with npm, and apt where the toolchain has neither a standard library for wasm32 nor its source: then the
# source comes from Debian's package rust-src of the very same version, and the library is built from it. Nothing is written
# to the toolchain.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
out=$PWD/target/web
target=wasm32-unknown-unknown
mkdir -p "$out"

# Debian's lists and package in folders of our own, checked by Debian's keys, as apt does it.
fetch_source() {
    local release=$1 apt=$out/apt version
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    local options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=/dev/null"
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)")
    local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    printf "deb $signed http://deb.debian.org/debian %s main\n" trixie-backports sid > "$apt/sources.list"
    apt-get "${options[@]}" update -qq
    version=$(apt-cache "${options[@]}" madison rust-src | awk '{ print $3 }' | grep -F "$release+" | head -n 1) || true
    if [ -z "$version" ]; then
        echo "Debian has no rust-src $release; install the target with: rustup target add $target" >&2
        return 1
    fi
    (cd "$apt" && apt-get "${options[@]}" download -qq "rust-src=$version")
    rm -rf "$out/std"
    dpkg -x "$apt"/rust-src_*.deb "$out/std"
    rm -f "$apt"/rust-src_*.deb
    echo "$release" > "$out/std.release"
}

# Sets `std`, the options that make a standard library where there is none.
prepare_std() {
    local sysroot release
    sysroot=$(rustc --print sysroot)
    release=$(rustc -vV | sed -n 's/^release: //p')
    std=()
    [ ! -d "$sysroot/lib/rustlib/$target/lib" ] || return 0
    export RUSTC_BOOTSTRAP=1
    std=(-Zbuild-std=std,panic_abort)
    [ ! -d "$sysroot/lib/rustlib/src/rust/library" ] || return 0
    [ "$(cat "$out/std.release" 2> /dev/null)" = "$release" ] || fetch_source "$release"
    export __CARGO_TESTS_ONLY_SRC_ROOT=$out/std/usr/src/rustc-$release/library
}

prepare_std
export CARGO_TARGET_DIR=$out/build RUSTFLAGS="-C target-feature=+simd128"

if [ "${1:-}" = --check ]; then
    cargo check "${std[@]}" --locked --target "$target" -p photo-prep --all-features
    cargo check "${std[@]}" --locked --target "$target" -p photo-prep --no-default-features
    exit
fi

cargo build "${std[@]}" --release --locked --target "$target" --manifest-path bindings/web/Cargo.toml
(
    unset RUSTFLAGS RUSTC_BOOTSTRAP
    CARGO_TARGET_DIR=$out/bindgen cargo build --release --locked --manifest-path bindings/web/bindgen/Cargo.toml
)
package=$out/package
rm -rf "$package"
mkdir -p "$package"
"$out/bindgen/release/photo-prep-web-bindgen" "$CARGO_TARGET_DIR/$target/release/photo_prep_web.wasm" "$package"
cp bindings/web/js/* bindings/web/package.json bindings/web/README.md LICENSE-MIT LICENSE-APACHE "$package/"
(cd "$package" && npm pack --silent --pack-destination "$out" > /dev/null)
mv "$out"/photo-prep-web-[0-9]*.tgz "$out/photo-prep-web.tgz"
wasm=$package/photo_prep_bg.wasm
echo "$(stat -c %s "$wasm") bytes of WebAssembly, $(gzip -9c "$wasm" | wc -c) gzipped"
