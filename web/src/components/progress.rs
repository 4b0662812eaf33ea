//! How far loading is.

use web::protocol::Stage;
use web::state;
use web::texts;
use yew::prelude::*;

/// What [`Progress`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How far.
    pub progress: state::Progress,
}

/// A bar and what it stands for.
#[component]
pub fn Progress(props: &Props) -> Html {
    let progress = props.progress;
    let label = texts::stage(progress.stage);
    let amount = match (progress.stage, progress.total) {
        (Stage::Kernels, Some(total)) => texts::kernels(progress.loaded, total),
        _ => bytes(progress),
    };
    // Without a value the bar shows that something goes on, not how far it is.
    let value = progress.share().map(|share| format!("{share:.3}"));
    html! {
        <div class="progress" data-testid="progress" data-stage={format!("{:?}", progress.stage)}>
            <p>{ label }{ "…" }</p>
            <progress max="1" {value} aria-label={label} />
            <p class="amount">{ amount }</p>
        </div>
    }
}

fn bytes(progress: state::Progress) -> String {
    match (progress.loaded, progress.total) {
        (0, _) => String::new(),
        (loaded, Some(total)) if loaded < total => {
            format!("{} of {}", texts::bytes(loaded), texts::bytes(total))
        }
        (loaded, _) => texts::bytes(loaded),
    }
}
