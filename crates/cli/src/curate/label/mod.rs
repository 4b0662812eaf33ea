//! `genie curate label`: a page on this machine on which a person grades clips from the keyboard.

mod answer;
mod grader;

use std::time::Duration;

use anyhow::{Result, anyhow};
use data::labels::{Clips, Labels};
use tiny_http::{Header, Request, Response, Server};

use super::{Labelled, genie};
use crate::stop::Stop;
use answer::{Answer, Ask, MOST_BYTES, Method};
use grader::Grader;

/// How long Ctrl-C may wait.
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    labelled: Labelled,
    /// The page's port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = 7654)]
    port: u16,
    /// Seed of the order in which clips come.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let store = arguments.labelled.store()?;
    let clips = Clips::of(&store)?;
    let labels = Labels::open(arguments.labelled.labels_path()?, clips)?;
    let stop = Stop::listen()?;
    // Nobody but this machine may see the page.
    let server = Server::http(("127.0.0.1", arguments.port)).map_err(|error| {
        anyhow!(
            "can't listen on port {} of 127.0.0.1: {error}. Choose another with --port",
            arguments.port
        )
    })?;
    let port = server
        .server_addr()
        .to_ip()
        .map_or(arguments.port, |address| address.port());
    let mut grader = Grader::new(store, labels, arguments.seed);
    println!(
        "Grade clips at http://127.0.0.1:{port}/ with the keys 1 (bad) to 5 (good). Grades go to {} as they are given. Ctrl+C ends.",
        grader.labels().path().display()
    );
    while !stop.wanted() {
        let Some(mut request) = server.recv_timeout(PATIENCE)? else {
            continue;
        };
        let answer = answer::answer(&mut grader, port, &ask(&mut request));
        // The reader may have closed the page meanwhile: that's no failure of ours.
        let _ = request.respond(response(answer));
    }
    let counts = grader.labels().counts();
    println!(
        "{} of {} clips are graded: {} bad (1), {}, {}, {}, {} good (5). Next: {} curate train {}",
        counts.iter().sum::<u64>(),
        grader.labels().clips().len(),
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        counts[4],
        genie(),
        arguments.labelled.store.display()
    );
    Ok(())
}

/// What a request asks for.
fn ask(request: &mut Request) -> Ask {
    let only = |name: &'static str| {
        let mut values = (request.headers().iter()).filter(|header| header.field.equiv(name));
        // Of two, who knows which one was meant.
        match (values.next(), values.next()) {
            (Some(header), None) => Some(header.value.as_str().to_owned()),
            _ => None,
        }
    };
    let mut ask = Ask {
        method: match request.method() {
            tiny_http::Method::Get => Method::Get,
            tiny_http::Method::Post => Method::Post,
            _ => Method::Other,
        },
        path: request.url().to_owned(),
        host: only("Host"),
        origin: only("Origin"),
        content_type: only("Content-Type"),
        body: Vec::new(),
    };
    // A body that is too long, or doesn't come, is judged as it is.
    if request.body_length().is_some_and(|n| n <= MOST_BYTES) {
        let body = std::io::Read::take(request.as_reader(), MOST_BYTES as u64);
        let _ = std::io::Read::read_to_end(&mut { body }, &mut ask.body);
    }
    ask
}

fn response(answer: Answer) -> Response<std::io::Cursor<Vec<u8>>> {
    let mut response = Response::from_data(answer.body).with_status_code(answer.status);
    for (name, value) in answer::HEADERS
        .into_iter()
        .chain([("Content-Type", answer.content_type)])
    {
        // All of them are constants of ours, in ASCII.
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    response
}
