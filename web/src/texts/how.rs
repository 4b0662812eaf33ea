//! How it works, in plain words.

use super::fill;

group! {
    link, title, lead, back, no_frame,
    tokens_title, tokens_text, tokens_grid, tokens_hint, tokens_part, at,
    actions_title, actions_text, actions_count,
    unfold_title, unfold_text, unfold_picture, unfold_action, unfold_steps, as_played, in_steps, first,
    previous, next, play, pause, begin, step_of, unfold_more,
    attention_title, attention_text, attention_grid, block, block_of, looks_at, attention_wait,
    limits_title, limit_memory, limit_press, limit_drift, limit_small, limit_rules, limit_picture, limit_names,
    credits_title, credit_video, credit_world, credit_paper, credit_code,
}

pub(super) const EN: Texts = Texts {
    link: "How this works",
    title: "How this works",
    lead: "There is no game behind this page. A small neural network paints every frame anew, from the \
           frames before it and from the button that you press. All it ever learned from is video. \
           Here is how, with the very frame that you were just playing.",
    back: "Back to the world",
    no_frame: "The pictures come as soon as there is a world and a first frame.",

    tokens_title: "1. The tokenizer turns a picture into a few numbers",
    tokens_text: "It cuts the frame into {} × {} squares and says of each which pattern of a learned list \
                  fits best, in the light of the frames before. These numbers, the tokens, are all that the \
                  rest of the network ever sees. A decoder paints the picture from them. Equal numbers have \
                  equal colours.",
    tokens_grid: "The tokens of the frame",
    tokens_hint: "Point at a square, or go through them with the arrow keys.",
    tokens_part: "What the decoder paints for it here. The same token may look otherwise elsewhere: the \
                  decoder sees its neighbours and its past, too.",
    at: "Row {}, column {}: token {}",

    actions_title: "2. The action model found the buttons by itself",
    actions_text: "Nobody told it which keys were pressed in the video. It had to say, in one of a few \
                   codes, what makes one frame become the next. What helps most is what a player does: so the \
                   codes became buttons. Their names are guesses that people made afterwards.",
    actions_count: "The buttons of this world",

    unfold_title: "3. The dynamics model makes the next frame, a few squares at a time",
    unfold_text: "All squares of the next frame begin masked. In each step the network guesses all of them \
                  at once, from the past, your action and what is settled already; some guesses are kept, \
                  the rest is masked and guessed again. This is called MaskGIT. When nothing is masked any \
                  more, the decoder paints the frame.",
    unfold_picture: "The next frame while it comes about",
    unfold_action: "Action",
    unfold_steps: "Steps",
    as_played: "as played",
    in_steps: "{} steps",
    first: "To the beginning",
    previous: "A step back",
    next: "A step on",
    play: "In slow motion",
    pause: "Stop",
    begin: "Everything is masked.",
    step_of: "Step {} of {}: {} of {} squares are settled, {} of them just now.",
    unfold_more: "Dark squares are masked still; what shines through is the guess that was not kept. Golden ones \
                  were settled in this step. With “as played” the last step is the frame that comes next when \
                  you choose this action. This view is computed on the processor: on a graphics processor a \
                  square may come out otherwise by rounding.",

    attention_title: "Where a square looks",
    attention_text: "Within a frame each square asks the others for what it needs to know. The brighter a \
                     square, the more the chosen one looks at it, in one of the network's blocks, averaged \
                     over its heads. Between frames each square looks at its own past.",
    attention_grid: "Attention of the chosen square",
    block: "Block",
    block_of: "{} of {}",
    looks_at: "Row {}, column {} looks most at row {}, column {}: {} %.",
    attention_wait: "Looking …",

    limits_title: "What it can't do",
    limit_memory: "It sees only the last few frames. What has left the picture is forgotten, and comes back \
                   as something else.",
    limit_press: "One press hardly tells where figures have momentum, as in CoinRun. Hold the button.",
    limit_drift: "After some hundred frames the world gets emptier: small errors add up.",
    limit_small: "Small things, such as coins and enemies, are blurred or missing.",
    limit_rules: "There are no rules, no score and no end: only what is likely to be seen next.",
    limit_picture: "A picture unlike its video becomes what comes nearest in its own world.",
    limit_names: "Some actions may never have been learned; those are dimmed.",

    credits_title: "Licences and credits",
    credit_video: "The world CoinRun learned from video of CoinRun, a game of OpenAI's procgen (MIT licence); \
                   its art is by Kenney (CC0).",
    credit_world: "This world says of itself:",
    credit_paper: "The method is that of the paper",
    credit_code: "This page and its model are free software, MIT or Apache-2.0. They are written in Rust with \
                  burn, wgpu and Yew.",
};

