// What a screen reader, a keyboard and a weak eye meet: axe's rules, in every look.
import axe from 'axe-core';
import type { Page } from '@playwright/test';
import { LOOKS, look, type Look } from './state';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const REPORTED: axe.RunOptions = { resultTypes: ['violations', 'incomplete'] };
const ALL_BUT_CONTRAST: axe.RunOptions = { ...REPORTED, runOnly: RULES, rules: { 'color-contrast': { enabled: false } } };
const CONTRAST: axe.RunOptions = { ...REPORTED, runOnly: { type: 'rule', values: ['color-contrast'] } };

/**
 * Returns what breaks a rule in any look, and what axe cannot decide, since nothing else would look at it.
 *
 * Contrast comes last, because the page is simplified for it.
 */
export async function rulesBroken(page: Page): Promise<string[]> {
  // The page's policy allows no script from elsewhere; an evaluated one needs no permission.
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
 * Removes ornaments and what lies behind dialogs, and shows what is scrolled out of sight: axe judges no contrast
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
