//! The program; the library beside it has everything.

fn main() {
    prep_and_upload::main();
}
