//! The program. `prep-and-upload --help` lists the commands.

fn main() {
    // Not a return: a thread that still reads standard input or decodes must not hold the program back.
    std::process::exit(prep_and_upload::run());
}
