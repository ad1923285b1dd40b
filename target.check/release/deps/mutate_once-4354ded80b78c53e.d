/tmp/wt/fit/target/release/deps/mutate_once-4354ded80b78c53e.d: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/mutate_once-0.1.2/src/lib.rs

/tmp/wt/fit/target/release/deps/libmutate_once-4354ded80b78c53e.rmeta: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/mutate_once-0.1.2/src/lib.rs

/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/mutate_once-0.1.2/src/lib.rs:
