/** How text of a page becomes elements (decision 021): what Preact is given instead of text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Loaded by name: its types are those of a browser, which the server's files must not see. */
const runtime = '../web/ui/jsx-runtime.ts';
const { Fragment, jsx } = (await import(runtime)) as {
  readonly Fragment: unknown;
  readonly jsx: (type: unknown, props: { readonly children: unknown }) => Node;
};

interface Node {
  readonly type: unknown;
  readonly props: Readonly<Record<string, unknown>>;
}

/** As `type{text}` and `type[children]`, so that a whole tree is one line. */
function shape(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(shape).join(' ')}]`;
  if (typeof node !== 'object' || node === null) return JSON.stringify(node) ?? 'nothing';
  const { type, props } = node as Node;
  const name = `${type === Fragment ? 'fragment' : String(type)}${props['translate'] === false ? '!' : ''}`;
  return 'textContent' in props ? `${name}{${String(props['textContent'])}}` : name + shape(props['children']);
}

const of = (type: string, ...children: unknown[]) =>
  shape(jsx(type, { children: children.length === 1 ? children[0] : children }));
const b = jsx('b', { children: 'B' });

test('text alone is a property of its element, joined over everything that shows nothing', () => {
  assert.equal(of('p', 'one'), 'p{one}');
  assert.equal(of('p', 'one ', null, ['two', false], 3), 'p{one two3}');
  assert.equal(of('p', ''), 'p{}');
  assert.equal(of('p', null), 'pnull');
});

test('beside elements each run of text has its own, and what is no text keeps its index', () => {
  assert.equal(of('p', 'one ', 'two ', b), 'p[x-text{one two } null b{B}]');
  assert.equal(of('p', false, b, ' ', b), 'p[false b{B} " " b{B}]');
  assert.equal(of('p', 'one', null, ' two', b, [b, 'three']), 'p[x-text{one two} null null b{B} [b{B} x-text{three}]]');
  assert.equal(shape(jsx(Fragment, { children: 'one' })), 'fragmentx-text{one}');
});

test('numbers, sums and clocks are not translated, nor are codes; options hold text alone', () => {
  for (const text of ['2', '1,000', '₩50,000', '50,000원', '−5', '4:05', '1 / 50', '–']) {
    assert.equal(of('p', text), `px-number!{${text}}`);
  }
  for (const text of ['2 seats', '50,000원 결제', '2석']) assert.equal(of('p', text), `p{${text}}`);
  assert.equal(of('p', b, ' 4:05'), 'p[b{B} x-number!{ 4:05}]');
  assert.equal(of('code', 'A1'), 'code!{A1}');
  assert.equal(of('option', '2'), 'option{2}');
});

test('a component is given its children as they are', () => {
  const component = () => null;
  assert.equal(jsx(component, { children: 'one' }).props['children'], 'one');
});
