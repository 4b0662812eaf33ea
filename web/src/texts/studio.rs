//! What is said where a picture is drawn or cut, in each language.

use super::{Texts, fill};
use crate::footage::Take;
use crate::protocol::prompts::Reason;
use crate::sketch::names::{Hue, Shade, name};
use crate::sketch::{Point, Rgb, Tool};

macro_rules! words {
    ($($name:ident: $en:literal, $de:literal;)*) => {
        /// All of it in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "a text's name and the text itself say it")]
        pub struct Studio {
            $(pub $name: &'static str,)*
        }

        pub(super) static EN: Studio = Studio { $($name: $en,)* };
        pub(super) static DE: Studio = Studio { $($name: $de,)* };

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $de),)*];
    };
}

words! {
    // The ways in
    draw: "Draw a picture", "Ein Bild zeichnen";
    draw_on_frame: "Draw on this frame", "Auf diesem Bild zeichnen";
    photo: "Take a photo", "Foto aufnehmen";
    own_file: "Your own picture or video", "Eigenes Bild oder Video";
    opening: "Opening your picture …", "Dein Bild wird geöffnet …";
    close: "Close", "Schließen";
    play_this: "Play this", "Das spielen";

    // The sketch
    sketch_title: "Draw a picture to play", "Zeichne ein Bild zum Spielen";
    board: "Drawing, {} by {} pixels", "Zeichnung, {} mal {} Pixel";
    board_more:
        "Arrow keys move the cursor, with Shift by eight pixels. Space or Enter draws, and draws on \
         while it is held; lines and rectangles begin with one press and end with the next. Ctrl+Z \
         takes a step back.",
        "Pfeiltasten bewegen den Zeiger, mit Umschalt um acht Pixel. Leertaste oder Eingabe zeichnet, \
         gehalten immer weiter; Linien und Rechtecke beginnen mit einem Druck und enden mit dem \
         nächsten. Strg+Z nimmt einen Schritt zurück.";
    tools: "Tools", "Werkzeuge";
    brush: "Brush", "Pinsel";
    eraser: "Eraser", "Radierer";
    fill: "Fill", "Füllen";
    line: "Line", "Linie";
    rectangle: "Rectangle", "Rechteck";
    stamp: "Stamp", "Stempel";
    picker: "Pick a colour", "Farbe aufnehmen";
    size: "Width", "Breite";
    pixels: "{} px", "{} px";
    filled: "Filled", "Gefüllt";
    mirror: "Mirror", "Spiegeln";
    undo: "Undo", "Rückgängig";
    redo: "Redo", "Wiederholen";
    palette: "The world's colours", "Farben der Welt";
    another_colour: "Any colour", "Jede Farbe";
    colour_number: "{}, colour {}", "{}, Farbe {}";
    stamps: "Pieces of the world", "Stücke der Welt";
    stamp_number: "Piece {}", "Stück {}";
    searching: "Looking through the world's pictures …", "Die Bilder der Welt werden durchsucht …";
    ground: "Begin anew on", "Neu beginnen auf";
    ground_plain: "A blank sheet", "Leerem Blatt";
    ground_frame: "This frame", "Diesem Bild";
    ground_gallery: "Picture: {}", "Bild: {}";

    // What is said of it
    at: "Column {}, row {}: {}.", "Spalte {}, Zeile {}: {}.";
    undone: "Taken back.", "Zurückgenommen.";
    redone: "Done again.", "Wiederholt.";
    begun: "A new ground. Undo takes you back.", "Ein neuer Untergrund. Rückgängig führt zurück.";
    picked: "{} picked.", "{} aufgenommen.";
    drawn: "Drawn.", "Gezeichnet.";
    begins: "Begins here; press again to end it.", "Beginnt hier; noch einmal drücken beendet.";
    cancelled: "Not drawn.", "Nicht gezeichnet.";
    opened: "Your picture is open. Choose a part, then play it.",
        "Dein Bild ist offen. Wähle einen Ausschnitt, dann spiele es.";

    // What the world sees
    sees: "What the world sees", "Was die Welt sieht";
    sees_more: "Your picture in the world's own codes: it can only see what it has learned.",
        "Dein Bild in den Codes der Welt: Sie sieht nur, was sie gelernt hat.";
    unread: "The world can't read it just now.", "Die Welt kann es gerade nicht lesen.";

    // The part of a picture
    crop_title: "Choose a part", "Wähle einen Ausschnitt";
    crop_view: "The part that is played", "Der Ausschnitt, der gespielt wird";
    crop_more: "Drag it, or use the arrow keys; scroll, pinch or press + and − to enlarge.",
        "Ziehen oder Pfeiltasten bewegen; Rad, zwei Finger oder + und − vergrößern.";
    zoom: "Enlarge", "Vergrößern";
    whole: "All of it, with bars beside it", "Das ganze Bild, mit Rändern";
    frames: "Frames to start from", "Bilder für den Anfang";
    take_end: "The last {}, at the world's pace ({} s)", "Die letzten {}, im Takt der Welt ({} s)";
    take_evenly: "{}, spread evenly over all {} s", "{}, gleichmäßig über alle {} s";
    take_one: "The first alone", "Nur das erste";
    draw_on: "Draw on it", "Darauf zeichnen";

    // Files that are none
    empty: "the file is empty", "Die Datei ist leer";
    unknown: "it is no picture that can be read here; PNG, JPEG, GIF, WebP and BMP can",
        "Das ist kein Bild, das hier lesbar ist; PNG, JPEG, GIF, WebP und BMP sind es";
    damaged: "the picture is damaged or incomplete; try another copy of it",
        "Das Bild ist beschädigt oder unvollständig; versuche es mit einer anderen Kopie";
    too_many_pixels: "the picture has too many pixels for this device; make it smaller first",
        "Das Bild hat zu viele Pixel für dieses Gerät; verkleinere es zuerst";
    no_video: "this browser can't play that video; MP4 and WebM work most often",
        "Dieser Browser kann das Video nicht abspielen; MP4 und WebM gehen am ehesten";

    // Colours
    dark: "{}, dark", "{}, dunkel";
    light: "{}, light", "{}, hell";
    black: "Black", "Schwarz";
    grey: "Grey", "Grau";
    white: "White", "Weiß";
    red: "Red", "Rot";
    orange: "Orange", "Orange";
    yellow: "Yellow", "Gelb";
    green: "Green", "Grün";
    turquoise: "Turquoise", "Türkis";
    blue: "Blue", "Blau";
    purple: "Purple", "Violett";
    pink: "Pink", "Rosa";
    brown: "Brown", "Braun";
}

