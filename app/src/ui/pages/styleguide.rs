//! `/styleguide`, in development builds: every component in every state, for work on the stylesheet. In English only.

use hallpass_leptos::Delay;
use leptos::{context::Provider, prelude::*};

use super::home::Pass;
use crate::{
    api::{ApiError, Code, FieldError},
    session::{Holder, Session, SessionView},
    ui::components::{
        Confirm, ConfirmDialog, Field, Form, FormState, Icon, Pager, PasswordField, Progress, Question, ServerFacts,
        Shape, Skeleton, Toast,
    },
};

const ICONS: [&str; 21] = [
    "laptop", "phone", "tablet", "terminal", "key", "lock", "shield", "clock", "user", "users", "ticket", "check", "x",
    "alert", "search", "sign-out", "refresh", "arrow", "moon", "sun", "globe",
];

const TONES: [&str; 4] = ["info", "good", "warn", "bad"];

/// The page.
#[component]
pub(crate) fn Styleguide() -> impl IntoView {
    view! {
        <h1>"Style guide"</h1>
        <div class="page styleguide">
            <Passes/>
            <Buttons/>
            <Fields/>
            <Words/>
            <Lists/>
            <Waiting/>
        </div>
    }
}

/// The pass in the states unknown, signed out and signed in.
#[component]
fn Passes() -> impl IntoView {
    let holder = Holder {
        sid: "0123456789abcdef0123456789abcdef".to_owned(),
        generation: 0,
        username: Some("margaret.hamilton".to_owned()),
        is_staff: false,
        access_ends_at: 0,
    };
    let views = [SessionView::Unknown, SessionView::SignedOut(None), SessionView::SignedIn(holder)];
    let passes = views.map(|view| {
        let session = Session::unknown();
        session.view.set(view);
        view! {
            <Provider value=session>
                <Pass/>
            </Provider>
        }
    });
    view! {
        <section>
            <h2>"Pass"</h2>
            {passes}
        </section>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let confirm = Confirm::new();
    let ask = move |_| {
        let question = Question {
            title: "End all other sessions?".to_owned(),
            consequence: "All other devices are signed out immediately.".to_owned(),
            button: "End all other sessions",
        };
        confirm.ask(question, || {});
    };
    let toast = expect_context::<Toast>();
    view! {
        <section>
            <h2>"Buttons, dialog, toasts"</h2>
            <p class="actions">
                <button type="button">"Default"</button>
                <a class="button" href="/styleguide">"Link"</a>
                <button type="button" class="primary">"Primary"</button>
                <button type="button" class="quiet">"Quiet"</button>
                <button type="button" class="danger" on:click=ask>"Danger, with a dialog"</button>
                <button type="button" class="icon-button" aria-label="Refresh"><Icon name="refresh"/></button>
                <button type="button" disabled=true>"Disabled"</button>
                <button type="button" class="primary" aria-busy="true" disabled=true>"Busy"</button>
                <button type="button" on:click=move |_| toast.say("Saved.".to_owned())>"Toast"</button>
            </p>
            <p class="actions">{ICONS.map(|name| view! { <Icon name/> })}</p>
            <ConfirmDialog confirm/>
        </section>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let state = FormState::new("styleguide-form");
    let policy = expect_context::<ServerFacts>().password_policy;
    // Submitting it shows a form with errors.
    let refuse = move |_| {
        let wrong =
            |field: &str| FieldError { field: field.to_owned(), message: "This field may not be blank.".to_owned() };
        let fields = vec![wrong("username"), wrong("password")];
        let error = ApiError { fields, ..ApiError::new(Code::Invalid, "Check the highlighted fields.") };
        state.send(async { Err(error) }, || {});
    };
    view! {
        <section class="card">
            <h2>"Form"</h2>
            <Form state button="Send" on_submit=refuse>
                <Field state label="Username" name="username" autocomplete="off" hint="With a hint"/>
                <Field state label="Email" name="email" kind="email" autocomplete="off" optional=true/>
                <PasswordField state label="Password" name="password" policy/>
            </Form>
        </section>
    }
}

#[component]
fn Words() -> impl IntoView {
    let notices = TONES.map(|tone| view! { <p class="notice" data-tone=tone>"A notice, of tone " {tone} "."</p> });
    let badges = TONES.map(|tone| view! { <span class="badge" data-tone=tone>{tone}</span> });
    view! {
        <section>
            <h2>"Notices and badges"</h2>
            {notices}
            <p class="actions">{badges}</p>
            <div class="empty">
                <Icon name="ticket"/>
                <h3>"Nothing here"</h3>
                <p>"A sentence about what appears here."</p>
            </div>
        </section>
    }
}

#[component]
fn Lists() -> impl IntoView {
    let page = RwSignal::new(2);
    let events = TONES.map(|tone| {
        view! {
            <li data-tone=tone>
                <time>"14:02"</time>
                <p>"Signed in"</p>
                <p class="meta">"203.0.113.7 · Firefox on Linux"</p>
            </li>
        }
    });
    view! {
        <section>
            <h2>"Lists"</h2>
            <ul class="rows">
                <li class="row current">
                    <Icon name="laptop"/>
                    <div class="what">
                        <p><strong>"Firefox on Linux"</strong> " " <span class="badge" data-tone="good">"This device"</span></p>
                        <p class="meta">"203.0.113.7"</p>
                    </div>
                </li>
            </ul>
            <ol class="timeline">{events}</ol>
            <Pager number=2 pages=7 page/>
        </section>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    let shapes = [Shape::Form, Shape::Rows, Shape::Table];
    let progress = expect_context::<Progress>();
    let wait = move |_| {
        let under_way = progress.begin();
        Delay::seconds(5).then(move || drop(under_way)).forget();
    };
    view! {
        <section>
            <h2>"Skeletons and progress"</h2>
            <p class="actions"><button type="button" on:click=wait>"Wait for five seconds"</button></p>
            {shapes.map(|shape| view! { <Skeleton shape/> })}
        </section>
    }
}
