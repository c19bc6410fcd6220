//! The binary `weir`.

fn main() -> std::process::ExitCode {
    weir_cli::run()
}
