//! Exports the dice of `src/dice.rs` from the program, so that plugins find them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        for symbol in ["rand", "srand", "random", "srandom"] {
            println!("cargo::rustc-link-arg-bin=tresillo=-Wl,--export-dynamic-symbol={symbol}");
        }
    }
}
