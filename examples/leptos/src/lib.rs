//! A Leptos application that signs in with Hallpass: a sign-in form, and a protected server function. `make example`
//! builds it; `target/debug/leptos-example` serves it on <http://localhost:3000/example>.

use hallpass_leptos::{
    CallError, Protected, RestApi, SessionClient, SessionProvider, SignInError, sign_out, use_session,
};
use hallpass_types::Credentials;
use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

/// The error of the server functions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum AppError {
    /// No user is signed in.
    SignedOut,
    /// The server cannot be reached, or failed.
    Unavailable,
}

impl From<CallError> for AppError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NotSignedIn => Self::SignedOut,
            CallError::Unreachable | CallError::UnexpectedResponse { .. } => Self::Unavailable,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Unavailable
    }
}

/// Returns the id of the signed-in user.
#[server(client = SessionClient, prefix = "/example/rpc", endpoint = "user_id")]
pub async fn user_id() -> Result<i64, AppError> {
    use server::{Hallpass, extract::SignedIn};
    let hallpass = expect_context::<Hallpass>();
    let SignedIn(bearer) = leptos_axum::extract_with_state(&hallpass).await.map_err(|_| {
        expect_context::<leptos_axum::ResponseOptions>().set_status(axum::http::StatusCode::UNAUTHORIZED);
        AppError::SignedOut
    })?;
    Ok(bearer.user.0)
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <SessionProvider api=RestApi::default()>
            <Protected fallback=SignIn>
                <Account/>
            </Protected>
        </SessionProvider>
    }
}

#[component]
fn SignIn() -> impl IntoView {
    let (username, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let failure = RwSignal::new(String::new());
    let value = |input: NodeRef<Input>| input.get_untracked().map(|input| input.value()).unwrap_or_default();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let credentials = Credentials { username: value(username), password: value(password).into() };
        spawn_local(async move {
            if let Err(error) = RestApi::default().sign_in(credentials).await {
                failure.set(match error {
                    SignInError::Rejected(message) => message,
                    SignInError::Unavailable(_) => "The server cannot be reached. Try again.".to_owned(),
                });
            }
        });
    };
    view! {
        <form on:submit=submit>
            <label>"Username " <input node_ref=username autocomplete="username"/></label>
            <label>"Password " <input node_ref=password type="password" autocomplete="current-password"/></label>
            <button>"Sign in"</button>
            <p role="alert">{failure}</p>
        </form>
    }
}

#[component]
fn Account() -> impl IntoView {
    let session = use_session();
    let answer = RwSignal::new(String::new());
    let ask = move |_| spawn_local(async move { answer.set(format!("{:?}", user_id().await)) });
    view! {
        <h1>"Signed in as " {move || session.username.get()}</h1>
        <button on:click=ask>"Call the server"</button>
        <button on:click=|_| sign_out()>"Sign out"</button>
        <output>{answer}</output>
    }
}

/// Shows the application in the browser.
#[cfg(feature = "csr")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    leptos::mount::mount_to_body(App);
}
