// The page as a visitor's hands and eyes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** For anything that computes; a software adapter takes seconds a frame. */
export const PATIENCE = Number(process.env.PATIENCE ?? 240_000);

export class Page {
  constructor(page) {
    this.page = page;
  }

  /** What the stage says of itself. */
  stage() {
    return this.page.getByTestId("stage").evaluate((stage) => ({ ...stage.dataset }));
  }

  async frame() {
    return Number((await this.stage()).frame);
  }

  /** Number of action buttons. */
  actions() {
    return this.page.getByTestId(/^action-\d+$/).count();
  }

  /** A digest of the canvas's pixels. */
  async picture() {
    const url = await this.page.getByTestId("canvas").evaluate((canvas) => canvas.toDataURL());
    return createHash("sha256").update(url).digest("hex");
  }

  /** Waits for a condition on the stage, with nothing under way. */
  async until(condition, argument) {
    const body = `
      const stage = document.querySelector('[data-testid="stage"]')?.dataset;
      const trouble = document.querySelector('[data-testid="trouble"]')?.textContent;
      if (trouble) throw new Error("the page says: " + trouble);
      return stage && stage.busy === "false" && stage.phase === "playing"
        && (${condition})({ stage }, argument);`;
    // Made here: the page's policy lets no text become a function there.
    await this.page.waitForFunction(new Function("argument", body), argument, { timeout: PATIENCE });
  }

  idle() {
    return this.until(() => true);
  }

  past(frame) {
    return this.until(({ stage }, frame) => Number(stage.frame) > frame, frame);
  }

  /** Exactly one frame of an action, as the keyboard and screen readers press buttons. */
  async act(action) {
    const before = await this.frame();
    await this.click(`action-${action}`);
    await this.until(({ stage }, frame) => Number(stage.frame) === frame, before + 1);
    return this.stage();
  }

  async backTo(frame, back) {
    for (let now = await this.frame(); now > frame; now = await this.frame()) {
      await back();
      await this.until(({ stage }, now) => Number(stage.frame) < now, now);
    }
    assert.equal(await this.frame(), frame);
  }

  /** Stops the world's own play and starts from the first picture of the gallery, time standing still. */
  async begin(picture = 0) {
    await this.until(() => true);
    if ((await this.stage()).running === "true") await this.click("pause");
    await this.click(`gallery-${picture}`);
    await this.until(({ stage }) =>
      stage.demo === "false" && stage.running === "false" && stage.frame === "0" && stage.length === "0");
    return this.stage();
  }

  /** Plays a list of actions, one frame each; the tokens of each frame. */
  async play(actions) {
    const tokens = [];
    for (const action of actions) tokens.push((await this.act(action)).tokens);
    return tokens;
  }

  /** Looks at a frame, as dragging along the timeline does. */
  async seek(frame) {
    await this.page.getByTestId("seek").evaluate((slider, frame) => {
      slider.value = String(frame);
      slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }, frame);
    await this.until(({ stage }, frame) => Number(stage.frame) === frame, frame);
    return this.stage();
  }

  click(id) {
    return this.page.getByTestId(id).evaluate((button) => button.click());
  }

  upload(name, bytes, mimeType = "image/png") {
    return this.page.getByTestId("upload").setInputFiles({ name, mimeType, buffer: bytes });
  }

  /** Waits until a desk is open, and the world has seen the newest of what lies on it. */
  async desk(name) {
    await this.page.waitForFunction((name) => {
      const { desk, reading } = document.querySelector('[data-testid="studio"]').dataset;
      return desk === name && (name === "" || reading === "false");
    }, name);
  }

  /** Plays what is open. */
  async playDesk(name) {
    await this.desk(name);
    await this.click(`${name}-play`);
    await this.desk("");
    await this.until(({ stage }) => stage.frame === "0" && stage.length === "0");
    return this.stage();
  }

  /** Red, green and blue of each pixel of a canvas, as text: `12 34 56`. */
  pixels(id) {
    return this.page.getByTestId(id).evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const pixels = [];
      for (let i = 0; i < data.length; i += 4) pixels.push(data.slice(i, i + 3).join(" "));
      return pixels;
    });
  }

  /** Opens all futures, each action held for so many frames, and waits for them; the tokens of each. */
  async futures(hold = 4) {
    const open = this.page.getByTestId("futures-open");
    if ((await open.getAttribute("aria-expanded")) !== "true") await this.click("futures-open");
    await this.page.getByTestId("hold").selectOption(String(hold));
    return this.ahead();
  }

  /** Closes all futures. */
  async lookAway() {
    const open = this.page.getByTestId("futures-open");
    if ((await open.getAttribute("aria-expanded")) !== "true") return;
    await this.click("futures-open");
    await this.page.getByTestId("futures").waitFor({ state: "detached" });
  }

  /** The tokens of each future, once all are there. */
  async ahead() {
    const actions = await this.actions();
    await this.until((_, actions) =>
      document.querySelectorAll('[data-testid^="future-"][data-tokens]').length === actions, actions);
    const futures = this.page.getByTestId(/^future-\d+$/);
    return futures.evaluateAll((all) => all.map((future) => future.dataset.tokens));
  }

  /** Waits until the view that explains has all its pictures. */
  explained() {
    return this.until(() => {
      const of = (id) => document.querySelector(`[data-testid="${id}"]`)?.dataset;
      return Number(of("unfold")?.steps) > 0 && Number(of("attention")?.blocks) > 0;
    });
  }
}
