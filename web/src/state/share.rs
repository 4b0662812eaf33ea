//! Prompt links: the one for what is being played, and those that a visitor opens.

use std::rc::Rc;

use super::{Effect, Origin, Pilot, PilotKind, Remedy, Request, State, Waiting};
use crate::protocol::{Prompt, Sampling, ToWorker, WorldSource};
use crate::share::fragment::{self, Address, Wanted};
use crate::share::{Flaw, Link, Stretch};

/// What can happen to links.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The fragment of the page's address, at first and whenever it changes.
    Opened(String),
}

/// Why a link leads to no play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    /// The link itself is no good.
    Flawed(Flaw),
    /// The page doesn't have its world.
    NoWorld,
    /// The world is there, but was trained anew since.
    OtherVersion,
}

/// What is known of links.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Share {
    /// One that waits for its world.
    waiting: Option<Rc<Link>>,
    /// Whether it has been said that its world isn't there.
    missed: bool,
    /// To be said once there is a world to go on with.
    problem: Option<(Problem, String)>,
    /// What the newest link that was opened plays.
    play: Option<Rc<Play>>,
    /// Tokens of the prompt's frames before its newest, of the start under way.
    pub earlier: Rc<Vec<Vec<u32>>>,
    /// How the frame under way is sampled: the settings may have changed since.
    pub sent: Option<Sampling>,
}

/// A play from a link.
#[derive(Clone, Debug, Default, PartialEq)]
struct Play {
    actions: Vec<u16>,
    /// After which frame each change of the settings comes.
    settings: Vec<(usize, Sampling)>,
}

impl Play {
    fn of(link: &Link) -> Self {
        let mut play = Self::default();
        for Stretch { sampling, actions } in &link.play {
            play.settings.push((play.actions.len(), *sampling));
            play.actions.extend(actions);
        }
        play
    }
}

impl State {
    /// The link for the play up to the frame on the screen. None while there is nothing to link to.
    pub fn link(&self) -> Option<Wanted> {
        let (world, timeline) = (self.world.as_ref()?, &self.timeline);
        self.frame.as_ref()?;
        let mut prompt = timeline.earlier().to_vec();
        prompt.push(timeline.prompt().to_vec());
        let actions = &timeline.actions()[..timeline.at()];
        let settings = timeline.settings();
        let mut play: Vec<Stretch> = Vec::new();
        for (place, (after, sampling)) in settings.iter().enumerate() {
            let end = settings.get(place + 1).map_or(actions.len(), |next| next.0);
            let end = end.min(actions.len());
            if *after < end {
                play.push(Stretch {
                    sampling: *sampling,
                    actions: actions[*after..end].to_vec(),
                });
            }
        }
        if play.is_empty() {
            play.push(Stretch {
                sampling: self.sampling,
                actions: Vec::new(),
            });
        }
        let [a, b, c, d, ..] = *world.digest;
        let link = Link {
            world: world.name.clone(),
            digest: [a, b, c, d],
            prompt,
            play,
        };
        Some(Wanted {
            link: Some(link),
            world: self.own_address(),
        })
    }

    /// Whether a link's play can be gone on with.
    pub fn has_shared_play(&self) -> bool {
        let play = self.share.play.as_ref();
        play.is_some_and(|play| !play.actions.is_empty())
    }

    pub(super) fn share(&mut self, event: Event, effects: &mut Vec<Effect>) {
        let Event::Opened(fragment) = event;
        match fragment::read(&fragment) {
            Ok(None) => {}
            Ok(Some(wanted)) => self.follow(wanted, effects),
            Err(flaw) => {
                self.share.waiting = None;
                self.refuse(Problem::Flawed(flaw), "");
            }
        }
    }

    fn follow(&mut self, wanted: Wanted, effects: &mut Vec<Effect>) {
        self.share.waiting = wanted.link.map(Rc::new);
        self.share.missed = false;
        self.share.problem = None;
        // What was said of the link before is over.
        self.trouble = self.trouble.take().filter(|t| t.remedy != Remedy::Dismiss);
        let engine = self.waiting == Some(Waiting::Engine);
        if let Some(address) = wanted.world {
            self.visit(address, effects);
        } else if let Some(link) = self.share.waiting.clone() {
            if engine {
                self.wishes.world = Some(link.world.clone());
            } else if self.is_open() && !self.is_leaving() {
                self.go_to_link(&link, effects);
            }
            // Else what is on its way, a world or another device, comes first.
        }
    }

    /// Starts from the link if this is its world, or goes to its world.
    fn go_to_link(&mut self, link: &Rc<Link>, effects: &mut Vec<Effect>) {
        if let Some(start) = self.linked() {
            self.ask(start, effects);
        } else if self.share.waiting.is_some() && !self.fetch_world_of(link, effects) {
            self.share.missed = true;
            self.refuse(Problem::NoWorld, &link.world);
        }
    }

    /// Whether another world is about to take this one's place.
    fn is_leaving(&self) -> bool {
        matches!(self.queued.as_deref(), Some(Request::Load(_)))
    }

    /// Loads the world of a link, if it is at hand.
    fn fetch_world_of(&mut self, link: &Link, effects: &mut Vec<Effect>) -> bool {
        let source = if let Some(kept) = self.kept_with(link.digest) {
            kept
        } else if self.worlds.iter().any(|w| w.name == link.world) {
            self.wishes.world = Some(link.world.clone());
            WorldSource::Named(link.world.clone())
        } else {
            return false;
        };
        self.ask(Request::Load(source), effects);
        true
    }

