//! Functions whose code is downloaded on the first call. Functions with the same chunk name are downloaded together.
//! Without the feature `split`, as in development, all code is in one file and the functions are called directly.

/// `person: fn sessions(place: Place) -> Filled { … }` becomes an `async fn` that first downloads the chunk `person`.
/// It returns an error if the download fails.
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