pub(super) const DE: Texts = Texts {
    link: "So funktioniert es",
    title: "So funktioniert es",
    lead: "Hinter dieser Seite steckt kein Spiel. Ein kleines neuronales Netz malt jedes Bild neu, aus den \
           Bildern davor und der Taste, die du drückst. Gelernt hat es nur aus Video. So geht das, an \
           genau dem Bild, das du gerade gespielt hast.",
    back: "Zurück zur Welt",
    no_frame: "Die Bilder kommen, sobald eine Welt und ein erstes Bild da sind.",

    tokens_title: "1. Der Tokenizer macht aus einem Bild ein paar Zahlen",
    tokens_text: "Er schneidet das Bild in {} × {} Quadrate und sagt zu jedem, welches Muster einer gelernten \
                  Liste am besten passt, im Licht der Bilder davor. Mehr als diese Zahlen, die Token, bekommt \
                  der Rest des Netzes nie zu sehen. Ein Decoder malt aus ihnen das Bild. Gleiche Zahlen haben \
                  gleiche Farben.",
    tokens_grid: "Die Token des Bildes",
    tokens_hint: "Zeig auf ein Quadrat, oder geh mit den Pfeiltasten hindurch.",
    tokens_part: "Was der Decoder hier dafür malt. Anderswo kann dasselbe Token anders aussehen: Der \
                  Decoder sieht auch seine Nachbarn und seine Vergangenheit.",
    at: "Zeile {}, Spalte {}: Token {}",

    actions_title: "2. Das Aktionsmodell fand die Tasten von selbst",
    actions_text: "Niemand hat ihm gesagt, welche Tasten im Video gedrückt wurden. Es musste in einem von \
                   wenigen Codes sagen, was ein Bild zum nächsten werden lässt. Am meisten hilft dabei, was \
                   ein Spieler tut: So wurden die Codes zu Tasten. Ihre Namen sind Vermutungen, die Menschen \
                   hinterher anstellten.",
    actions_count: "Die Tasten dieser Welt",

    unfold_title: "3. Das Dynamikmodell macht das nächste Bild, ein paar Quadrate auf einmal",
    unfold_text: "Zuerst sind alle Quadrate des nächsten Bildes verdeckt. In jedem Schritt rät das Netz alle \
                  auf einmal, aus der Vergangenheit, deiner Aktion und dem, was schon feststeht; einiges davon \
                  bleibt, der Rest wird wieder verdeckt und neu geraten. Das heißt MaskGIT. Ist nichts mehr \
                  verdeckt, malt der Decoder das Bild.",
    unfold_picture: "Das nächste Bild, während es entsteht",
    unfold_action: "Aktion",
    unfold_steps: "Schritte",
    as_played: "wie gespielt",
    in_steps: "{} Schritte",
    first: "An den Anfang",
    previous: "Einen Schritt zurück",
    next: "Einen Schritt weiter",
    play: "In Zeitlupe",
    pause: "Anhalten",
    begin: "Alles ist verdeckt.",
    step_of: "Schritt {} von {}: {} von {} Quadraten stehen fest, {} davon gerade eben.",
    unfold_more: "Dunkle Quadrate sind noch verdeckt; durch sie scheint, was geraten und nicht behalten wurde. \
                  Goldene stehen seit diesem Schritt fest. Mit „wie gespielt“ ist der letzte Schritt das Bild, \
                  das kommt, wenn du diese Aktion wählst. Diese Ansicht rechnet der Prozessor: Auf einem \
                  Grafikprozessor kann ein Quadrat durch Rundung anders ausfallen.",

    attention_title: "Wohin ein Quadrat schaut",
    attention_text: "Innerhalb eines Bildes fragt jedes Quadrat die anderen nach dem, was es wissen muss. Je \
                     heller eines ist, desto mehr schaut das gewählte dorthin, in einem der Blöcke des Netzes, \
                     gemittelt über dessen Köpfe. Zwischen den Bildern schaut jedes Quadrat auf seine eigene \
                     Vergangenheit.",
    attention_grid: "Aufmerksamkeit des gewählten Quadrats",
    block: "Block",
    block_of: "{} von {}",
    looks_at: "Zeile {}, Spalte {} schaut am meisten auf Zeile {}, Spalte {}: {} %.",
    attention_wait: "Es schaut …",

    limits_title: "Was es nicht kann",
    limit_memory: "Es sieht nur die letzten paar Bilder. Was aus dem Bild ist, ist vergessen, und kommt als \
                   etwas anderes wieder.",
    limit_press: "Ein einzelner Druck sagt wenig, wo Figuren Schwung haben, wie in CoinRun. Halte die Taste.",
    limit_drift: "Nach einigen hundert Bildern wird die Welt leerer: Kleine Fehler summieren sich.",
    limit_small: "Kleines, etwa Münzen und Gegner, ist verschwommen oder fehlt.",
    limit_rules: "Es gibt keine Regeln, keine Punkte und kein Ende: nur, was als Nächstes wohl zu sehen ist.",
    limit_picture: "Ein Bild, das seinem Video nicht gleicht, wird zu dem, was ihm in dieser Welt am nächsten kommt.",
    limit_names: "Manche Aktionen wurden vielleicht nie gelernt; sie sind blass.",

    credits_title: "Lizenzen und Dank",
    credit_video: "Die Welt CoinRun lernte aus Video von CoinRun, einem Spiel aus OpenAIs procgen (MIT-Lizenz); \
                   seine Grafik ist von Kenney (CC0).",
    credit_world: "Diese Welt sagt von sich:",
    credit_paper: "Das Verfahren ist das des Aufsatzes",
    credit_code: "Diese Seite und ihr Modell sind freie Software, MIT oder Apache-2.0, geschrieben in Rust mit \
                  burn, wgpu und Yew.",
};

