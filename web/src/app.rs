//! The page: shows the state, and turns what a visitor does into events.

mod browser;
mod components;

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web::state::{Effect, Event, Offline, State};
use yew::prelude::*;

use self::browser::link::Link;
use self::browser::{
    clock, document, files, film, gamepad, keys, measure, offline, prefs, route, save, sharing,
    sketches, video, wishes,
};
use self::components::actions::Actions;
use self::components::bench::Bench;
use self::components::consent::Consent;
use self::components::export::Export;
use self::components::futures::Futures;
use self::components::gallery::Gallery;
use self::components::header::Header;
use self::components::how::How;
use self::components::lines::Lines;
use self::components::own_worlds::OwnWorlds;
use self::components::settings::{Props as SettingsProps, Settings};
use self::components::share::Share;
use self::components::stage::Stage;
use self::components::status::Status;
use self::components::studio::Studio;
use self::components::timeline::Timeline;
use self::components::transport::Transport;
use self::components::trouble::TroubleBox;
use self::components::upload::Upload;
use self::components::words::{Words, use_texts};
use self::components::worlds::Worlds;

/// The id of what fills the screen when asked to.
const PLAY: &str = "play";

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
                Effect::Remember(chosen) => prefs::remember(&chosen),
                Effect::KeepPage(world) => offline::keep(world),
                Effect::KeepSketch { canvas, ground } => sketches::remember(&canvas, &ground),
                Effect::LookThrough { url, window, fps } => {
                    video::look_through(url, window, fps, self.link.clone());
                }
                Effect::Save(file) => save::save(&file),
                Effect::StopFilm => film::stop(),
                Effect::Film(clip) => {
                    if let Some(on) = self.link.hearer() {
                        film::film(clip, state.texts(), on);
                    }
                }
                Effect::Measure(address) => {
                    if let Some(on) = self.link.hearer() {
                        measure::measure(address, on);
                    }
                }
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
        state: Rc::new(State::new(wishes::wishes())),
        link: props.link.clone(),
    });
    let on: Callback<Event> = store.dispatcher().into();
    let state = store.state.clone();
    {
        let (link, on) = (props.link.clone(), on.clone());
        use_effect_with((), move |()| link.hear(on));
    }
    // Before the worker is started, which then loads the right world.
    sharing::use_fragment(&on);
    {
        let (link, on) = (props.link.clone(), on.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                offline::start(on.clone()).await;
                link.connect(on);
            });
        });
    }
    let texts: Words = state.texts();
    document::use_language(state.prefs.language, state.looks.how.is_open());
    route::use_route(&on);
    clock::use_clock(state.pace(), &on);
    keys::use_keys(&state, &on);
    gamepad::use_gamepads(&on);
    files::use_drop_and_paste(texts, &on);
    html! {
        <ContextProvider<Words> context={texts}>
            if let Some(measurement) = state.measurement.clone() {
                <Bench {measurement} {state} {on} />
            } else {
                <Page {state} {on} />
            }
        </ContextProvider<Words>>
    }
}

#[derive(Properties, PartialEq)]
struct PageProps {
    state: Rc<State>,
    on: Callback<Event>,
}

