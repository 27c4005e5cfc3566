/** The parts of the page by their ids. Any may be missing: which are there depends on where the fan stands. */
/** What was written, not what stands there: a page translator changes that, and writing again would be told again. */
const written = new WeakMap<HTMLElement, string>();

export function at(id: string): HTMLElement | null {
  return document.getElementById(id);
}

export function setText(id: string, text: string): void {
  const element = at(id);
  if (element === null || written.get(element) === text) return;
  element.textContent = text;
  written.set(element, text);
}

/** Writes markup only where it changed, so that what somebody reads or has selected stays. */
export function setHtml(id: string, html: string): void {
  const element = at(id);
  if (element === null || written.get(element) === html) return;
  element.innerHTML = html;
  written.set(element, html);
}

/** Says it to a screen reader. */
export function tell(text: string): void {
  setText('told', text);
}

/** The question whether to leave the line. */
export function leaving(): HTMLDialogElement | null {
  return at('leaving') as HTMLDialogElement | null;
}
