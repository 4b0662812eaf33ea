//! `?bench`: what a frame costs here.

use std::rc::Rc;

use web::state::{Event, Measurement, State};
use yew::prelude::*;

use super::icons;
use super::progress::Progress;
use super::trouble::TroubleBox;
use super::words::use_texts;

/// What [`Bench`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How far it is.
    pub measurement: Rc<Measurement>,
    /// All that the page knows.
    pub state: Rc<State>,
    /// Hears of the remedy of a trouble.
    pub on: Callback<Event>,
}

/// How far it is, then a table and the same as JSON, for programs.
#[component]
pub fn Bench(props: &Props) -> Html {
    let Props {
        measurement,
        state,
        on,
    } = props;
    let texts = use_texts();
    html! {
        <>
            <header class="top">
                <h1>{ icons::lamp() }{ texts.bench_title }</h1>
                <p class="motto">{ texts.bench_motto }</p>
            </header>
            <main class="bench card">
                if let Some(trouble) = state.trouble.clone() {
                    <TroubleBox {trouble} on={on.clone()} />
                } else if let Some(progress) = state.progress {
                    <Progress {progress} />
                } else {
                    <p role="status" data-testid="bench-progress">{ &measurement.progress }</p>
                }
                if measurement.is_over() {
                    <table>
                        { for measurement.rows.iter().map(row) }
                    </table>
                    <pre id="bench-result">{ &measurement.json }</pre>
                }
                if let Some(device) = &state.device {
                    <p class="small">
                        { format!("{}, {}", texts.device_label(device), texts.device_reason(device)) }
                    </p>
                }
            </main>
        </>
    }
}

fn row((name, value): &(String, String)) -> Html {
    html! { <tr><th scope="row">{ name }</th><td>{ value }</td></tr> }
}
