//! Options of the linker.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Merged constants belong to several chunks. The splitter counts each of them in every chunk, and where the sum is
    // larger than the whole it leaves all data in the first module.
    println!("cargo::rustc-link-arg-cdylib=-O0");
}
