//! What is said where a picture is drawn or cut, in each language.

use super::fill;
use crate::footage::Take;
use crate::protocol::prompts::Reason;
use crate::sketch::names::{Hue, Shade, name};
use crate::sketch::{Point, Rgb, Tool};

group! {
    // The ways in
    draw, draw_on_frame, photo, own_file, opening, close, play_this,
    // The sketch
    sketch_title, board, board_more, tools, brush, eraser, fill, line, rectangle, stamp, picker, size,
    pixels, filled, mirror, undo, redo, palette, another_colour, colour_number, stamps, stamp_number,
    searching, ground, ground_plain, ground_frame, ground_gallery,
    // What is said of it
    at, undone, redone, begun, picked, drawn, begins, cancelled, opened,
    // What the world sees
    sees, sees_more, unread,
    // The part of a picture
    crop_title, crop_view, crop_more, zoom, whole, frames, take_end, take_evenly, take_one, draw_on,
    // Files that are none
    empty, unknown, damaged, too_many_pixels, no_video,
    // Colours
    dark, light, black, grey, white, red, orange, yellow, green, turquoise, blue, purple, pink, brown,
}

pub(super) const EN: Texts = Texts {
    // The ways in
    draw: "Draw a picture",
    draw_on_frame: "Draw on this frame",
    photo: "Take a photo",
    own_file: "Your own picture or video",
    opening: "Opening your picture …",
    close: "Close",
    play_this: "Play this",

    // The sketch
    sketch_title: "Draw a picture to play",
    board: "Drawing, {} by {} pixels",
    board_more: "Arrow keys move the cursor, with Shift by eight pixels. Space or Enter draws, and draws on \
         while it is held; lines and rectangles begin with one press and end with the next. Ctrl+Z \
         takes a step back.",
    tools: "Tools",
    brush: "Brush",
    eraser: "Eraser",
    fill: "Fill",
    line: "Line",
    rectangle: "Rectangle",
    stamp: "Stamp",
    picker: "Pick a colour",
    size: "Width",
    pixels: "{} px",
    filled: "Filled",
    mirror: "Mirror",
    undo: "Undo",
    redo: "Redo",
    palette: "The world's colours",
    another_colour: "Any colour",
    colour_number: "{}, colour {}",
    stamps: "Pieces of the world",
    stamp_number: "Piece {}",
    searching: "Looking through the world's pictures …",
    ground: "Begin anew on",
    ground_plain: "A blank sheet",
    ground_frame: "This frame",
    ground_gallery: "Picture: {}",

    // What is said of it
    at: "Column {}, row {}: {}.",
    undone: "Taken back.",
    redone: "Done again.",
    begun: "A new ground. Undo takes you back.",
    picked: "{} picked.",
    drawn: "Drawn.",
    begins: "Begins here; press again to end it.",
    cancelled: "Not drawn.",
    opened: "Your picture is open. Choose a part, then play it.",

    // What the world sees
    sees: "What the world sees",
    sees_more: "Your picture in the world's own codes: it can only see what it has learned.",
    unread: "The world can't read it just now.",

    // The part of a picture
    crop_title: "Choose a part",
    crop_view: "The part that is played",
    crop_more: "Drag it, or use the arrow keys; scroll, pinch or press + and − to enlarge.",
    zoom: "Enlarge",
    whole: "All of it, with bars beside it",
    frames: "Frames to start from",
    take_end: "The last {}, at the world's pace ({} s)",
    take_evenly: "{}, spread evenly over all {} s",
    take_one: "The first alone",
    draw_on: "Draw on it",

    // Files that are none
    empty: "the file is empty",
    unknown: "it is no picture that can be read here; PNG, JPEG, GIF, WebP and BMP can",
    damaged: "the picture is damaged or incomplete; try another copy of it",
    too_many_pixels: "the picture has too many pixels for this device; make it smaller first",
    no_video: "this browser can't play that video; MP4 and WebM work most often",

    // Colours
    dark: "{}, dark",
    light: "{}, light",
    black: "Black",
    grey: "Grey",
    white: "White",
    red: "Red",
    orange: "Orange",
    yellow: "Yellow",
    green: "Green",
    turquoise: "Turquoise",
    blue: "Blue",
    purple: "Purple",
    pink: "Pink",
    brown: "Brown",
};

