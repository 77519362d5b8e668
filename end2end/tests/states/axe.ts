// Accessibility: axe's rules, in every appearance.
import axe from 'axe-core';
import type { Page } from '@playwright/test';
import { LOOKS, look, type Look } from './state';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const REPORTED: axe.RunOptions = { resultTypes: ['violations', 'incomplete'] };
const ALL_BUT_CONTRAST: axe.RunOptions = { ...REPORTED, runOnly: RULES, rules: { 'color-contrast': { enabled: false } } };
const CONTRAST: axe.RunOptions = { ...REPORTED, runOnly: { type: 'rule', values: ['color-contrast'] } };

/** Returns the violations in any appearance, and what axe cannot decide. Contrast comes last, since it simplifies the page. */
export async function rulesBroken(page: Page): Promise<string[]> {
  // The page's policy blocks scripts of other origins, but not an evaluated one.
  await page.evaluate(axe.source);
  const found = await check(page, ALL_BUT_CONTRAST);
  await page.evaluate(simplify);
  return [...found, ...(await check(page, CONTRAST))];
}

async function check(page: Page, options: axe.RunOptions): Promise<string[]> {
  const found: string[] = [];
  for (const one of LOOKS) {
    await look(page, one);
    const { violations, incomplete } = await page.evaluate(run, options);
    found.push(...[...violations, ...incomplete].flatMap((result) => describe(one, result)));
  }
  return found;
}

/** Runs in the page. */
function run(options: axe.RunOptions): Promise<axe.AxeResults> {
  return (window as unknown as { axe: typeof axe }).axe.run(document, options);
}

function describe({ colorScheme, width }: Look, { id, help, nodes }: axe.Result): string[] {
  return nodes.map(
    ({ target, failureSummary }) => `${colorScheme}, ${width} px: ${id} (${help}) at ${target.join(' ')}: ${failureSummary}`,
  );
}

/**
 * Removes ornaments and what lies behind dialogs, and shows what is scrolled out of view: axe checks no contrast
 * there. Runs in the page.
 */
function simplify(): void {
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
