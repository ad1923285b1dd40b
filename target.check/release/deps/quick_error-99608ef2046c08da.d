/tmp/wt/fit/target/release/deps/quick_error-99608ef2046c08da.d: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/quick-error-2.0.1/src/lib.rs

/tmp/wt/fit/target/release/deps/libquick_error-99608ef2046c08da.rmeta: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/quick-error-2.0.1/src/lib.rs

/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/quick-error-2.0.1/src/lib.rs:
