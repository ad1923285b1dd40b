/tmp/wt/fit/target/release/deps/weezl-082de9049ffd95db.d: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/lib.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/decode.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/encode.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/error.rs

/tmp/wt/fit/target/release/deps/libweezl-082de9049ffd95db.rmeta: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/lib.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/decode.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/encode.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/error.rs

/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/lib.rs:
/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/decode.rs:
/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/encode.rs:
/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/weezl-0.1.12/src/error.rs:
