/** Figures in a document stand between marks, `<!-- bench:name -->` and `<!-- /bench:name -->`; the bench alone writes there. */

/** The document with this between the marks of that name. Throws if it has no such marks, or more than one. */
export function rewritten(document: string, name: string, content: string): string {
  const [opening, closing] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = document.indexOf(opening);
  const to = document.indexOf(closing);
  const isOnce = from === document.lastIndexOf(opening) && to === document.lastIndexOf(closing);
  if (from === -1 || to < from || !isOnce) throw new Error(`the document needs ${opening} … ${closing}, once`);
  return `${document.slice(0, from + opening.length)}\n\n${content.trim()}\n\n${document.slice(to)}`;
}