impl Texts {
    /// What the tokenizer does, with rows and columns.
    pub fn tokens_text(&self, [rows, columns]: [usize; 2]) -> String {
        fill(self.tokens_text, &[&columns.to_string(), &rows.to_string()])
    }

    /// A square, counted from 1, and its token.
    pub fn at(&self, row: usize, column: usize, token: u32) -> String {
        fill(
            self.at,
            &[
                &(row + 1).to_string(),
                &(column + 1).to_string(),
                &token.to_string(),
            ],
        )
    }

    /// A number of steps, as a choice.
    pub fn steps(&self, steps: Option<usize>) -> String {
        match steps {
            None => self.as_played.to_owned(),
            Some(steps) => fill(self.in_steps, &[&steps.to_string()]),
        }
    }

    /// How far a frame is: the step of how many, squares that are settled of how many, and those just now.
    pub fn step_of(&self, step: [usize; 2], settled: [usize; 2], fresh: usize) -> String {
        let parts = [step[0], step[1], settled[0], settled[1], fresh].map(|n| n.to_string());
        fill(self.step_of, &parts.each_ref().map(String::as_str))
    }

    /// A block, counted from 0, of how many.
    pub fn block_of(&self, block: usize, blocks: usize) -> String {
        fill(
            self.block_of,
            &[&(block + 1).to_string(), &blocks.to_string()],
        )
    }

    /// Where a square looks most; rows and columns counted from 0, the share as a number for people.
    pub fn looks_at(&self, from: [usize; 2], to: [usize; 2], share: &str) -> String {
        let parts = [from[0], from[1], to[0], to[1]].map(|n| (n + 1).to_string());
        let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        parts.push(share);
        fill(self.looks_at, &parts)
    }
}
