//! Keeps what a `select` shows the same as what it is told to.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// A reference for a `select`: after each rendering it shows the option that is marked `selected`. Once a
/// visitor has chosen for themselves, Firefox heeds the marks no longer.
#[hook]
pub fn use_choice() -> NodeRef {
    let select = use_node_ref();
    {
        let select = select.clone();
        use_effect(move || {
            let select = select.cast::<HtmlSelectElement>();
            let marked = |select: &HtmlSelectElement| {
                let option = select.query_selector("option[selected]").ok()??;
                option.get_attribute("value")
            };
            if let Some((select, value)) = select.and_then(|s| marked(&s).map(|value| (s, value)))
                && select.value() != value
            {
                select.set_value(&value);
            }
        });
    }
    select
}
