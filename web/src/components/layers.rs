//! A picture with another one over it, of one pixel for each of its tokens.

use std::rc::Rc;

use web::protocol;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::picture::Picture;

/// What [`Layers`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is below; nothing is dark.
    pub picture: Option<Rc<protocol::Picture>>,
    /// What is above.
    pub veil: Rc<protocol::Picture>,
    /// What both show, for those who can't see it; nothing if that is said by what lies over them.
    #[prop_or_default]
    pub label: Option<String>,
    /// What lies over both.
    #[prop_or_default]
    pub children: Html,
}

/// As wide as its place, in the shape of the tokens' grid.
#[component]
pub fn Layers(props: &Props) -> Html {
    let place = use_node_ref();
    {
        // By hand: the page's policy allows no styles within its HTML.
        let place = place.clone();
        use_effect_with(
            (props.veil.width, props.veil.height),
            move |(columns, rows)| {
                if let Some(element) = place.cast::<HtmlElement>() {
                    let style = element.style();
                    // They fail for names of properties that are none.
                    let _ = style.set_property("--columns", &columns.to_string());
                    let _ = style.set_property("--rows", &rows.to_string());
                }
            },
        );
    }
    let role = props.label.as_ref().map(|_| "img");
    html! {
        <div ref={place} class="layers" {role} aria-label={props.label.clone()}>
            if let Some(picture) = props.picture.clone() {
                <Picture {picture} />
            }
            <Picture picture={props.veil.clone()} />
            { props.children.clone() }
        </div>
    }
}
