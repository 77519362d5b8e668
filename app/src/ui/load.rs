//! A query to the server, like a Leptos `Resource`: it is sent again when the question changes or the server comes back,
//! and renders as a skeleton, a value or an error. An answer to an older question is dropped, and what is shown stays until
//! there is something different.

use std::pin::pin;

use futures::future::{self, select};
use leptos::{
    either::{EitherOf3, EitherOf4},
    prelude::*,
    task::spawn_local,
};

use super::components::{Progress, Shape, Skeleton, prepare_dates};
use crate::{
    api::{ApiError, Code},
    delay::Delay,
    session::{self, Session, SessionState, respite},
    texts,
};

texts! {
    Text {
        again: "Try again" | "다시 시도",
        account: "Go to your account" | "내 계정으로 가기",
        sign_in: "Sign in" | "로그인",
    }
}

/// A question to the server, and its last answer.
pub(crate) struct Load<T: Send + Sync + 'static> {
    answer: RwSignal<Option<Result<T, ApiError>>>,
    is_asking: RwSignal<bool>,
    rounds: RwSignal<u32>,
    /// The number of the last question.
    newest: StoredValue<u32>,
    /// Answers that failed one after another.
    failures: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Load<T> {
    /// Asks, and asks again whenever a signal that `ask` reads before its first `await` changes.
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
            // The page may go meanwhile, or ask something else.
            let is_wanted = move || load.newest.try_get_value() == Some(number);
            spawn_local(async move {
                respite().await;
                // Another person's page may be in its place, with that person's token.
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
                // What is there is better than word of a failure that passes; the banner tells of it.
                if self.answer.with_untracked(|shown| matches!(shown, Some(Ok(_)))) {
                    return;
                }
            }
            _ => self.failures.set_value(0),
        }
        self.show(answer);
    }

    /// Shows it, unless it is shown already.
    fn show(self, answer: Result<T, ApiError>) {
        let answer = Some(answer);
        self.answer.maybe_update(|shown| {
            let is_different = *shown != answer;
            if is_different {
                *shown = answer;
            }
            is_different
        });
    }

    /// Asks again after a while, or when the network is back, once the tab is seen; unless something was asked meanwhile.
    fn ask_later(self, wished: Option<u32>, number: u32) {
        let failures = self.failures.get_value().saturating_add(1);
        self.failures.set_value(failures);
        let delay = Delay::after_failures(failures, wished, session::random());
        spawn_local(async move {
            match wished {
                Some(_) => delay.pass().await,
                None => _ = select(pin!(delay.pass()), pin!(session::online())).await,
            }
            session::visible().await;
            if self.newest.try_get_value() == Some(number) {
                self.again();
            }
        });
    }

    /// Asks once more.
    pub(crate) fn again(self) {
        self.rounds.update(|rounds| *rounds += 1);
    }

    /// Puts in place what another call has answered.
    pub(crate) fn put(self, value: T) {
        self.show(Ok(value));
    }

    /// Changes a part of what is shown, as another call has answered.
    pub(crate) fn change(self, change: impl FnOnce(&mut T)) {
        self.answer.update(|answer| {
            if let Some(Ok(value)) = answer {
                change(value);
            }
        });
    }

    /// A part of what is shown, if something is.
    pub(crate) fn part<Part>(self, part: impl Fn(&T) -> Part + Send + Sync + 'static) -> Signal<Option<Part>>
    where
        Part: Send + Sync + 'static,
    {
        Signal::derive(move || self.answer.with(|answer| answer.as_ref()?.as_ref().ok().map(&part)))
    }

    /// Whether there is something to show.
    pub(crate) fn is_there(self) -> Memo<bool> {
        Memo::new(move |_| self.answer.with(|answer| matches!(answer, Some(Ok(_)))))
    }

    /// Whether a question is on its way.
    pub(crate) fn is_asking(self) -> Signal<bool> {
        self.is_asking.into()
    }

    /// The skeleton, the value, or the error; rendered anew for each different value. What a person types into does not
    /// belong here, but into [`Load::view_once`].
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

    /// The skeleton, the value, or the error; rendered once for all values that follow each other. What shows the value reads
    /// the signal, and a form, which reads it once, keeps what was typed.
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

    /// The value, and those that follow.
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

    /// What helps, if anything does: to ask once more, or to go elsewhere.
    fn way_on(self, code: Code) -> impl IntoView {
        let text = Text::get();
        match code {
            code if is_passing(code) => {
                EitherOf4::A(view! { <button type="button" on:click=move |_| self.again()>{text.again}</button> })
            }
            Code::Forbidden => EitherOf4::B(view! { <a class="button" href="/account">{text.account}</a> }),
            // The server accepts no token of this session, although it has just renewed it.
            Code::TokenNotValid | Code::SessionEnded | Code::UserInactive => {
                EitherOf4::C(view! { <button type="button" on:click=|_| session::sign_out()>{text.sign_in}</button> })
            }
            _ => EitherOf4::D(()),
        }
    }
}

/// The answer, with the browser free to draw and to take input before it is shown.
/// While the server thinks, the first date is prepared, which would take longest of all then.
async fn in_small_tasks<Answer>(asking: impl Future<Output = Answer>) -> Answer {
    let preparing = async {
        respite().await;
        prepare_dates();
    };
    let (answer, ()) = future::join(asking, preparing).await;
    respite().await;
    answer
}

/// Whether a failure goes away by itself.
const fn is_passing(code: Code) -> bool {
    matches!(code, Code::Network | Code::Unavailable | Code::TooManyRequests | Code::Internal)
}
