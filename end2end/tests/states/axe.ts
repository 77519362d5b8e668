// What a screen reader, a keyboard and a weak eye meet: axe's rules.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { LOOKS, look, type Look } from './state';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What is broken in any look, or undecided: what axe cannot decide nobody else would look at. */
export async function rulesBroken(page: Page): Promise<string[]> {
  const found: string[] = [];
  const judge = async (one: Look, axe: AxeBuilder) => {
    await look(page, one);
    const { violations, incomplete } = await axe.analyze();
    for (const { id, help, nodes } of [...violations, ...incomplete]) {
      for (const { target, failureSummary } of nodes) {
        found.push(`${one.colorScheme}, ${one.width} px: ${id} (${help}) at ${target.join(' ')}: ${failureSummary}`);
      }
    }
  };
  // The dark is another set of colours, and nothing else.
  for (const one of LOOKS.filter(({ colorScheme }) => colorScheme === 'light')) {
    await judge(one, new AxeBuilder({ page }).withTags(RULES).disableRules('color-contrast'));
  }
  await page.evaluate(plain);
  for (const one of LOOKS) await judge(one, new AxeBuilder({ page }).withRules('color-contrast'));
  return found;
}

/** Takes ornaments and what is behind something else away, and what is scrolled out of sight back: axe judges no contrast there. */
function plain(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    *::before, *::after { content: none !important; }
    * { animation: none !important; transition: none !important; }
    .pass, .pass * { background-image: none !important; }
    body:has(dialog[open]) * { visibility: hidden; }
    body:has(dialog[open]) dialog[open], body:has(dialog[open]) dialog[open] * { visibility: visible; }
    body:has(.toast) main * { visibility: hidden; }
    nav, .table { overflow: visible !important; flex-wrap: wrap !important; }
    td :is(a, code) { display: inline-block !important; }
  `);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
