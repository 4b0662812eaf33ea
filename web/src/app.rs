//! The page: shows the state, and turns what a visitor does into events.

mod components;
mod files;
mod keys;
mod link;

use std::rc::Rc;

use web::state::{Effect, Event, State};
use web::texts;
use yew::prelude::*;

use self::components::actions::Actions;
use self::components::bench::Bench;
use self::components::gallery::Gallery;
use self::components::settings::Settings;
use self::components::stage::Stage;
use self::components::status::Status;
use self::components::trouble::TroubleBox;
use self::components::upload::Upload;
use self::components::worlds::Worlds;
use self::link::Link;

fn main() {
    let link = Link::default();
    // The page comes with a first picture of itself; Yew takes its place.
    let place = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.get_element_by_id("app"));
    let props = AppProps { link };
    match place {
        Some(place) => yew::Renderer::<App>::with_root_and_props(place, props).render(),
        None => yew::Renderer::<App>::with_props(props).render(),
    };
}

/// The state, and the way to the worker.
struct Store {
    state: Rc<State>,
    link: Link,
}

impl Reducible for Store {
    type Action = Event;

    fn reduce(self: Rc<Self>, event: Event) -> Rc<Self> {
        let (state, effects) = self.state.next(event);
        for effect in effects {
            match effect {
                Effect::Post(message) => self.link.post(message),
                Effect::RestartWorker => self.link.restart(),
                Effect::TickAfter(number, ms) => self.link.tick_after(number, ms),
            }
        }
        Rc::new(Self {
            state: Rc::new(state),
            link: self.link.clone(),
        })
    }
}

#[derive(Properties, PartialEq)]
struct AppProps {
    link: Link,
}

#[component]
fn App(props: &AppProps) -> Html {
    let store = use_reducer(|| Store {
        state: Rc::new(State::new(link::wishes())),
        link: props.link.clone(),
    });
    let on: Callback<Event> = store.dispatcher().into();
    let state = store.state.clone();
    {
        let (link, on) = (props.link.clone(), on.clone());
        use_effect_with((), move |()| link.connect(on));
    }
    keys::use_keys(&state, &on);
    files::use_drop_and_paste(&on);

    if let Some(measurement) = state.measurement.clone() {
        return html! { <Bench {measurement} {state} {on} /> };
    }
    let world = state.world.clone();
    let origin = state.origin;
    html! {
        <>
            <header class="top">
                <h1>{ components::lamp() }{ "Pocket Genie" }</h1>
                <p>{ "One picture becomes a world you can play." }</p>
            </header>
            <main>
                <div class="play">
                    <Stage state={state.clone()} />
                    if let Some(trouble) = state.trouble.clone() {
                        <TroubleBox {trouble} on={on.clone()} />
                    }
                    if state.keeps_picture() {
                        <p class="kept" data-testid="kept">{ texts::KEPT }</p>
                    }
                    if let Some(world) = &world {
                        <Actions
                            names={world.actions.clone()}
                            pressed={state.pressed()}
                            enabled={state.can_play()}
                            played={state.frame.as_ref().map_or(0, |f| f.index)}
                            on={on.clone()}
                        />
                    }
                    <Status
                        device={state.device.clone()}
                        frame={state.frame.as_ref().map(|f| f.index)}
                        ms={state.ms}
                    />
                </div>
                <div class="side">
                    if let Some(world) = &world {
                        <section class="card" aria-labelledby="from">
                            <h2 id="from">{ "Start from" }</h2>
                            <Gallery
                                names={world.gallery.clone()}
                                thumbnails={state.thumbnails.clone()}
                                {origin}
                                enabled={state.is_open()}
                                on={on.clone()}
                            />
                            <Upload enabled={state.is_open()} on={on.clone()} />
                            // A canvas to sketch on has its place here.
                        </section>
                    }
                    <Worlds
                        worlds={state.worlds.clone()}
                        {world}
                        own={state.own}
                        enabled={state.is_alive() && state.progress.is_none()}
                        on={on.clone()}
                    />
                    <Settings
                        sampling={state.sampling}
                        most_steps={state.most_steps()}
                        most_temperature={state.most_temperature()}
                        keys={state.keys}
                        {on}
                    />
                </div>
            </main>
            <footer>
                <p>
                    { "Everything is computed in this browser: your picture stays with you. After " }
                    <a href="https://arxiv.org/abs/2402.15391">
                        { "Genie: Generative Interactive Environments" }
                    </a>
                    { "." }
                </p>
            </footer>
            <p class="unseen" role="status" aria-live="polite" data-testid="announcement">
                { &*state.announcement }
            </p>
        </>
    }
}
