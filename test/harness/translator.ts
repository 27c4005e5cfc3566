/**
 * What a page translator does to a page, for as long as it is open: every text is taken out and elements are put in its
 * place, the framework's own node with it. Chrome's writes <font><font>…</font></font>; here what it "translated" stands
 * in «…», so that a test sees it. Like the real ones it leaves alone what says `translate="no"` or `notranslate`.
 */
import type { BrowserContext } from 'playwright-core';

const script = `(() => {
  const mayTranslate = ({ parentElement }) =>
    parentElement !== null &&
    parentElement.closest('font, script, style, noscript, textarea, [translate=no], .notranslate') === null;
  const translate = (text) => {
    if (text.data.trim() === '' || !mayTranslate(text)) return;
    const inner = document.createElement('font');
    inner.textContent = text.data.replace(/^(\\s*)([^]*?)(\\s*)$/, '$1«$2»$3');
    const outer = document.createElement('font');
    outer.append(inner);
    text.replaceWith(outer);
  };
  const translateAll = (node) => {
    if (node.nodeType === Node.TEXT_NODE) translate(node);
    const texts = document.createNodeIterator(node, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) found.push(text);
    found.forEach(translate);
  };
  new MutationObserver((changes) => {
    for (const { target, addedNodes, type } of changes) {
      if (type === 'characterData') translate(target);
      else addedNodes.forEach(translateAll);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
})()`;

/** From now on every page of this visitor is translated as soon as it says something. */
export async function translatePages(context: BrowserContext): Promise<void> {
  await context.addInitScript(script);
}
