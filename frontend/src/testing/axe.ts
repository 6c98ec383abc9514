import axe from "axe-core";
import { expect } from "vitest";

/** Fails with the rule and the markup of each violation. jsdom lays nothing out: contrast is the browser test's. */
export async function expectAccessible(root: Element = document.body): Promise<void> {
  const { violations } = await axe.run(root, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  expect(found).toEqual([]);
}
