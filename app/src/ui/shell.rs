//! The HTML document, rendered on the server only. Its attributes on `<html>` are read by the browser, so that both
//! renders agree.

use std::{sync::LazyLock, time::Duration};

use leptos::{nonce::use_nonce, prelude::*};

#[cfg(feature = "ssr")]
use super::routes::Page;
use super::{App, theme::Theme};
use crate::{language::Language, texts};
use hallpass_types::PasswordPolicy;

/// The files of the build.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The script that loads the WebAssembly.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The stylesheet.
    pub css: String,
    /// Whether the page reloads itself after a build of `cargo leptos watch`.
    pub auto_reload: bool,
}

/// The grace period for spent refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReuseGrace(pub Duration);

/// Whether registration is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationOpen(pub bool);

texts! {
    Text {
        description: "Token authentication with automatic refresh and immediate revocation."
            | "자동 갱신과 즉시 폐기를 지원하는 토큰 인증.",
    }
}

/// Restores the scroll position. In its own block, since other scripts may use the same names.
static SCROLL: LazyLock<String> =
    LazyLock::new(|| format!("{{\n{}\n}}", without_comments(include_str!("shell/scroll.js"))));

/// The document.
pub fn shell() -> impl IntoView {
    let assets = expect_context::<Assets>();
    let policy = expect_context::<PasswordPolicy>();
    let RegistrationOpen(is_open) = expect_context();
    let ReuseGrace(grace) = expect_context();
    view! {
        <!DOCTYPE html>
        <html
            lang=Language::current().tag()
            data-language=Language::current().tag()
            data-theme=Theme::current().word()
            data-session="unknown"
            data-registration=if is_open { "open" } else { "closed" }
            data-reuse-grace=grace.as_secs().to_string()
            data-password-min=policy.min_length.to_string()
            data-password-max=policy.max_length.to_string()
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=Theme::current().color_scheme()/>
                <meta
                    name="description"
                    content=Text::get().description
                />
                <title>{title()}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" id="leptos" href=assets.css.clone()/>
                <script nonce=use_nonce() inner_html=SCROLL.as_str()></script>
                <Boot assets=assets.clone()/>
                {assets.auto_reload.then(reload_on_build)}
            </head>
            <body>
                <div id="app">
                    <App/>
                </div>
            </body>
        </html>
    }
}

#[cfg(feature = "ssr")]
fn title() -> String {
    // The router invents an origin for each request.
    Page::of(expect_context::<http::request::Parts>().uri.path()).title()
}

#[cfg(not(feature = "ssr"))]
fn title() -> String {
    document().title()
}

/// The scripts that load and hydrate the application.
static BOOT: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("shell/boot.js")));

/// A script without its comments.
fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Loads the application. Replaces `HydrationScripts`: file names come from the binary instead of a file, the nonce
/// stays out of readable attributes, failed downloads are reported, a DOM that extensions have changed is restored
/// before hydration, and the browser can handle input between compiling and running the code.
#[component]
fn Boot(assets: Assets) -> impl IntoView {
    let Assets { js, wasm, .. } = assets;
    let boot = format!("const js = '{js}', wasm = '{wasm}';\n{}", *BOOT);
    view! {
        <link rel="modulepreload" href=js/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce() inner_html=boot></script>
    }
}

fn reload_on_build() -> impl IntoView {
    let options = LeptosOptions::builder().output_name("hallpass").reload_port(3001_u32).build();
    view! { <leptos::hydration::AutoReload options/> }
}
