//! The next frame while it comes about, in slow motion.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use web::protocol::{Snapshot, WorldSummary};
use web::state::{Event, LookEvent, UNFOLDED_STEPS};
use web::tiles;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::components::icons::{Icon, icon};
use crate::components::layers::Layers;
use crate::components::words::use_texts;

/// Milliseconds that a step is on show.
const SLOW_MS: u32 = 900;

/// What [`Unfold`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Rows and columns.
    pub shape: [usize; 2],
    /// The frame after each of its steps, once it is there.
    pub steps: Option<Rc<Vec<Snapshot>>>,
    /// The action that leads to it.
    pub action: usize,
    /// In how many steps; none for as many as are played.
    pub wish: Option<usize>,
    /// The world.
    pub world: Rc<WorldSummary>,
    /// Hears of other wishes.
    pub on: Callback<Event>,
}

/// The frame at one of its steps, and controls to go through them.
#[component]
pub fn Unfold(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.how;
    // Steps that are done.
    let at = use_state(|| 0_usize);
    let plays = use_state(|| false);
    let all = props.steps.as_ref().map_or(0, |steps| steps.len());
    let now = (*at).min(all);
    {
        let (at, plays) = (at.clone(), plays.clone());
        use_effect_with((*plays, now, all), move |&(playing, now, all)| {
            let timer = (playing && now < all).then(|| {
                Timeout::new(SLOW_MS, move || {
                    at.set(now + 1);
                    if now + 1 >= all {
                        plays.set(false);
                    }
                })
            });
            move || drop(timer)
        });
    }
    {
        // Another frame begins at its beginning.
        let at = at.clone();
        use_effect_with(props.steps.clone(), move |_| at.set(0));
    }
    let go = |to: usize| {
        let (at, plays) = (at.clone(), plays.clone());
        Callback::from(move |_: MouseEvent| {
            plays.set(false);
            at.set(to);
        })
    };
    let toggle = {
        let (at, plays) = (at.clone(), plays.clone());
        Callback::from(move |_: MouseEvent| {
            if !*plays && now >= all {
                at.set(0);
            }
            plays.set(!*plays);
        })
    };
    let before = now
        .checked_sub(2)
        .and_then(|i| props.steps.as_ref()?.get(i));
    let current = now
        .checked_sub(1)
        .and_then(|i| props.steps.as_ref()?.get(i));
    let veil = Rc::new(tiles::veil(props.shape, before, current));
    let squares = props.shape[0] * props.shape[1];
    let said = current.map_or_else(
        || words.begin.to_owned(),
        |snapshot| {
            let (settled, fresh) = tiles::settled(before, snapshot);
            words.step_of([now, all], [settled, squares], fresh)
        },
    );
    let hex = current.map(|snapshot| {
        let hex = |token: &u32| format!("{token:04x}");
        snapshot.tokens.iter().map(hex).collect::<String>()
    });
    let masked = current.map(|snapshot| snapshot.masked.iter().filter(|&&m| m).count().to_string());
    let key = |picture: Icon, label: &'static str, id: &'static str, idle: bool, onclick| {
        html! {
            <button
                type="button" class="key" title={label} aria-label={label} {onclick}
                aria-disabled={idle.then_some("true")} disabled={all == 0} data-testid={id}
            >
                { icon(picture) }
            </button>
        }
    };
    let (picture, label) = if *plays {
        (Icon::Pause, words.pause)
    } else {
        (Icon::Play, words.play)
    };
    html! {
        <div
            class="figure" data-testid="unfold" data-step={now.to_string()}
            data-steps={all.to_string()} data-tokens={hex} data-masked={masked}
        >
            <Layers
                picture={current.map(|snapshot| Rc::new(snapshot.picture.clone()))} {veil}
                label={words.unfold_picture.to_owned()}
            />
            <div class="beside">
                <div class="keys">
                    { key(Icon::Restart, words.first, "unfold-first", now == 0, go(0)) }
                    { key(Icon::Back, words.previous, "unfold-back", now == 0, go(now.saturating_sub(1))) }
                    { key(picture, label, "unfold-play", false, toggle) }
                    { key(Icon::Step, words.next, "unfold-next", now >= all, go((now + 1).min(all))) }
                </div>
                <p class="readout" aria-live="polite" data-testid="unfold-said">{ said }</p>
                <Wishes
                    action={props.action} wish={props.wish} world={props.world.clone()}
                    on={props.on.clone()}
                />
                <p class="small">{ words.unfold_more }</p>
            </div>
        </div>
    }
}

/// What [`Wishes`] takes.
#[derive(Properties, PartialEq)]
struct WishesProps {
    action: usize,
    wish: Option<usize>,
    world: Rc<WorldSummary>,
    on: Callback<Event>,
}

/// Which frame comes about, and in how many steps.
#[component]
fn Wishes(props: &WishesProps) -> Html {
    let texts = use_texts();
    let words = &texts.how;
    let (action, wish) = (props.action, props.wish);
    let other_action = props.on.reform(move |event: yew::Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let action = select.value().parse().unwrap_or(action);
        Event::Look(LookEvent::Unfold(action, wish))
    });
    let other_steps = props.on.reform(move |event: yew::Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Event::Look(LookEvent::Unfold(action, select.value().parse().ok()))
    });
    let choices = std::iter::once(None).chain(UNFOLDED_STEPS.map(Some));
    html! {
        <div class="row">
            <label>
                <span>{ words.unfold_action }</span>
                <select onchange={other_action} data-testid="unfold-action">
                    { for props.world.actions.iter().enumerate().map(|(number, name)| html! {
                        <option value={number.to_string()} selected={number == action}>
                            { texts.action(name, number) }
                        </option>
                    }) }
                </select>
            </label>
            <label>
                <span>{ words.unfold_steps }</span>
                <select onchange={other_steps} data-testid="unfold-steps">
                    { for choices.map(|steps| html! {
                        <option
                            value={steps.map_or(String::new(), |steps| steps.to_string())}
                            selected={steps == wish}
                        >
                            { words.steps(steps) }
                        </option>
                    }) }
                </select>
            </label>
        </div>
    }
}
