import { setTimeout } from 'node:timers/promises';

/**
 * Waits until `holds`, evaluated in the page, is true; after ten seconds it names what never was.
 * In place of page.waitForFunction, which from its second look on evaluates a text: the pages' policy forbids that.
 */
export async function until(page, holds) {
  for (let look = 0; !(await page.evaluate(holds)); ++look) {
    if (look === 500) throw new Error(`never came true: ${holds}`);
    await setTimeout(20);
  }
}
