//! Videos of a visitor's: the browser plays them, and the page takes a few of their frames.

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web::footage;
use web::opening::MOVING;
use web::protocol::Picture;
use web::protocol::prompts::{Clip, Footage, Reason};
use web::state::Event;
use web::state::studio::Act;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, Url};

use super::link::Link;

/// A browser that has not found a frame after this long, milliseconds, will not.
const PATIENCE_MS: u32 = 20_000;
/// Beyond the end of any video, seconds: some say how long they are only there.
const BEYOND: f64 = 1e7;
/// Marks of time in a second.
const MARKS: f64 = 1e6;

/// Looks through the video at `url`, which is given back to the browser then, and tells what was
/// found.
pub fn look_through(url: String, window: usize, fps: usize, link: Link) {
    spawn_local(async move {
        let found = frames(&url, window, fps).await.ok_or(Reason::NoVideo);
        // It fails for what is no address.
        let _ = Url::revoke_object_url(&url);
        link.tell(Event::Studio(Act::Filmed(found)));
    });
}

/// The frames of both choices among them. None if the browser can't play it.
async fn frames(url: &str, window: usize, fps: usize) -> Option<Footage> {
    let document = web_sys::window()?.document()?;
    let video: HtmlVideoElement = document.create_element("video").ok()?.dyn_into().ok()?;
    video.set_muted(true);
    video.set_preload("auto");
    // Phones would play it on the whole screen.
    video.set_attribute("playsinline", "").ok()?;
    let loaded = event(&video, "loadedmetadata");
    video.set_src(url);
    loaded.await?;
    // It may be sound alone.
    let (width, height) = (video.video_width(), video.video_height());
    if width == 0 || height == 0 {
        return None;
    }
    if !video.duration().is_finite() {
        seek(&video, BEYOND).await?;
    }
    let told = Some(video.duration()).filter(|seconds| seconds.is_finite());
    let seconds = told.unwrap_or_else(|| video.current_time());
    let marks = |times: &[f64]| -> Vec<usize> {
        times.iter().map(|time| (time * MARKS) as usize).collect()
    };
    let (needed, evenly, end) = footage::join(
        &marks(&footage::evenly(seconds, window)),
        &marks(&footage::end(seconds, window, fps)),
    );

    let scale = (MOVING as f64 / f64::from(width.max(height))).min(1.0);
    let small = |side: u32| (f64::from(side) * scale).round().max(1.0);
    let (width, height) = (small(width), small(height));
    let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let mut pictures = Vec::with_capacity(needed.len());
    for mark in &needed {
        seek(&video, *mark as f64 / MARKS).await?;
        context
            .draw_image_with_html_video_element_and_dw_and_dh(&video, 0.0, 0.0, width, height)
            .ok()?;
        let data = context.get_image_data(0.0, 0.0, width, height).ok()?;
        pictures.push(Picture {
            width: data.width() as usize,
            height: data.height() as usize,
            rgba: data.data().0,
        });
    }
    // Lets go of what it has read of the file.
    video.set_src("");
    Some(Footage {
        clip: Clip::of(pictures),
        evenly,
        end,
        seconds,
    })
}

async fn seek(video: &HtmlVideoElement, seconds: f64) -> Option<()> {
    let there = event(video, "seeked");
    video.set_current_time(seconds);
    there.await
}

/// Waits for an event of the video. None if it fails first, or nothing happens at all.
fn event(video: &HtmlVideoElement, name: &'static str) -> impl Future<Output = Option<()>> {
    let (done, came) = oneshot::channel();
    let (failed, fails) = oneshot::channel();
    let tell = |name: &'static str, sender: oneshot::Sender<()>| {
        EventListener::once(video, name, move |_| {
            // Nobody may wait any more.
            let _ = sender.send(());
        })
    };
    let listeners = [tell(name, done), tell("error", failed)];
    async move {
        let outcome = select(came, select(fails, TimeoutFuture::new(PATIENCE_MS))).await;
        drop(listeners);
        matches!(outcome, Either::Left((Ok(()), _))).then_some(())
    }
}
