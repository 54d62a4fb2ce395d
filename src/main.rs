//! The `socai` program: hands its arguments over to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(socai::cli::main(std::env::args_os()).code())
}
