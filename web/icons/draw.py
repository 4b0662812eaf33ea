"""Draws the page's icons, from the same pixels as the lamp of web/src/components/icons.rs.

python3 web/icons/draw.py        writes icon.svg, icon-192.png, icon-512.png and maskable-512.png here
"""

import struct
import zlib
from pathlib import Path

LAMP = """
......gg........
.......g........
......gggg......
.....gggggg.....
g...hhgggggg.gg.
gg.hhgggggggg..g
.ggggggggggggg.g
..ggggggggggggg.
....gggggggg....
......ssss......
.....gggggg.....
....ssssssss....
""".split()
COLOURS = {"g": (0xF0, 0xB4, 0x29), "h": (0xFF, 0xE3, 0x9A), "s": (0xB9, 0x7F, 0x10)}
GROUND = (0x13, 0x10, 0x22)


def picture(size, pixel, corner):
    """Rows of RGBA: the lamp in the middle, `pixel` wide each, on a ground with round corners."""
    left, top = (size - 16 * pixel) // 2, (size - 12 * pixel) // 2
    for y in range(size):
        row = bytearray()
        for x in range(size):
            dx = max(corner - x, x - (size - 1 - corner), 0)
            dy = max(corner - y, y - (size - 1 - corner), 0)
            inside = dx * dx + dy * dy <= corner * corner
            i, j = (x - left) // pixel, (y - top) // pixel
            kind = LAMP[j][i] if 0 <= i < 16 and 0 <= j < 12 else "."
            row += bytes((*COLOURS.get(kind, GROUND), 255 if inside else 0))
        yield bytes(row)


def png(rows, size):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def svg():
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" shape-rendering="crispEdges">']
    parts.append('<rect width="20" height="20" rx="4" fill="#%02x%02x%02x"/>' % GROUND)
    for kind, colour in COLOURS.items():
        path = "".join(
            f"M{x + 2} {y + 4}h1v1h-1z"
            for y, row in enumerate(LAMP)
            for x, pixel in enumerate(row)
            if pixel == kind
        )
        parts.append('<path fill="#%02x%02x%02x" d="%s"/>' % (*colour, path))
    return "".join(parts) + "</svg>\n"


def main():
    here = Path(__file__).parent
    (here / "icon.svg").write_text(svg())
    for name, size, pixel, corner in (
        ("icon-192.png", 192, 10, 40),
        ("icon-512.png", 512, 26, 104),
        # Systems cut it to any shape: all that matters is in the inner 80 %.
        ("maskable-512.png", 512, 20, 0),
    ):
        (here / name).write_bytes(png(picture(size, pixel, corner), size))


if __name__ == "__main__":
    main()
