//! Files of the play, to be saved.

use web::protocol::ExportKind;
use web::state::Event;
use web::state::export::{Event as Said, Export as Files};
use yew::prelude::*;

use super::words::use_texts;
use crate::browser::film;

/// What [`Export`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is being made, and what has been.
    pub files: Files,
    /// Whether there is a play.
    pub enabled: bool,
    /// Hears of the choice.
    pub on: Callback<Event>,
}

/// A button for each kind of file, and how far one is.
#[component]
pub fn Export(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.sharing;
    let says = |said: Said| {
        props
            .on
            .reform(move |_: MouseEvent| Event::Export(said.clone()))
    };
    let making = props.files.making;
    let enabled = props.enabled && making.is_none();
    let kinds = [
        (ExportKind::Gif, "save-gif"),
        (ExportKind::Film, "save-film"),
        (ExportKind::Sheet, "save-sheet"),
        (ExportKind::Prompt, "save-prompt"),
    ];
    let kinds = kinds
        .into_iter()
        .filter(|(kind, _)| *kind != ExportKind::Film || film::is_possible());
    html! {
        <section class="card save" aria-labelledby="save" data-testid="save">
            <h2 id="save">{ words.save }</h2>
            <p class="small">{ words.save_more }</p>
            <div class="buttons">
                { for kinds.map(|(kind, id)| html! {
                    <button
                        type="button" disabled={!enabled} onclick={says(Said::Make(kind))}
                        data-testid={id}
                    >{ words.export_kind(kind) }</button>
                }) }
                <button
                    type="button" disabled={!props.enabled} onclick={says(Said::Actions)}
                    data-testid="save-actions"
                >{ words.save_actions }</button>
            </div>
            if let Some(making) = making {
                <div class="making" data-testid="making">
                    <progress
                        max="1" aria-label={words.making}
                        value={(making.all > 0).then(|| format!("{:.3}", making.done as f64 / making.all as f64))}
                    />
                    <span class="small">
                        { words.frames_done(making.done, making.all, making.filming) }
                    </span>
                    <button type="button" onclick={says(Said::Stop)} data-testid="save-stop">
                        { words.stop }
                    </button>
                </div>
            } else if let Some((name, bytes)) = &props.files.saved {
                <p class="small" data-testid="saved">{ words.saved(texts, name, *bytes) }</p>
            }
        </section>
    }
}
