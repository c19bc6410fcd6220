//! libFuzzer over one target, which `WEIR_FUZZ_TARGET` names: one binary for all of them, so that
//! what they share is linked once.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use weir_fuzz::Target;

/// Which target it is.
const VARIABLE: &str = "WEIR_FUZZ_TARGET";

fuzz_target!(|data: &[u8]| {
    let target = target();
    if data.len() <= target.bytes_max {
        (target.run)(data);
    }
});

fn target() -> &'static Target {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var(VARIABLE).unwrap_or_default();
        Target::named(&name).unwrap_or_else(|| {
            let names: Vec<&str> = weir_fuzz::TARGETS.iter().map(|target| target.name).collect();
            eprintln!("{VARIABLE} is `{name}`: it must be one of {}", names.join(", "));
            std::process::exit(2)
        })
    })
}
