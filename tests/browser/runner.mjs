// Runs tests one after the other and counts them.

const results = [];

/** Runs `body`; a failure is printed, and the tests after it still run. */
export async function test(name, body) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const note = await body();
    results.push(true);
    console.log(`ok   ${name} (${seconds()})${note ? `: ${note}` : ""}`);
  } catch (error) {
    results.push(false);
    console.log(`FAIL ${name} (${seconds()})\n     ${String(error.stack ?? error).replaceAll("\n", "\n     ")}`);
  }
}

/** Prints the counts; the exit code. */
export function finish() {
  const failed = results.filter((passed) => !passed).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 && results.length > 0 ? 0 : 1;
}
