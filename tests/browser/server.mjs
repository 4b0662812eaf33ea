// Serves one folder on a free port of this machine.

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

export async function serve(folder) {
  const server = createServer(async (request, response) => {
    try {
      // `normalize` on an absolute path never leaves the root.
      const path = normalize(decodeURIComponent(new URL(request.url, "http://host").pathname));
      const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
      const { size } = await stat(file);
      const kind = KINDS[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": kind, "content-length": size });
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