impl Studio {
    /// The name of a tool.
    pub fn tool(&self, tool: Tool) -> &'static str {
        match tool {
            Tool::Brush => self.brush,
            Tool::Eraser => self.eraser,
            Tool::Fill => self.fill,
            Tool::Line => self.line,
            Tool::Rectangle => self.rectangle,
            Tool::Stamp => self.stamp,
            Tool::Picker => self.picker,
        }
    }

    /// What a colour is called.
    pub fn colour(&self, colour: Rgb) -> String {
        let (hue, shade) = name(colour);
        let hue = match hue {
            Hue::Black => self.black,
            Hue::Grey => self.grey,
            Hue::White => self.white,
            Hue::Red => self.red,
            Hue::Orange => self.orange,
            Hue::Yellow => self.yellow,
            Hue::Green => self.green,
            Hue::Turquoise => self.turquoise,
            Hue::Blue => self.blue,
            Hue::Purple => self.purple,
            Hue::Pink => self.pink,
            Hue::Brown => self.brown,
        };
        match shade {
            Shade::Dark => fill(self.dark, &[hue]),
            Shade::Light => fill(self.light, &[hue]),
            Shade::Plain => hue.to_owned(),
        }
    }

    /// A colour of the palette: several may be called the same.
    pub fn colour_number(&self, colour: Rgb, place: usize) -> String {
        let number = (place + 1).to_string();
        fill(self.colour_number, &[&self.colour(colour), &number])
    }

    /// What the canvas is.
    pub fn board(&self, width: usize, height: usize) -> String {
        fill(self.board, &[&width.to_string(), &height.to_string()])
    }

    /// Where the keyboard's cursor is, and what is there.
    pub fn at(&self, at: Point, colour: Rgb) -> String {
        let (x, y) = ((at.x + 1).to_string(), (at.y + 1).to_string());
        fill(self.at, &[&x, &y, &self.colour(colour)])
    }

    /// A colour was taken from the drawing.
    pub fn picked(&self, colour: Rgb) -> String {
        fill(self.picked, &[&self.colour(colour)])
    }

    /// The width of a brush.
    pub fn pixels(&self, size: usize) -> String {
        fill(self.pixels, &[&size.to_string()])
    }

    /// A piece of the world.
    pub fn stamp_number(&self, place: usize) -> String {
        fill(self.stamp_number, &[&(place + 1).to_string()])
    }

    /// A picture of the gallery to draw on.
    pub fn ground_gallery(&self, name: &str) -> String {
        fill(self.ground_gallery, &[name])
    }

    /// A way to take several frames: how many, of how many seconds.
    pub fn take(&self, take: Take, frames: usize, seconds: &str) -> String {
        match take {
            Take::End => fill(self.take_end, &[&frames.to_string(), seconds]),
            Take::Evenly => fill(self.take_evenly, &[&frames.to_string(), seconds]),
            Take::One => self.take_one.to_owned(),
        }
    }

    /// Why a file can't be used.
    pub fn reason(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Empty => self.empty,
            Reason::Unknown => self.unknown,
            Reason::Damaged => self.damaged,
            Reason::TooLarge => self.too_many_pixels,
            Reason::NoVideo => self.no_video,
        }
    }
}

impl Texts {
    /// What is said where a picture is drawn or cut.
    pub fn studio(&self) -> &'static Studio {
        if self.tag == super::de::TEXTS.tag {
            &DE
        } else {
            &EN
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn both_languages_say_the_same_with_the_same_gaps() {
        for (name, en, de) in ALL {
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(en), gaps(de), "{name}");
            assert!(!en.is_empty() && !de.is_empty(), "{name}");
        }
        let same: Vec<_> = ALL.iter().filter(|(_, en, de)| en == de).collect();
        assert!(same.len() < 4, "{same:?}");
    }

    #[test]
    fn colours_and_places_read_well() {
        let (en, de) = (Language::En.texts().studio(), Language::De.texts().studio());
        assert_eq!(en.colour([150, 200, 250]), "Blue, light");
        assert_eq!(de.colour([150, 200, 250]), "Blau, hell");
        let place = Point { x: 0, y: 9 };
        assert_eq!(en.at(place, [0; 3]), "Column 1, row 10: Black.");
        assert_eq!(
            en.take(Take::End, 16, "1.1"),
            "The last 16, at the world's pace (1.1 s)"
        );
    }
}
