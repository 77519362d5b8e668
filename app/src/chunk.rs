//! Functions whose code is downloaded when they are first called. Those that name the same chunk are
//! downloaded together. A build without the feature `split`, as while one edits, has all code in one
//! file, and they are called as they stand.

/// `person: fn sessions(place: Place) -> Filled { … }` becomes an `async fn` that downloads the chunk
/// `person` first. Its error type says that this failed.
macro_rules! chunk {
    ($($(#[$doc:meta])* $chunk:ident: $vis:vis fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty $body:block)+) => {$(
        $(#[$doc])*
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split($chunk, wasm_split_path = leptos::wasm_split, fallible)]
        $vis fn $name($($argument: $type),*) -> $answer $body

        $(#[$doc])*
        #[cfg(not(feature = "split"))]
        $vis async fn $name($($argument: $type),*) -> $answer $body
    )+};
}

pub(crate) use chunk;
