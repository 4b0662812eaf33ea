"""The kinds of distractor. Each is a function (rng, ground, frames) that yields that many images."""

from .cards import cards
from .menu import menu
from .overlay import overlay
from .slides import slides
from .talking import talking
from .titles import titles

KINDS = {
    "menu": menu,
    "slides": slides,
    "talking": talking,
    "overlay": overlay,
    "cards": cards,
    "titles": titles,
}