    /// The start from the link that waits, if the world that is there is the link's.
    pub(super) fn linked(&mut self) -> Option<Request> {
        let link = self.share.waiting.clone()?;
        let world = self.world.clone()?;
        if !world.digest.starts_with(&link.digest) {
            if world.name == link.world && !self.asks_for_consent() {
                self.share.waiting = None;
                self.refuse(Problem::OtherVersion, &link.world);
            }
            return None;
        }
        // Its world may be here under another name.
        self.share.waiting = None;
        self.share.problem = None;
        let play = Play::of(&link);
        if play
            .actions
            .iter()
            .any(|&a| usize::from(a) >= self.moves.len())
        {
            self.refuse(Problem::Flawed(Flaw::Damaged), "");
            return None;
        }
        self.take_over();
        if let Some((_, sampling)) = play.settings.first() {
            self.sampling = *sampling;
        }
        if !play.actions.is_empty() {
            self.pilot = Pilot::Shared;
        }
        self.let_run(!self.wishes.calm);
        self.share.play = Some(Rc::new(play));
        Some(Request::Start(
            Prompt::Tokens(link.prompt.clone()),
            Origin::Link,
        ))
    }

    /// A world is open: what a link has to do with it, if that is not to start.
    pub(super) fn look_for_link(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.waiting, Some(Waiting::Load { .. })) {
            // Another world is about to take this one's place.
            return;
        }
        if !self.is_open() {
            return;
        }
        // Once it has been said that its world is missing, it waits for the visitor to bring that.
        let looks = !self.share.missed && !self.asks_for_consent();
        if let Some(link) = self.share.waiting.clone().filter(|_| looks) {
            self.go_to_link(&link, effects);
        }
        if let Some((problem, world)) = self.share.problem.take() {
            self.refuse(problem, &world);
        }
    }

    /// Whether a world that could not be loaded is that of the link that waits, and the page has none such.
    pub(super) fn misses_world_of_link(&self) -> bool {
        let missing = |link: &Rc<Link>| {
            let wished = self.wishes.world.as_ref() == Some(&link.world);
            let listed = self.worlds.iter().any(|w| w.name == link.world);
            wished && !self.worlds.is_empty() && !listed
        };
        self.share.waiting.as_ref().is_some_and(missing)
    }

    /// Loads it from what is kept, or the page's first world in its place, and says so.
    pub(super) fn go_on_without_world_of_link(&mut self, effects: &mut Vec<Effect>) {
        let Some(link) = self.share.waiting.clone() else {
            return;
        };
        self.wishes.world = None;
        if self.fetch_world_of(&link, effects) {
            return;
        }
        self.share.missed = true;
        if !self.loaded {
            self.send(Request::Load(WorldSource::First), effects);
        }
        self.refuse(Problem::NoWorld, &link.world);
    }

    /// Its actions are those of a world that is gone.
    pub(super) fn drop_shared_play(&mut self) {
        self.share.play = None;
    }

    pub(super) fn forget_link(&mut self) {
        self.share.waiting = None;
    }

    /// Says why a link leads nowhere, now or once there is something to go on with.
    fn refuse(&mut self, problem: Problem, world: &str) {
        let texts = &self.texts().sharing;
        let (title, detail) = match problem {
            Problem::Flawed(Flaw::Damaged) => (texts.bad_link, texts.damaged.to_owned()),
            Problem::Flawed(Flaw::Newer) => (texts.bad_link, texts.newer.to_owned()),
            Problem::Flawed(Flaw::Unknown) => (texts.bad_link, texts.unknown.to_owned()),
            Problem::Flawed(Flaw::Address) => (texts.bad_link, texts.no_address.to_owned()),
            Problem::NoWorld => (texts.no_world, texts.no_world_more(world)),
            Problem::OtherVersion => (texts.no_world, texts.other_version(world)),
        };
        let opening = matches!(self.waiting, Some(Waiting::Engine | Waiting::Load { .. }));
        if opening || !self.is_alive() {
            self.share.problem = Some((problem, world.to_owned()));
        } else {
            self.complain(title, &detail, Remedy::Dismiss, false);
        }
    }

    /// The next action of the link's play, with the settings it was played with. At its end time stops.
    pub(super) fn replayed(&mut self, effects: &mut Vec<Effect>) -> Option<usize> {
        let frame = self.timeline.at();
        let play = self.share.play.clone().unwrap_or_default();
        let Some(&action) = play.actions.get(frame) else {
            self.pilot = Pilot::Hand;
            self.pause();
            self.announce(self.texts().sharing.play_over);
            return None;
        };
        let change = play
            .settings
            .iter()
            .rev()
            .find(|(after, _)| *after == frame);
        if let Some((_, sampling)) = change
            && *sampling != self.sampling
        {
            self.sampling = *sampling;
            effects.push(Effect::Post(ToWorker::SetSampling(*sampling)));
        }
        Some(action.into())
    }

    /// The action that whoever plays has next, if it is not the visitor.
    pub(super) fn next_flown(&mut self, effects: &mut Vec<Effect>) -> Option<usize> {
        if self.pilot.kind() == PilotKind::Shared {
            return self.replayed(effects);
        }
        self.pilot.fly(self.moves.len(), &self.script)
    }

    /// Where the world that is played can be had by others, if it came from an address.
    fn own_address(&self) -> Option<Address> {
        let key = self.own.then(|| self.playing_kept()).flatten()?;
        Address::new(&key).ok().filter(Address::is_reachable)
    }
}
