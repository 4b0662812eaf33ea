"""The one exception for what a person must put right."""


class Trouble(Exception):
    """What went wrong and what to do next, in words for a person."""
