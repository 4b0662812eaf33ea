// What axe-core finds on a page in Chromium.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const AXE = fileURLToPath(new URL("node_modules/axe-core/axe.min.js", import.meta.url));

/** Rules that are broken, and where; beside the page's policy, which allows no script but its own. */
export async function violations(shown) {
  const tools = await shown.context().newCDPSession(shown);
  const source = await readFile(AXE, "utf8");
  await tools.send("Runtime.evaluate", { expression: source });
  const { result } = await tools.send("Runtime.evaluate", {
    expression: "axe.run().then(({ passes, violations }) => JSON.stringify([passes.length, " +
      "violations.map((v) => [v.id, v.help, ...v.nodes.map((n) => n.html.slice(0, 200))])]))",
    awaitPromise: true,
  });
  await tools.detach();
  const [passes, found] = JSON.parse(result.value);
  assert.ok(passes > 20, `only ${passes} rules had anything to look at`);
  return found;
}
