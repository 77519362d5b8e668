//! The session of this application: the engine of `hallpass-leptos`, downloaded when it is needed, asking by server
//! functions.

mod chunk;
mod release;
mod server;

pub(crate) use chunk::{learn_staff, prepare, register, sign_in, sign_out, start};
pub(crate) use hallpass_leptos::{
    Connection, EngineEvent, EngineLog, Entry, Holder, Session, SessionState, SessionView,
    browser::{now, online, random, visible, yield_to_browser},
    engine::{log, refresh_now, stored_pair},
};
pub(crate) use release::download_failure;
