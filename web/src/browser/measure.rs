//! How large a file elsewhere is, before anything is fetched.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web::js;
use web::share::fragment::Address;
use web::state::Event;
use web::state::own::{Event as Said, Measure};
use web_sys::Response;
use yew::Callback;

/// Answers of servers that have no such file.
const ABSENT: [u16; 3] = [401, 404, 410];

/// Asks the server, by its headers alone.
pub fn measure(address: Address, on: Callback<Event>) {
    spawn_local(async move {
        let size = ask(&address).await;
        on.emit(Event::Own(Said::Measured(address, size)));
    });
}

async fn ask(address: &Address) -> Measure {
    let Some(window) = web_sys::window() else {
        return Measure::Unreachable;
    };
    let options = js::object([
        ("method", "HEAD".into()),
        ("credentials", "omit".into()),
        ("referrerPolicy", "no-referrer".into()),
    ]);
    let asked = js::ask(&window, "fetch", &[address.as_str().into(), options.into()]).await;
    let Ok(response) = asked.and_then(JsCast::dyn_into::<Response>) else {
        return Measure::Unreachable;
    };
    if ABSENT.contains(&response.status()) {
        return Measure::Refused(response.status());
    }
    // Not every server answers this kind of question.
    let length = response.headers().get("content-length").ok().flatten();
    let length = length
        .filter(|_| response.ok())
        .and_then(|length| length.parse().ok());
    length.map_or(Measure::Unknown, Measure::Bytes)
}
