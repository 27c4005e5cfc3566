/** The forms of a page, as a browser without scripts has them: where each is sent, and what with which button. */
export interface PageForm {
  readonly method: string;
  /** As the page says it. */
  readonly action: string;
  /** Fields that are sent whatever is pressed. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What pressing each adds; a button without a name adds nothing. */
  readonly buttons: readonly (readonly [name: string, value: string])[];
}

export function formsIn(page: string): PageForm[] {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', inside = '']) => ({
    method: (attributeOf(attributes, 'method') ?? 'get').toUpperCase(),
    action: attributeOf(attributes, 'action') ?? '',
    fields: [...inside.matchAll(/<input\b([^>]*)>/g)].flatMap(([, input = '']) => fieldOf(input)),
    buttons: [...inside.matchAll(/<button\b([^>]*)>/g)].map(
      ([, button = '']) => [attributeOf(button, 'name') ?? '', attributeOf(button, 'value') ?? ''] as const,
    ),
  }));
}

/** A box that is not ticked, and a choice that is not chosen, are not sent. */
function fieldOf(input: string): (readonly [string, string])[] {
  const name = attributeOf(input, 'name');
  const type = attributeOf(input, 'type') ?? 'text';
  const isLeftOut = /^(checkbox|radio)$/.test(type) && !/\bchecked\b/.test(input);
  return name === undefined || isLeftOut ? [] : [[name, attributeOf(input, 'value') ?? '']];
}

function attributeOf(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`).exec(attributes);
  const text = found?.[1] ?? found?.[2] ?? found?.[3];
  return text
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
