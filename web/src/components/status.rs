//! Where the play is, how fast, and on what.

use std::rc::Rc;

use web::protocol::DeviceReport;
use web::texts;
use yew::prelude::*;

/// What [`Status`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The device in use.
    pub device: Option<Rc<DeviceReport>>,
    /// Frames played.
    pub frame: Option<usize>,
    /// Milliseconds a frame.
    pub ms: Option<f64>,
}

/// A line below the screen.
#[component]
pub fn Status(props: &Props) -> Html {
    html! {
        <dl class="status">
            <div>
                <dt>{ "Frame" }</dt>
                <dd data-testid="frames">{ props.frame.map_or("–".into(), |n| n.to_string()) }</dd>
            </div>
            <div>
                <dt>{ "Pace" }</dt>
                <dd data-testid="pace">{ props.ms.map_or("–".into(), texts::pace) }</dd>
            </div>
            if let Some(device) = &props.device {
                <div class="device">
                    <dt>{ "Computed by" }</dt>
                    <dd data-testid="device" data-device={device.kind.id()}>
                        { texts::device_label(device) }
                        <span class="small">{ texts::device_reason(device) }</span>
                    </dd>
                </div>
            }
        </dl>
    }
}