/// The page that plays.
#[component]
fn Page(props: &PageProps) -> Html {
    let texts = use_texts();
    let PageProps { state, on } = props;
    let world = state.world.clone();
    let enabled = state.can_play();
    let making = state.studio.desk.is_some();
    let how = state.looks.how.is_open();
    html! {
        <>
            <Header prefs={state.prefs.clone()} {how} on={on.clone()} />
            if how {
                <How state={state.clone()} on={on.clone()} />
            }
            <main hidden={how}>
                <div class="play" id={PLAY}>
                    <div class="console">
                        <Stage state={state.clone()} on={on.clone()} />
                        <Timeline frames={state.timeline.clone()} {enabled} on={on.clone()} />
                        <Transport
                            {enabled} running={state.is_running()}
                            at_prompt={state.timeline.at() == 0} pilot={state.pilot.kind()}
                            shared={state.has_shared_play()} sampling={state.sampling}
                            on={on.clone()}
                        />
                        <Status
                            device={state.device.clone()}
                            frame={state.frame.as_ref().map(|f| (f.index, state.timeline.len()))}
                            fps={state.fps()} ms={state.ms}
                        />
                    </div>
                    // Each in a place of its own: what comes later must not take another's.
                    <div class="hands">
                        <div class="place">
                            // An open dialog shows it itself.
                            if let Some(trouble) = state.trouble.clone().filter(|_| !making) {
                                <TroubleBox {trouble} on={on.clone()} />
                            }
                        </div>
                        <div class="place">
                            if let Some(asked) = state.own_worlds.consent.clone() {
                                <Consent
                                    {asked} enabled={state.progress.is_none()} on={on.clone()}
                                />
                            }
                        </div>
                        <div class="place">
                            if state.keeps_picture() {
                                <p class="kept" data-testid="kept">{ texts.kept }</p>
                            }
                        </div>
                        <div class="place">
                            if let Some(world) = &world {
                                <Actions
                                    world={world.clone()} moves={state.moves.clone()}
                                    pressed={state.pressed()} {enabled} on={on.clone()}
                                />
                            }
                        </div>
                        <div class="place">
                            if let Some(world) = &world {
                                <Futures
                                    futures={state.looks.futures.clone()} world={world.clone()}
                                    moves={state.moves.clone()} running={state.is_running()}
                                    {enabled} on={on.clone()}
                                />
                            }
                        </div>
                        <div class="place">
                            <Lines lines={state.lines.clone()} {enabled} on={on.clone()} />
                        </div>
                        <div class="place">
                            if let Some(world) = &world {
                                <section class="card" aria-labelledby="from">
                                    <h2 id="from">{ texts.start_from }</h2>
                                    <Gallery
                                        names={world.gallery.clone()}
                                        thumbnails={state.thumbnails.clone()}
                                        origin={state.origin} enabled={state.is_open()}
                                        on={on.clone()}
                                    />
                                    <Upload
                                        enabled={state.is_open()} framed={state.frame.is_some()}
                                        opening={state.studio.is_opening()} on={on.clone()}
                                    />
                                </section>
                            }
                        </div>
                    </div>
                </div>
                <div class="more">
                    <div class="pair">
                        <Share state={state.clone()} />
                        <Export files={state.export.clone()} {enabled} on={on.clone()} />
                    </div>
                    <Worlds
                        worlds={state.worlds.clone()} {world} own={state.own}
                        enabled={state.is_alive() && state.progress.is_none()} on={on.clone()}
                    >
                        <OwnWorlds
                            own={state.own_worlds.clone()} enabled={state.progress.is_none()}
                            on={on.clone()}
                        />
                    </Worlds>
                    <Settings ..SettingsProps::of(state, on) />
                </div>
            </main>
            <Studio state={state.clone()} on={on.clone()} />
            <footer>
                <p>{ texts.privacy }{ " " }{ kept(state.offline, texts) }</p>
                <p>
                    { texts.after }{ " " }
                    <a href="https://arxiv.org/abs/2402.15391">{ texts.paper }</a>
                    { "." }
                </p>
            </footer>
            <p class="unseen" role="status" aria-live="polite" data-testid="announcement">
                { &*state.announcement }
            </p>
        </>
    }
}

/// Whether the page works without a network.
fn kept(offline: Offline, texts: Words) -> Html {
    let said = match offline {
        Offline::Ready => texts.footer_offline,
        Offline::Full => texts.footer_full,
        Offline::Unknown | Offline::Unavailable => return html! {},
    };
    html! { <span data-testid="offline" data-offline={format!("{offline:?}")}>{ said }</span> }
}
