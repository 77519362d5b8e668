//! The user's own tokens: decoded, with their remaining lifetime, and renewed on request.

use hallpass_types::millis;
use leptos::{either::Either, prelude::*};

use super::{anatomy::Anatomy, token::TokenAnatomy};
use crate::{
    api::{ApiError, Code},
    session::{self, Session},
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Icon, remaining_words, ticking},
    },
};

texts! {
    Text {
        access: "Access token" | "액세스 토큰",
        refresh: "Refresh token" | "리프레시 토큰",
        access_why: "Sent with every request. Short-lived." | "요청마다 보내며, 수명이 짧습니다.",
        refresh_why: "Sent only to get new tokens. Can be used once." | "새 토큰을 받을 때만 보내며, 한 번만 쓸 수 있습니다.",
        renew: "Refresh now" | "지금 갱신",
        renewed: "Tokens refreshed. Changes are highlighted." | "토큰을 갱신했습니다. 바뀐 부분을 표시했습니다.",
        not_renewed: "The tokens could not be refreshed. Retrying automatically." | "토큰을 갱신하지 못했습니다. 자동으로 다시 시도합니다.",
        ends(time): "Expires in {time}" | "{time} 뒤 만료",
        left: "Remaining lifetime" | "남은 수명",
        unread: "This token cannot be decoded." | "해독할 수 없는 토큰입니다.",
    }
}

/// The stored pair, now and before the last renewal.
#[derive(Clone, Default)]
struct Shown {
    access: Option<Anatomy>,
    refresh: Option<Anatomy>,
    skew: i64,
}

impl Shown {
    fn now() -> Self {
        session::stored_pair().map_or_else(Self::default, |pair| Self {
            access: Anatomy::of(pair.access.expose()).ok(),
            refresh: Anatomy::of(pair.refresh.expose()).ok(),
            skew: pair.skew,
        })
    }
}

/// Both tokens.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let text = Text::get();
    let actions = Actions::new();
    let session = expect_context::<Session>();
    let shown = RwSignal::new((Shown::now(), None::<Shown>));
    // Updates after a renewal by any tab.
    Effect::new(move |earlier: Option<()>| {
        // Without rotation the generation stays and the expiry moves; with it, two expiries can be equal.
        session.view.track();
        if earlier.is_some() {
            actions.clear_failure();
            shown.update(|(now, before)| *before = Some(std::mem::replace(now, Shown::now())));
        }
    });
    let is_renewing = RwSignal::new(false);
    let renew = move |_| {
        if is_renewing.get_untracked() {
            return;
        }
        is_renewing.set(true);
        let renewed = async move {
            let is_renewed = session::refresh_now().await;
            is_renewing.try_set(false);
            is_renewed.then_some(()).ok_or_else(|| ApiError::new(Code::Unavailable, text.not_renewed))
        };
        actions.run(renewed, |()| text.renewed.to_owned());
    };
    let access =
        move || shown.with(|(now, before)| (now.access.clone(), before.clone().and_then(|b| b.access), now.skew));
    let refresh =
        move || shown.with(|(now, before)| (now.refresh.clone(), before.clone().and_then(|b| b.refresh), now.skew));
    view! {
        <section class="card" aria-labelledby="access">
            <header>
                <h2 id="access">{text.access}</h2>
                <button
                    type="button"
                    aria-disabled=move || is_renewing.get().to_string()
                    aria-busy=move || is_renewing.get().to_string()
                    on:click=renew
                >
                    <Icon name="refresh"/>
                    {text.renew}
                </button>
            </header>
            <Failure of=actions/>
            <p>{text.access_why}</p>
            {move || view! { <One token=access()/> }}
        </section>
        <section class="card" aria-labelledby="refresh">
            <h2 id="refresh">{text.refresh}</h2>
            <p>{text.refresh_why}</p>
            {move || view! { <One token=refresh()/> }}
        </section>
    }
}

#[component]
fn One(token: (Option<Anatomy>, Option<Anatomy>, i64)) -> impl IntoView {
    let (token, before, skew) = token;
    match token {
        Some(token) => {
            let lifetime = token.timestamp("iat").zip(token.timestamp("exp"));
            Either::Left(view! {
                {lifetime.map(|(from, to)| view! { <Countdown from to skew/> })}
                <TokenAnatomy token before/>
            })
        }
        None => Either::Right(view! { <p class="notice">{Text::get().unread}</p> }),
    }
}

/// The remaining lifetime on the server's clock.
#[component]
fn Countdown(from: i64, to: i64, skew: i64) -> impl IntoView {
    let text = Text::get();
    let now = ticking();
    let left = move || millis(to).saturating_sub(skew).saturating_sub(now.get()).max(0);
    view! {
        <div class="countdown">
            <p>{move || text.ends(&remaining_words(left()))}</p>
            <progress
                max=to.saturating_sub(from).max(1).to_string()
                value=move || (left() / 1000).to_string()
                aria-label=text.left
            ></progress>
        </div>
    }
}