pub(super) const DE: Texts = Texts {
    // The ways in
    draw: "Ein Bild zeichnen",
    draw_on_frame: "Auf diesem Bild zeichnen",
    photo: "Foto aufnehmen",
    own_file: "Eigenes Bild oder Video",
    opening: "Dein Bild wird geöffnet …",
    close: "Schließen",
    play_this: "Das spielen",

    // The sketch
    sketch_title: "Zeichne ein Bild zum Spielen",
    board: "Zeichnung, {} mal {} Pixel",
    board_more: "Pfeiltasten bewegen den Zeiger, mit Umschalt um acht Pixel. Leertaste oder Eingabe zeichnet, \
         gehalten immer weiter; Linien und Rechtecke beginnen mit einem Druck und enden mit dem \
         nächsten. Strg+Z nimmt einen Schritt zurück.",
    tools: "Werkzeuge",
    brush: "Pinsel",
    eraser: "Radierer",
    fill: "Füllen",
    line: "Linie",
    rectangle: "Rechteck",
    stamp: "Stempel",
    picker: "Farbe aufnehmen",
    size: "Breite",
    pixels: "{} px",
    filled: "Gefüllt",
    mirror: "Spiegeln",
    undo: "Rückgängig",
    redo: "Wiederholen",
    palette: "Farben der Welt",
    another_colour: "Jede Farbe",
    colour_number: "{}, Farbe {}",
    stamps: "Stücke der Welt",
    stamp_number: "Stück {}",
    searching: "Die Bilder der Welt werden durchsucht …",
    ground: "Neu beginnen auf",
    ground_plain: "Leerem Blatt",
    ground_frame: "Diesem Bild",
    ground_gallery: "Bild: {}",

    // What is said of it
    at: "Spalte {}, Zeile {}: {}.",
    undone: "Zurückgenommen.",
    redone: "Wiederholt.",
    begun: "Ein neuer Untergrund. Rückgängig führt zurück.",
    picked: "{} aufgenommen.",
    drawn: "Gezeichnet.",
    begins: "Beginnt hier; noch einmal drücken beendet.",
    cancelled: "Nicht gezeichnet.",
    opened: "Dein Bild ist offen. Wähle einen Ausschnitt, dann spiele es.",

    // What the world sees
    sees: "Was die Welt sieht",
    sees_more: "Dein Bild in den Codes der Welt: Sie sieht nur, was sie gelernt hat.",
    unread: "Die Welt kann es gerade nicht lesen.",

    // The part of a picture
    crop_title: "Wähle einen Ausschnitt",
    crop_view: "Der Ausschnitt, der gespielt wird",
    crop_more: "Ziehen oder Pfeiltasten bewegen; Rad, zwei Finger oder + und − vergrößern.",
    zoom: "Vergrößern",
    whole: "Das ganze Bild, mit Rändern",
    frames: "Bilder für den Anfang",
    take_end: "Die letzten {}, im Takt der Welt ({} s)",
    take_evenly: "{}, gleichmäßig über alle {} s",
    take_one: "Nur das erste",
    draw_on: "Darauf zeichnen",

    // Files that are none
    empty: "Die Datei ist leer",
    unknown: "Das ist kein Bild, das hier lesbar ist; PNG, JPEG, GIF, WebP und BMP sind es",
    damaged: "Das Bild ist beschädigt oder unvollständig; versuche es mit einer anderen Kopie",
    too_many_pixels: "Das Bild hat zu viele Pixel für dieses Gerät; verkleinere es zuerst",
    no_video: "Dieser Browser kann das Video nicht abspielen; MP4 und WebM gehen am ehesten",

    // Colours
    dark: "{}, dunkel",
    light: "{}, hell",
    black: "Schwarz",
    grey: "Grau",
    white: "Weiß",
    red: "Rot",
    orange: "Orange",
    yellow: "Gelb",
    green: "Grün",
    turquoise: "Türkis",
    blue: "Blau",
    purple: "Violett",
    pink: "Rosa",
    brown: "Braun",
};

impl Texts {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn both_languages_say_the_same_with_the_same_gaps() {
        let (english, german) = (EN.all(), DE.all());
        let both = || english.iter().zip(&german);
        for ((name, en), (_, de)) in both() {
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(en), gaps(de), "{name}");
            assert!(!en.is_empty() && !de.is_empty(), "{name}");
        }
        let same: Vec<_> = both().filter(|(en, de)| en.1 == de.1).collect();
        assert!(same.len() < 4, "{same:?}");
    }

    #[test]
    fn colours_and_places_read_well() {
        let (en, de) = (&Language::En.texts().studio, &Language::De.texts().studio);
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
