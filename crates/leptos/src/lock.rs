//! Web Locks: one tab refreshes, the others wait for its result. With a grace period this is only an optimisation, since
//! the server is idempotent. Without one, the lock prevents two tabs from sending the same refresh token. (`web-sys` still hides them behind an unstable flag.)

use futures::channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use crate::delay::Delay;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = locks)]
    static LOCKS: Option<LockManager>;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &JsValue, callback: &Function) -> Result<Promise, JsValue>;
}

/// The outcome of a lock request.
pub(crate) enum Locked<R> {
    /// The work ran.
    Done(R),
    /// Another tab holds the lock.
    Taken,
    /// The browser refuses locks.
    Rejected,
}

/// Runs `work` while this tab holds the lock, unless another tab holds it. Returns when the work is finished; the
/// lock is held for `hold_after` milliseconds more. Without Web Locks, as outside a secure context, the work runs
/// unlocked.
pub(crate) async fn with_lock_if_available<R: 'static>(
    name: &str,
    work: impl Future<Output = R> + 'static,
    hold_after: fn(&R) -> u32,
) -> Locked<R> {
    let locks = LOCKS.with(|locks| locks.as_ref().map(|locks| locks.unchecked_ref::<JsValue>().clone()));
    let Some(locks) = locks else {
        return Locked::Done(work.await);
    };
    request(locks.unchecked_into(), name, work, hold_after).await.unwrap_or(Locked::Rejected)
}

/// `None` if the browser refuses.
async fn request<R: 'static>(
    locks: LockManager,
    name: &str,
    work: impl Future<Output = R> + 'static,
    hold_after: fn(&R) -> u32,
) -> Option<Locked<R>> {
    let (send, receive) = oneshot::channel();
    let callback = Closure::once(move |lock: JsValue| -> Promise {
        future_to_promise(async move {
            if lock.is_null() {
                drop(send.send(Locked::Taken));
            } else {
                let result = work.await;
                let hold = hold_after(&result);
                drop(send.send(Locked::Done(result)));
                Delay::millis(hold).pass().await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into()).ok()?;
    let held = locks.request(name, &options, callback.as_ref().unchecked_ref()).ok()?;
    // The browser owns the callback. A browser that refuses the lock, as with blocked storage, drops it without a
    // call: the sender is dropped too, and the wait below ends.
    spawn_local(async move {
        drop(JsFuture::from(held).await);
        drop(callback);
    });
    receive.await.ok()
}
