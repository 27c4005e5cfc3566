/**
 * The styles of pages as functions over their files. A page's styles stay when another page is opened after it, so a class
 * of one page must be no class of another: each answers its complaints, for tidy.test.ts.
 */
import type { Source } from './house-rules.ts';

interface App {
  readonly name: string;
  /** Styles of every page: the words that pages may say more about. */
  readonly shared: RegExp;
  readonly pages: RegExp;
}

const apps: readonly App[] = [
  { name: 'console', shared: /^web\/(ui\/|console\/console\.css$)/, pages: /^web\/(console|seats)\// },
  { name: 'fan', shared: /^web\/(ui\/|fan\/fan\.css$)/, pages: /^web\/(fan|seats)\// },
];

/** What a part leaves to the page that holds it. */
const held: ReadonlyMap<string, readonly string[]> = new Map([
  ['turn-bar', ['web/fan/pages/seats.css']],
  ['map-head', ['web/console/desk/desk.css']],
  ['seat-map', ['web/fan/pages/seats.css']],
  ['legend', ['web/fan/pages/seats.css', 'web/seats/map.css']],
  ['mark', ['web/fan/pages/seats.css']],
  ['home', ['web/fan/search.css', 'web/fan/pages/home.css']],
  ['intro', ['web/fan/search.css', 'web/fan/pages/home.css']],
]);
/** A word that means the same of whatever it is said. */
const modifiers = new Set(['alarm']);

interface Rule {
  readonly file: string;
  readonly selector: string;
  /** Of an element without anything around it: then it is one wherever it stands. */
  readonly first: readonly string[];
  readonly classes: readonly string[];
}

function rulesOf({ path: file, text }: Source): Rule[] {
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const heads = [...plain.matchAll(/(?<=^|[{};])\s*([^{};@]+)\{/g)].flatMap(([, head = '']) => selectorsIn(head));
  return heads.map((head) => {
    const selector = head.trim();
    const [compound = ''] = selector.split(/[\s>+~]/);
    return { file, selector, first: classesIn(compound.replaceAll(/\([^)]*\)/g, '')), classes: classesIn(selector) };
  });
}

/** Commas in brackets part no selectors. */
function selectorsIn(head: string): string[] {
  let depth = 0;
  const marked = Array.from(head, (sign) => {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    return sign === ',' && depth === 0 ? '\n,' : sign;
  });
  return marked.join('').split('\n,');
}

const classesIn = (selector: string): string[] =>
  [...selector.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = '']) => name);

/** Classes of one page that another page of the same application has too. */
export function collidingClasses(sources: readonly Source[]): string[] {
  return apps.flatMap(({ name, shared, pages }) => {
    const rules = sources.filter(({ path }) => shared.test(path) || pages.test(path)).flatMap(rulesOf);
    const ofAll = new Set(rules.filter(({ file }) => shared.test(file)).flatMap(({ first }) => first.slice(0, 1)));
    const ofPages = rules.filter(({ file }) => !shared.test(file));
    return [...new Set(ofPages.flatMap((rule) => complaints(rule, ofPages, ofAll)))].map((told) => `${name}: ${told}`);
  });
}

function complaints({ file, selector, first }: Rule, ofPages: readonly Rule[], ofAll: ReadonlySet<string>): string[] {
  const [own, ...more] = first;
  if (own === undefined) return [];
  const others = ofPages.filter(
    (other) => other.file !== file && other.classes.includes(own) && held.get(own)?.includes(other.file) !== true,
  );
  return [
    ...others.map((other) => `.${own} of ${file} is a class of ${other.file}`),
    ...more
      .filter((name) => ofAll.has(name) && !modifiers.has(name))
      .map((name) => `${selector} of ${file} is also a .${name}`),
  ];
}

/** Styles of one page that say something about elements and classes of all. */
export function leakingStyles(sources: readonly Source[]): string[] {
  return apps.flatMap(({ name, shared, pages }) => {
    const rules = sources.filter(({ path }) => shared.test(path) || pages.test(path)).flatMap(rulesOf);
    const ofAll = new Set(rules.filter(({ file }) => shared.test(file)).flatMap(({ first }) => first.slice(0, 1)));
    return rules
      .filter(({ file }) => !shared.test(file))
      .filter(({ first: [own, ...more], selector }) => {
        const isOfAll = own === undefined ? !unclassed.test(selector) : ofAll.has(own) && more.length === 0;
        return isOfAll && !selector.includes(':has(');
      })
      .map(({ file, selector }) => `${name}: ${selector} of ${file} is meant for all pages`);
  });
}

/** Properties of the document, marks of data, steps of an animation, and what stands in a part's own element. */
const unclassed = /^(:root|\[data-|from|to|\d|td > \.)/;
