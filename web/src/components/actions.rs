//! The buttons that play.

use std::rc::Rc;

use web::moves::Moves;
use web::protocol::WorldSummary;
use web::state::Event;
use yew::prelude::*;

use super::action::Action;
use super::words::use_texts;

/// What [`Actions`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The world.
    pub world: Rc<WorldSummary>,
    /// What the names of its actions say.
    pub moves: Rc<Moves>,
    /// The action to show as pressed.
    pub pressed: Option<usize>,
    /// Whether they lead anywhere.
    pub enabled: bool,
    /// Hears of them.
    pub on: Callback<Event>,
}

/// One button for each action.
#[component]
pub fn Actions(props: &Props) -> Html {
    let texts = use_texts();
    let names = &props.world.actions;
    // Full rows where possible: 6 actions as 3 and 3, 8 as 4 and 4.
    let columns = match names.len() {
        n @ 1..=3 => n,
        4 | 7 | 8 => 4,
        _ => 3,
    };
    html! {
        <div class="pad" role="group" aria-label={texts.play} data-testid="actions">
            <div class="actions" data-columns={columns.to_string()}>
                { for names.iter().enumerate().map(|(action, name)| html! {
                    <Action
                        key={action} {action} name={name.clone()} kind={props.moves.kind(action)}
                        arrows={props.moves.keys(action)} pressed={props.pressed == Some(action)}
                        enabled={props.enabled} on={props.on.clone()}
                    />
                }) }
            </div>
            <p class="small" data-testid="actions-note">{ texts.actions(names) }</p>
        </div>
    }
}
