//! The page that explains, with the world and the frame that were just being played.

mod attention;
mod unfold;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web::protocol::{Picture as Pixels, WorldSummary};
use web::state::{Event, Shown, State};
use web::tiles;
use web_sys::HtmlElement;
use yew::prelude::*;

use self::attention::Attention;
use self::unfold::Unfold;
use super::icons::pictogram;
use super::picture::Picture;
use super::tiles::Tiles;
use super::trouble::TroubleBox;
use super::words::use_texts;

/// The link that leads here.
const TO_HOW: &str = ".to-how";

/// What [`How`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
    /// Hears of what is wanted.
    pub on: Callback<Event>,
}

/// The whole of it.
#[component]
pub fn How(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.how;
    let state = &props.state;
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with((), move |()| {
            if let Some(heading) = heading.cast::<HtmlElement>() {
                // Fails for what can't have the focus.
                let _ = heading.focus();
            }
            let window = web_sys::window();
            if let Some(window) = &window {
                window.scroll_to_with_x_and_y(0.0, 0.0);
            }
            // Whoever comes back is where they went away.
            move || {
                let link = window
                    .and_then(|w| w.document())
                    .and_then(|d| d.query_selector(TO_HOW).ok().flatten());
                if let Some(link) = link.and_then(|l| l.dyn_into::<HtmlElement>().ok()) {
                    let _ = link.focus();
                }
            }
        });
    }
    let live = state.world.as_ref().zip(state.frame.as_ref());
    html! {
        <main class="how" data-testid="how">
            <p><a class="button" href="#" data-testid="how-back">{ words.back }</a></p>
            <h2 ref={heading} class="headline" tabindex="-1">{ words.title }</h2>
            <p class="lead">{ words.lead }</p>
            if let Some(trouble) = state.trouble.clone() {
                <TroubleBox {trouble} on={props.on.clone()} />
            }
            if let Some((world, frame)) = live {
                <Live
                    state={state.clone()} world={world.clone()} frame={frame.clone()}
                    on={props.on.clone()}
                />
            } else {
                <p class="card" role="status">{ words.no_frame }</p>
            }
            <section class="card">
                <h3>{ words.limits_title }</h3>
                <ul>
                    { for [
                        words.limit_memory, words.limit_press, words.limit_drift, words.limit_small,
                        words.limit_rules, words.limit_picture, words.limit_names,
                    ].map(|limit| html! { <li>{ limit }</li> }) }
                </ul>
            </section>
            <section class="card">
                <h3>{ words.credits_title }</h3>
                <p>{ words.credit_video }</p>
                if let Some(world) = state.world.as_ref().filter(|w| !w.licence.is_empty()) {
                    <p>{ words.credit_world }{ " " }<q>{ &world.licence }</q></p>
                }
                <p>
                    { words.credit_paper }{ " " }
                    <a href="https://arxiv.org/abs/2402.15391">{ texts.paper }</a>{ "." }
                </p>
                <p>{ words.credit_code }</p>
            </section>
        </main>
    }
}

/// What [`Live`] takes.
#[derive(Properties, PartialEq)]
struct LiveProps {
    state: Rc<State>,
    world: Rc<WorldSummary>,
    frame: Rc<Shown>,
    on: Callback<Event>,
}

/// The parts that show the frame on the screen.
#[component]
fn Live(props: &LiveProps) -> Html {
    let texts = use_texts();
    let words = &texts.how;
    let LiveProps {
        state,
        world,
        frame,
        on,
    } = props;
    let chosen = use_state(|| None::<usize>);
    let onchoose = {
        let chosen = chosen.clone();
        Callback::from(move |tile| chosen.set(Some(tile)))
    };
    let shape = tiles::grid(world.height, world.width, frame.tokens.len());
    let tinted = use_memo((shape, frame.clone()), |(shape, frame)| {
        let shape = shape.unwrap_or([1, frame.tokens.len()]);
        (
            shape,
            Rc::<Pixels>::new(tiles::tinted(shape, &frame.tokens)),
        )
    });
    let names = {
        let shape = tinted.0;
        use_memo(
            (frame.clone(), state.prefs.language),
            move |(frame, language)| {
                let words = &language.texts().how;
                let name = |(i, &token): (usize, &u32)| words.at(i / shape[1], i % shape[1], token);
                frame
                    .tokens
                    .iter()
                    .enumerate()
                    .map(name)
                    .collect::<Vec<_>>()
            },
        )
    };
    let (shape, veil) = (tinted.0, tinted.1.clone());
    let middle = shape[0] / 2 * shape[1] + shape[1] / 2;
    let chosen = chosen
        .filter(|&tile| tile < frame.tokens.len())
        .unwrap_or(middle);
    let hex: String = frame
        .tokens
        .iter()
        .map(|token| format!("{token:04x}"))
        .collect();
    let how = &state.looks.how;
    html! {
        <>
            <section class="card" data-testid="how-tokens" data-tokens={hex}>
                <h3>{ words.tokens_title }</h3>
                <p>{ words.tokens_text(shape) }</p>
                <div class="figure">
                    <Tiles
                        picture={frame.picture.clone()} {veil} label={words.tokens_grid}
                        names={names.clone()} numbers={Rc::new(frame.tokens.clone())} {chosen}
                        onchoose={onchoose.clone()} testid="token-tiles"
                    />
                    <div class="beside">
                        <p class="readout" data-testid="token">
                            { names.get(chosen).cloned().unwrap_or_default() }
                        </p>
                        <div class="part">
                            <Picture picture={Rc::new(tiles::part(shape, &frame.picture, chosen))} />
                        </div>
                        <p class="small">{ words.tokens_part }</p>
                        <p class="small">{ words.tokens_hint }</p>
                    </div>
                </div>
            </section>
            <section class="card">
                <h3>{ words.actions_title }</h3>
                <p>{ words.actions_text }</p>
                <ul class="found" aria-label={words.actions_count}>
                    { for world.actions.iter().enumerate().map(|(action, name)| html! {
                        <li key={action}>
                            { pictogram(state.moves.kind(action), action) }
                            { texts.action(name, action) }
                        </li>
                    }) }
                </ul>
            </section>
            <section class="card">
                <h3>{ words.unfold_title }</h3>
                <p>{ words.unfold_text }</p>
                <Unfold
                    {shape} steps={how.unfolded().cloned()} action={how.action()}
                    wish={how.steps()} world={world.clone()} {on}
                />
            </section>
            <section class="card">
                <h3>{ words.attention_title }</h3>
                <p>{ words.attention_text }</p>
                <Attention
                    {shape} picture={frame.picture.clone()} blocks={how.blocks().cloned()}
                    {names} {chosen} {onchoose}
                />
            </section>
        </>
    }
}
