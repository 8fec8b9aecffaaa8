//! The `openfloor` program: see [`openfloor::cli`].

fn main() -> std::process::ExitCode {
    openfloor::cli::run()
}
