//! Where the play is, how fast, and on what.

use std::rc::Rc;

use web::protocol::DeviceReport;
use yew::prelude::*;

use super::words::use_texts;

/// What [`Status`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The device in use.
    pub device: Option<Rc<DeviceReport>>,
    /// The frame on the screen, and how many there are.
    pub frame: Option<(usize, usize)>,
    /// Frames a second, while the world moves.
    pub fps: Option<f64>,
    /// Milliseconds a frame takes.
    pub ms: Option<f64>,
}

/// A line below the screen.
#[component]
pub fn Status(props: &Props) -> Html {
    let texts = use_texts();
    let fps = props.fps.map(|fps| texts.fps(fps)).unwrap_or_default();
    let ms = props.ms.map(|ms| texts.per_frame(ms)).unwrap_or_default();
    let frame = props.frame.map(|(at, all)| texts.frame_number(at, all));
    html! {
        <div class="status">
            <span data-testid="frames">{ frame.unwrap_or_default() }</span>
            <span data-testid="fps">{ fps }</span>
            <span data-testid="pace">{ ms }</span>
            if let Some(device) = &props.device {
                // It may be cut off where there is little room.
                <span
                    data-testid="device" data-device={device.kind.id()}
                    title={texts.device_reason(device)}
                >
                    { texts.device_label(device) }
                    <span class="why">{ ", " }{ texts.device_reason(device) }</span>
                </span>
            }
        </div>
    }
}
