/tmp/wt/fit/target/release/deps/photo_resize-044a67a4593ebdd8.d: crates/photo-resize/src/lib.rs

/tmp/wt/fit/target/release/deps/libphoto_resize-044a67a4593ebdd8.rmeta: crates/photo-resize/src/lib.rs

crates/photo-resize/src/lib.rs:
