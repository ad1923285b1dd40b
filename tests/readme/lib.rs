//! The README of the workspace, whose example is a documentation test. There is nothing else in this library.
#![doc = include_str!("../../README.md")]
