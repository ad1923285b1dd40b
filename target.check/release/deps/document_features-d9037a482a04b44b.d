/tmp/wt/fit/target/release/deps/document_features-d9037a482a04b44b.d: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/document-features-0.2.12/lib.rs

/tmp/wt/fit/target/release/deps/libdocument_features-d9037a482a04b44b.so: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/document-features-0.2.12/lib.rs

/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/document-features-0.2.12/lib.rs:
