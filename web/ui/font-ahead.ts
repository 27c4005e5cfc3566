/**
 * The font comes in pieces, by the characters that a page shows. What is said when the line is down must not need a piece
 * that can no longer be fetched: those are fetched ahead, when nothing else is to be done.
 */
const family = `'Pretendard Variable'`;
/** Normal and bold come from the same files. */
const as_text = `16px ${family}`;

export function fetchFontFor(...texts: readonly string[]): void {
  const fetchNow = (): void => void document.fonts.load(as_text, texts.join(' ')).catch(() => undefined);
  if (document.readyState === 'complete') setTimeout(fetchNow);
  else addEventListener('load', fetchNow, { once: true });
}
