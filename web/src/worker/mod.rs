//! The worker: downloads a world, picks a device, plays. It handles one message at a time.

mod bench;
mod bitmap;
mod device;
mod download;
mod export;
mod keep;
mod lines;
mod load;
mod look;
mod pictures;
mod play;
mod studio;

use futures::StreamExt;
use futures::channel::mpsc;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use web::protocol::{FromWorker, Task, ToWorker};
use web::wire;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use self::play::Player;

fn main() {
    std::panic::set_hook(Box::new(|info| {
        // A panic ends a WebAssembly program: this is its last word.
        post(FromWorker::Died {
            detail: format!("a mistake in the program ({info})"),
        });
    }));
    let (sender, mut messages) = mpsc::unbounded::<ToWorker>();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match wire::unpack(&event.data()) {
            Ok(message) => {
                // It fails only once the loop below has ended, which it never does.
                let _ = sender.unbounded_send(message);
            }
            Err(why) => post(FromWorker::Died {
                detail: format!("the page and its engine are of different versions ({why})"),
            }),
        }
    });
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It listens for as long as the worker lives.
    listener.forget();
    wasm_bindgen_futures::spawn_local(async move {
        let mut player = Player::default();
        keep::tell().await;
        loop {
            let message = if player.has_work() {
                // Lets in what the page has said meanwhile: that comes first.
                TimeoutFuture::new(0).await;
                messages.try_recv().ok()
            } else {
                match messages.next().await {
                    Some(message) => Some(message),
                    None => break,
                }
            };
            let (task, done) = match message {
                Some(message) => (task_of(&message), player.handle(message).await),
                None => (Task::Export, player.work().await),
            };
            if let Err(detail) = done {
                post(FromWorker::Failed { task, detail });
            }
        }
    });
    post(FromWorker::Booted);
}

fn task_of(message: &ToWorker) -> Task {
    match message {
        ToWorker::Load { .. } => Task::Load,
        ToWorker::Start { .. } => Task::Start,
        ToWorker::Step { .. } => Task::Step,
        ToWorker::Seek { .. } => Task::Seek,
        ToWorker::Keep { .. } | ToWorker::Return { .. } | ToWorker::Forget { .. } => Task::Return,
        ToWorker::Move { .. } => Task::Move,
        ToWorker::SetSampling(_) => Task::Settings,
        ToWorker::Bench(_) => Task::Bench,
        // It answers for itself whether it worked.
        ToWorker::Thumbnails | ToWorker::Studio(_) => Task::Thumbnails,
        ToWorker::Export(_) | ToWorker::StopExport => Task::Export,
        // It does not fail.
        ToWorker::ForgetKept { .. } => Task::Settings,
        ToWorker::Look(_) => Task::Look,
    }
}

/// This worker, as the browser sees it.
fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends a message to the page.
fn post(message: FromWorker) {
    let sent = wire::pack(message)
        .map_err(|why| JsValue::from_str(&why))
        .and_then(|(message, blobs)| scope().post_message_with_transfer(&message, &blobs));
    // Neither fails for our messages. If one did, throwing reaches the page as a worker error.
    if let Err(error) = sent {
        wasm_bindgen::throw_val(error);
    }
}

/// What the browser threw, in words.
fn thrown(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}

/// Milliseconds since the worker began.
fn now() -> f64 {
    scope().performance().map_or(0.0, |p| p.now())
}
