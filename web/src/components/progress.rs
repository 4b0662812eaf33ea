//! How far loading is: what, how much, how fast.

use web::protocol::Stage;
use web::state;
use web::texts::Texts;
use yew::prelude::*;

use super::words::use_texts;

/// What [`Progress`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How far.
    pub progress: state::Progress,
}

/// A bar and what it stands for.
#[component]
pub fn Progress(props: &Props) -> Html {
    let texts = use_texts();
    let progress = props.progress;
    let label = texts.stage(progress.stage);
    // Without a value the bar shows that something goes on, not how far it is.
    let value = progress.share().map(|share| format!("{share:.3}"));
    html! {
        <div class="progress" data-testid="progress" data-stage={format!("{:?}", progress.stage)}>
            <p>{ label }{ "…" }</p>
            <progress max="1" {value} aria-label={label} />
            <p class="amount">{ amount(progress, texts) }</p>
        </div>
    }
}

fn amount(progress: state::Progress, texts: &Texts) -> String {
    let much = match (progress.stage, progress.loaded, progress.total) {
        (Stage::Kernels, done, Some(all)) => return texts.kernels(done, all),
        (Stage::Build, ..) | (_, 0, _) => return String::new(),
        (_, loaded, Some(total)) if loaded < total => texts.part_of(loaded, total),
        (_, loaded, _) => texts.bytes(loaded),
    };
    match progress.speed() {
        Some(speed) => format!("{much} · {}", texts.speed(speed)),
        None => much,
    }
}
