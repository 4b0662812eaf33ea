//! Which tokens the chosen one looks at.

use std::rc::Rc;

use web::protocol::{Picture, Shares};
use web::tiles;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::components::tiles::Tiles;
use crate::components::words::use_texts;

/// What [`Attention`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Rows and columns.
    pub shape: [usize; 2],
    /// The frame.
    pub picture: Rc<Picture>,
    /// The shares in each block, once they are there.
    pub blocks: Option<Rc<Vec<Shares>>>,
    /// The name of each token.
    pub names: Rc<Vec<String>>,
    /// The one that looks.
    pub chosen: usize,
    /// Hears of another.
    pub onchoose: Callback<usize>,
}

/// The frame, bright where the chosen token looks.
#[component]
pub fn Attention(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.how;
    let block = use_state(|| None::<usize>);
    let [rows, columns] = props.shape;
    let count = props.blocks.as_ref().map_or(0, |blocks| blocks.len());
    // In the middle of the network it shows best.
    let current = block.unwrap_or(count / 2).min(count.saturating_sub(1));
    let shares = props
        .blocks
        .as_ref()
        .and_then(|blocks| blocks.get(current)?.row(props.chosen, rows * columns));
    let veil = Rc::new(tiles::looks(
        props.shape,
        shares.as_deref().unwrap_or_default(),
    ));
    let onchange = {
        let block = block.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            block.set(select.value().parse().ok());
        })
    };
    let place = |tile: usize| [tile / columns.max(1), tile % columns.max(1)];
    let said = match shares.as_deref().and_then(tiles::most) {
        Some((tile, share)) => {
            let share = texts.number(f64::from(share) * 100.0, 0);
            words.looks_at(place(props.chosen), place(tile), &share)
        }
        None => words.attention_wait.to_owned(),
    };
    html! {
        <div
            class="figure" data-testid="attention" data-blocks={count.to_string()}
            data-block={current.to_string()}
        >
            <Tiles
                picture={props.picture.clone()} {veil} label={words.attention_grid}
                names={props.names.clone()} chosen={props.chosen} onchoose={props.onchoose.clone()}
                testid="attention-tiles"
            />
            <div class="beside">
                <p class="readout" data-testid="looks-at">{ said }</p>
                <label>
                    <span>{ words.block }</span>
                    <select {onchange} disabled={count == 0} data-testid="block">
                        { for (0..count).map(|number| html! {
                            <option value={number.to_string()} selected={number == current}>
                                { words.block_of(number, count) }
                            </option>
                        }) }
                    </select>
                </label>
                <p class="small">{ words.tokens_hint }</p>
            </div>
        </div>
    }
}
