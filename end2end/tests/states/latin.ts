// Latin words on a Korean page.
import type { Page } from '@playwright/test';

/** Latin words that Korean pages may contain: names, contents of tokens, and abbreviations that Korean uses. */
const KNOWN = [
  /Hallpass/, /English/, /JSON( Web Token)?/, /base64url/, /\/\.well-known\/jwks\.json/, /\S+@\S+/,
  /((Headless)?Chrome|Safari|Firefox|Edge)( \d+)?/, /iPhone|Android|Linux|Windows|macOS/, /\b[ap]\.?m\.?\b/i, /\bms\b/,
  /\baccess\b/, /\brefresh\b/, /\bjti\b/, /\b[0-9a-f]{32}\b/, /\b(IP|ID|JWT)\b/,
];

/** The unexpected Latin words in visible and in screen reader text. */
export async function latinWords(page: Page): Promise<string[]> {
  const said = await page.evaluate(() => {
    // Tokens, claims, ids and usernames are not translated.
    const leftOut = '.token, .claims th, .claims td:nth-child(2), code, [data-testid=username], .pass strong, script, style, noscript';
    const copy = document.body.cloneNode(true) as HTMLElement;
    for (const element of copy.querySelectorAll(leftOut)) element.remove();
    const names = ['aria-label', 'title', 'alt', 'placeholder'];
    const labels = [...copy.querySelectorAll('*')].flatMap((element) => names.map((name) => element.getAttribute(name) ?? ''));
    const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    const words: string[] = [];
    while (texts.nextNode()) words.push(texts.currentNode.textContent ?? '');
    return [...words, ...labels];
  });
  const left = said.map((text) => KNOWN.reduce((rest, known) => rest.replaceAll(new RegExp(known, 'g' + known.flags), ''), text));
  return left.filter((text) => /[A-Za-z]{2,}/.test(text));
}
