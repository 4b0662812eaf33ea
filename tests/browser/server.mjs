// Serves one folder on a port of this machine, under any path, and counts what it sends.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const KINDS = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** `path` begins and ends with a slash; `port` 0 is a free one; `open`: pages from elsewhere may have the files. */
export async function serve(folder, { path: root = "/", port = 0, open = false } = {}) {
  /** How was asked for, name and bytes of each answer. */
  const sent = [];
  const server = createServer(async (request, response) => {
    try {
      // `normalize` on an absolute path never leaves the root.
      const path = normalize(decodeURIComponent(new URL(request.url, "http://host").pathname));
      if (!path.startsWith(root)) throw new Error("elsewhere");
      const name = path.slice(root.length);
      const file = join(folder, path.endsWith("/") ? `${name}index.html` : name);
      const { size } = await stat(file);
      const kind = KINDS[extname(file)] ?? "application/octet-stream";
      const { method } = request;
      sent.push({ method, name, bytes: method === "HEAD" ? 0 : size });
      const allowed = open ? { "access-control-allow-origin": "*" } : {};
      response.writeHead(200, { "content-type": kind, "content-length": size, ...allowed });
      if (method === "HEAD") response.end();
      else createReadStream(file).pipe(response);
    } catch {
      sent.push({ method: request.method, name: request.url, bytes: 0 });
      response.writeHead(404, open ? { "access-control-allow-origin": "*" } : {}).end();
    }
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  const { port: bound } = server.address();
  return {
    address: `http://127.0.0.1:${bound}${root.slice(0, -1)}`,
    port: bound,
    sent,
    /** Bytes sent since the last call. */
    bytes: () => sent.splice(0).reduce((sum, { bytes }) => sum + bytes, 0),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
