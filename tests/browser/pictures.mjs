// Pictures to upload, made here so that the repository holds none.

import { deflateSync } from "node:zlib";

/** A PNG file of `width` × `height` pixels; `colour(x, y)` gives red, green and blue. */
export function png(width, height, colour) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows.set(colour(x, y), y * (1 + 3 * width) + 1 + 3 * x);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** As PNG and prompt links have it. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A little landscape: sky, a hill, grass. */
export const landscape = (width, height) =>
  png(width, height, (x, y) => {
    const hill = height * (0.6 - 0.2 * Math.sin((3 * x) / width));
    if (y > hill) return [60, 140 + ((x ^ y) % 16), 50];
    return [120, 180, 230 - Math.floor((60 * y) / height)];
  });

/** An animated GIF of frames of one colour each, so many hundredths of a second apart. */
export function gif(width, height, frames, colour, hundredths = 20) {
  const two = (n) => [n & 255, n >> 8];
  const parts = [Buffer.from("GIF89a"), Buffer.from([...two(width), ...two(height), 0, 0, 0])];
  for (let n = 0; n < frames; n++) {
    // How long it is on show; a table of 128 colours of which the first is used.
    const table = Buffer.alloc(3 * 128);
    table.set(colour(n).map((c) => Math.min(255, c)));
    const head = [0x21, 0xf9, 4, 0, ...two(hundredths), 0, 0, 0x2c, 0, 0, 0, 0, ...two(width), ...two(height), 0x86];
    parts.push(Buffer.from(head), table, Buffer.from([7]));
    // Codes of eight bits, which never grow: the list of them is cleared in time.
    const codes = [];
    for (let pixel = 0; pixel < width * height; pixel++) {
      if (pixel % 100 === 0) codes.push(128);
      codes.push(0);
    }
    codes.push(129);
    for (let at = 0; at < codes.length; at += 255) {
      const block = codes.slice(at, at + 255);
      parts.push(Buffer.from([block.length, ...block]));
    }
    parts.push(Buffer.from([0]));
  }
  parts.push(Buffer.from([0x3b]));
  return Buffer.concat(parts);
}
