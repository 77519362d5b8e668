//! A query to the server, like a Leptos `Resource`, that runs again when its inputs change or the server is back, and
//! renders as a skeleton, a value or an error. Outdated responses are dropped. The current value stays until a
//! different one arrives.

use futures::future;
use hallpass_leptos::Delay;
use leptos::{
    either::{EitherOf3, EitherOf4},
    prelude::*,
    task::spawn_local,
};

use super::components::{Progress, Shape, Skeleton, prepare_dates};
use crate::{
    api::{ApiError, Code},
    session::{self, Session, SessionState, yield_to_browser},
    texts,
};

texts! {
    Text {
        again: "Try again" | "다시 시도",
        account: "Go to your account" | "내 계정으로 이동",
        sign_in: "Sign in" | "로그인",
    }
}

/// A query and its last response.
pub(crate) struct Load<T: Send + Sync + 'static> {
    answer: RwSignal<Option<Result<T, ApiError>>>,
    is_asking: RwSignal<bool>,
    rounds: RwSignal<u32>,
    /// The sequence number of the last request.
    newest: StoredValue<u32>,
    /// Consecutive failures.
    failures: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Load<T> {
    /// Sends the query, and again whenever a signal changes that `ask` reads before its first `await`.
    pub(crate) fn new<Asking>(ask: impl Fn() -> Asking + 'static) -> Self
    where
        Asking: Future<Output = Result<T, ApiError>> + 'static,
    {
        let load = Self {
            answer: RwSignal::new(None),
            is_asking: RwSignal::new(false),
            rounds: RwSignal::new(0),
            newest: StoredValue::new(0),
            failures: StoredValue::new(0),
        };
        let progress = expect_context::<Progress>();
        let session = expect_context::<Session>();
        let is_reachable = Memo::new(move |_| session.state.get() == SessionState::SignedIn);
        Effect::new(move |_| {
            load.rounds.track();
            let asking = ask();
            if !is_reachable.get() {
                return;
            }
            load.newest.update_value(|newest| *newest = newest.wrapping_add(1));
            let number = load.newest.get_value();
            load.is_asking.set(true);
            let under_way = progress.begin();
            // Meanwhile the page may be gone, or the query may have changed.
            let is_wanted = move || load.newest.try_get_value() == Some(number);
            spawn_local(async move {
                yield_to_browser().await;
                // Another user may have signed in: the response belongs to the old session.
                if !is_wanted() {
                    return;
                }
                let answer = in_small_tasks(asking).await;
                drop(under_way);
                if is_wanted() {
                    load.take(answer, number);
                }
            });
        });
        load
    }

    fn take(self, answer: Result<T, ApiError>, number: u32) {
        self.is_asking.set(false);
        match &answer {
            Err(error) if is_passing(error.code) => {
                self.ask_later(error.retry_after, number);
                // Keep the current value on a temporary failure; the banner reports it.
                if self.answer.with_untracked(|shown| matches!(shown, Some(Ok(_)))) {
                    return;
                }
            }
            _ => self.failures.set_value(0),
        }
        self.show(answer);
    }

    /// Shows the result, unless it is shown already.
    fn show(self, answer: Result<T, ApiError>) {
        let answer = Some(answer);
        if self.answer.try_with_untracked(|shown| *shown != answer) == Some(true) {
            self.answer.set(answer);
        }
    }

    /// Retries after a delay or when the network is back, once the tab is visible, unless another request was sent
    /// meanwhile.
    fn ask_later(self, retry_after: Option<u32>, number: u32) {
        let failures = self.failures.get_value().saturating_add(1);
        self.failures.set_value(failures);
        let delay = Delay::after_failures(failures, retry_after, session::random());
        spawn_local(async move {
            match retry_after {
                Some(_) => delay.pass().await,
                None => _ = delay.bound(session::online()).await,
            }
            session::visible().await;
            if self.newest.try_get_value() == Some(number) {
                self.again();
            }
        });
    }

    /// Sends the query again.
    pub(crate) fn again(self) {
        self.rounds.update(|rounds| *rounds += 1);
    }

    /// Replaces the value by one that another call returned.
    pub(crate) fn put(self, value: T) {
        self.show(Ok(value));
    }

    /// Updates a part of the value with what another call returned.
    pub(crate) fn change(self, change: impl FnOnce(&mut T)) {
        self.answer.update(|answer| {
            if let Some(Ok(value)) = answer {
                change(value);
            }
        });
    }

    /// A part of the value, if there is one.
    pub(crate) fn part<Part>(self, part: impl Fn(&T) -> Part + Send + Sync + 'static) -> Signal<Option<Part>>
    where
        Part: Send + Sync + 'static,
    {
        Signal::derive(move || self.answer.with(|answer| answer.as_ref()?.as_ref().ok().map(&part)))
    }

    /// Whether there is a value.
    pub(crate) fn is_there(self) -> Memo<bool> {
        Memo::new(move |_| self.answer.with(|answer| matches!(answer, Some(Ok(_)))))
    }

    /// Whether a request is running.
    pub(crate) fn is_asking(self) -> Signal<bool> {
        self.is_asking.into()
    }

    /// The skeleton, the value or the error; rendered again for each different value. Forms belong into
    /// [`Load::view_once`].
    pub(crate) fn view<View: IntoView + 'static>(
        self,
        shape: Shape,
        render: impl Fn(T) -> View + Send + 'static,
    ) -> impl IntoView {
        move || match self.answer.get() {
            None => EitherOf3::A(view! { <Skeleton shape/> }),
            Some(Ok(value)) => EitherOf3::B(render(value)),
            Some(Err(error)) => EitherOf3::C(self.failure(error)),
        }
    }

    /// The skeleton, the value or the error; rendered once for consecutive values. The view reads the signal; a form
    /// reads it once and keeps the user's input.
    pub(crate) fn view_once<View: IntoView + 'static>(
        self,
        shape: Shape,
        render: impl Fn(Memo<T>) -> View + Send + 'static,
    ) -> impl IntoView {
        let error =
            Memo::new(move |_| self.answer.with(|answer| answer.as_ref().map(|answer| answer.as_ref().err().cloned())));
        move || match error.get() {
            None => EitherOf3::A(view! { <Skeleton shape/> }),
            Some(None) => EitherOf3::B(self.value().map(&render)),
            Some(Some(error)) => EitherOf3::C(self.failure(error)),
        }
    }

    /// The signal of the value.
    fn value(self) -> Option<Memo<T>> {
        let first = self.answer.get_untracked()?.ok()?;
        Some(Memo::new(move |last: Option<&T>| {
            let newest = self.answer.with(|answer| answer.as_ref()?.as_ref().ok().cloned());
            newest.unwrap_or_else(|| last.unwrap_or(&first).clone())
        }))
    }

    fn failure(self, error: ApiError) -> impl IntoView {
        view! {
            <div class="notice" data-tone="bad" role="alert">
                <p>{error.message}</p>
                {self.way_on(error.code)}
            </div>
        }
    }

    /// The remedy for an error: a retry, or a link.
    fn way_on(self, code: Code) -> impl IntoView {
        let text = Text::get();
        match code {
            code if is_passing(code) => {
                EitherOf4::A(view! { <button type="button" on:click=move |_| self.again()>{text.again}</button> })
            }
            Code::Forbidden => EitherOf4::B(view! { <a class="button" href="/account">{text.account}</a> }),
            // The server rejects every token of this session, although it has just renewed it.
            Code::TokenNotValid | Code::SessionEnded | Code::UserInactive => {
                EitherOf4::C(view! { <button type="button" on:click=|_| session::sign_out()>{text.sign_in}</button> })
            }
            _ => EitherOf4::D(()),
        }
    }
}

/// Awaits the response, and yields to the browser before it is shown. Prepares the first date, the slowest part of a
/// render, while the server works.
async fn in_small_tasks<Answer>(asking: impl Future<Output = Answer>) -> Answer {
    let preparing = async {
        yield_to_browser().await;
        prepare_dates();
    };
    let (answer, ()) = future::join(asking, preparing).await;
    yield_to_browser().await;
    answer
}

/// Whether the error may go away by itself.
const fn is_passing(code: Code) -> bool {
    matches!(code, Code::Network | Code::Unavailable | Code::TooManyRequests | Code::Internal)
}
