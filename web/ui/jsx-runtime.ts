/**
 * What every `.tsx` file is compiled against (`jsxImportSource`): Preact's own functions, but no text of a page is ever
 * a text node that Preact remembers. A page translator takes text nodes out of the page and puts elements in their
 * place; Preact would go on writing into those that are gone, and a button that pays would keep the words of the one
 * before it. Text belongs to an element instead: setting it replaces whatever a translator made of the old one
 * (docs/decisions/021-text-under-translators.md).
 */
import { Fragment, jsx as create, type JSX as Preact } from 'preact/jsx-runtime';
import type { ComponentChild, ComponentChildren, VNode } from 'preact';

export { Fragment };

/** As Preact's, but no component may answer bare text: that would be a text node again. */
export declare namespace JSX {
  type LibraryManagedAttributes<C, P> = Preact.LibraryManagedAttributes<C, P>;
  type ElementType = keyof Preact.IntrinsicElements | ((props: never) => VNode | null | undefined | false);
  interface IntrinsicAttributes extends Preact.IntrinsicAttributes {}
  interface Element extends Preact.Element {}
  interface ElementChildrenAttribute extends Preact.ElementChildrenAttribute {}
  interface IntrinsicElements extends Preact.IntrinsicElements {}
}

type Props = Readonly<Record<string, unknown>> & { readonly children?: ComponentChildren };

/** Where text stands beside elements it has one of its own, which no style sheet names; and so have numbers anywhere. */
const text_element = 'x-text';
const number_element = 'x-number';
/** A translator leaves them alone: identifiers, keys of the keyboard. */
const never_translated: ReadonlySet<unknown> = new Set(['code', 'kbd']);
/** Elements that hold text and nothing else. */
const text_only: ReadonlySet<unknown> = new Set(['option', 'textarea', 'title', 'style', 'text', 'tspan']);

function isText(child: unknown): child is string | number {
  return typeof child === 'string' || typeof child === 'number';
}

function isNothing(child: unknown): boolean {
  return child === null || child === undefined || typeof child === 'boolean';
}

/** The text of children that are nothing else; undefined if there is an element among them, or nothing at all. */
function textOf(children: ComponentChildren): string | undefined {
  if (isText(children)) return String(children);
  if (!Array.isArray(children)) return undefined;
  let text: string | undefined;
  for (const child of children as ComponentChild[]) {
    if (isNothing(child)) continue;
    const part = textOf(child);
    if (part === undefined) return undefined;
    text = (text ?? '') + part;
  }
  return text;
}

/** A number, a sum, a clock: digits and signs, and at most the won after them. */
function isWordless(text: string): boolean {
  return !/\p{L}/u.test(text.replace('원', ''));
}

/**
 * Text in an element of its own. What has no words says that it is not to be translated, so that it is live and exact;
 * when it becomes words it is another element, since Preact cannot take `translate` away again.
 * A blank between two elements is left as it is: translators leave it too, and a line of boxes would make one of it.
 */
function held(text: string): ComponentChild {
  if (text.trim() === '') return text;
  return isWordless(text)
    ? create(number_element, { textContent: text, translate: false })
    : create(text_element, { textContent: text });
}

/** Each run of text within an element of its own. What is no text keeps its index, which is Preact's key for it. */
function withTextHeld(children: ComponentChildren): ComponentChildren {
  if (isText(children)) return held(String(children));
  if (!Array.isArray(children)) return children;
  const parts: ComponentChildren[] = [];
  let run: { readonly at: number; readonly text: string } | undefined;
  for (const child of children as ComponentChild[]) {
    if (isText(child)) {
      run = { at: run?.at ?? parts.length, text: `${run?.text ?? ''}${child}` };
      parts.push(null);
      parts[run.at] = held(run.text);
    } else {
      if (!isNothing(child)) run = undefined;
      parts.push(withTextHeld(child));
    }
  }
  return parts;
}

/** The same properties with its text, if it has nothing else, as one of them. */
function propsOf(type: string, { children, ...rest }: Props): Props {
  const text = type === (Fragment as unknown) ? undefined : textOf(children);
  if (text === undefined) return { ...rest, children: withTextHeld(children) };
  if (never_translated.has(type)) return { translate: false, ...rest, textContent: text };
  const isNumber = text.trim() !== '' && isWordless(text) && !('translate' in rest) && !text_only.has(type);
  return isNumber ? { ...rest, children: held(text) } : { ...rest, textContent: text };
}

export function jsx(type: string, props: Props, key?: string): VNode {
  const isOurs = props.children !== undefined && (typeof type === 'string' || type === Fragment);
  return create(type, (isOurs ? propsOf(type, props) : props) as { children?: ComponentChild }, key);
}

export { jsx as jsxs };
