/** The house inspects itself. Every rule is also shown a planted mess, because a check that cannot fail asserts nothing. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import * as rules from './harness/house-rules.ts';
import * as styles from './harness/style-rules.ts';

const root = path.join(import.meta.dirname, '..');

async function read(pattern: string): Promise<rules.Source[]> {
  const files = await Array.fromAsync(glob(pattern, { cwd: root }));
  return Promise.all(
    files.toSorted().map(async (file) => ({ path: file, text: await readFile(path.join(root, file), 'utf8') })),
  );
}

function planted(file: string, text: string): rules.Source[] {
  return [{ path: file, text }];
}

describe('the house', () => {
  let house: rules.Source[];
  let everything: rules.Source[];
  let migrations: rules.Source[];
  before(async () => {
    [house, everything, migrations] = await Promise.all([
      read('src/**/*.ts').then((files) => files.filter((file) => !file.path.endsWith('.test.ts'))),
      read('{src,test,bench}/**/*.ts'),
      read('db/migrations/*.sql'),
    ]);
  });

  test('was found at all', () => {
    assert(house.length > 30, `${house.length} files`);
    assert(everything.length > house.length);
    assert(migrations.length >= 5);
  });

  test('has every room, with a door', () => {
    const files = new Set(house.map((file) => file.path));
    const rooms = ['accounts', 'catalog', 'idempotency', 'reservation', 'wallet', 'payment', 'audit', 'console'];
    const doors = [...rooms.map((room) => `src/${room}/${room}.ts`), 'src/waiting-room/gate.ts'];
    assert.deepEqual(
      doors.filter((door) => !files.has(door)),
      [],
    );
  });

  test('imports along the corridor only', () => {
    assert.deepEqual(rules.importsAgainstTheCorridor(house), []);
    const mess = planted('src/wallet/wallet.ts', "import { pay } from '../payment/payment.ts';");
    assert.equal(rules.importsAgainstTheCorridor(mess).length, 1);
    const lazy = planted('src/platform/lane.ts', "const room = await import('../wallet/wallet.ts');");
    assert.equal(rules.importsAgainstTheCorridor(lazy).length, 1);
  });

  test('enters rooms by their doors', () => {
    assert.deepEqual(rules.importsPastTheDoor(house), []);
    const mess = planted('src/payment/payment.ts', "import {\n  entry,\n} from '../wallet/ledger.ts';");
    assert.equal(rules.importsPastTheDoor(mess).length, 1);
    const byDoor = planted('src/payment/payment.ts', "import { charge } from '../wallet/wallet.ts';");
    assert.deepEqual(rules.importsPastTheDoor(byDoor), []);
  });

  test('has one writer for each table', () => {
    assert.deepEqual(rules.tablesOfTwoWriters(house, migrations), []);
    const thief = planted('src/payment/payment.ts', 'sql`\n  update\n    wallets set balance = 0`');
    assert.equal(rules.tablesOfTwoWriters([...house, ...thief], migrations).length, 1);
  });

  test('keeps single things in one place', () => {
    assert.deepEqual(rules.thingsAwayFromHome(house), []);
    for (const text of [
      'const { PORT } = process.env;',
      'process.exit(1);',
      'const now = Date.now();',
      'const now = new Date();',
      "import { Client } from 'pg';",
      "import { parse } from 'pg-protocol';",
      'if (client._queryable) client.connection.stream.destroy();',
      "import fastify from 'fastify';",
      "import { Stripe } from 'stripe';",
      'await sql<Row[]>`select 1`;',
      'console.log(1);',
    ]) {
      assert.equal(rules.thingsAwayFromHome(planted('src/wallet/routes.ts', text)).length, 1, text);
    }
    assert.deepEqual(rules.thingsAwayFromHome(planted('src/wallet/routes.ts', '// not process.exit\n')), []);
  });

  test('keeps on a device only what goes through the store', async () => {
    const pages = await read('web/{client,console,fan,place,seats,ui,wait,words}/**/*.{ts,tsx}');
    assert(pages.length > 100, `${pages.length} files`);
    assert.deepEqual(rules.keepingPastTheStore(pages), []);
    for (const text of ["localStorage.getItem('a');", 'window.sessionStorage.a = 1;', "document.cookie = 'a=1';"])
      assert.equal(rules.keepingPastTheStore(planted('web/fan/pay.ts', text)).length, 1, text);
    assert.deepEqual(rules.keepingPastTheStore(planted('web/client/store.ts', 'localStorage.clear();')), []);
  });

  test('runs in pages only what they are built anew for when it changes', async () => {
    assert.deepEqual(
      rules.pagesRunningServerCode(await read('web/{client,console,fan,place,seats,ui,wait,words}/**/*.{ts,tsx}')),
      [],
    );
    const ran = (text: string) => rules.pagesRunningServerCode(planted('web/fan/pay.ts', text)).length;
    assert.equal(ran("import { refuse } from '../../src/refusals.ts';"), 1);
    assert.equal(ran("import type { Refusal } from '../../src/refusals.ts';\nimport '../../src/contract/text.ts';"), 0);
  });

  test('sets no text of a page where a translator could take it away', async () => {
    const pages = (await read('web/**/*.{ts,tsx}')).filter((file) => !file.path.startsWith('web/dist'));
    assert(pages.some((file) => file.path === 'web/ui/jsx-runtime.ts'));
    assert.deepEqual(rules.textsThatTranslatorsBreak(pages), []);
    for (const text of [
      "import { h, render } from 'preact';",
      "import { jsx } from 'preact/jsx-runtime';",
      'line.firstChild.data = text;',
      'place.append(document.createTextNode(text));',
      '<b translate={isNumber ? false : undefined}>{text}</b>',
      '/** @jsxImportSource preact */',
    ]) {
      assert.equal(rules.textsThatTranslatorsBreak(planted('web/fan/a.tsx', text)).length, 1, text);
    }
    assert.deepEqual(rules.textsThatTranslatorsBreak(planted('web/a.tsx', "import { render } from 'preact';")), []);
  });

  test('has no junk drawer', () => {
    assert.deepEqual(rules.junkDrawers(everything.map((file) => file.path)), []);
    assert.equal(rules.junkDrawers(['src/wallet/utils.ts', 'src/lib/a.ts', 'src/wallet/wallet.ts']).length, 2);
  });

  test('opens every file with what it is for', () => {
    assert.deepEqual(rules.filesWithoutOpening([...everything, ...migrations]), []);
    assert.equal(rules.filesWithoutOpening(planted('src/a.ts', 'export const a = 1;')).length, 1);
  });

  test('locks packages, not addresses', async () => {
    const lock = await readFile(path.join(root, 'package-lock.json'), 'utf8');
    assert(lock.includes('"node_modules/fastify"'));
    assert.deepEqual(rules.downloadAddresses(lock), []);
    assert.equal(rules.downloadAddresses('{"resolved": "https://packages.example/a/-/a-1.tgz"}').length, 1);
  });

  test('numbers its migrations', () => {
    assert.deepEqual(rules.misnumberedMigrations(migrations.map((file) => file.path)), []);
    assert.deepEqual(rules.misnumberedMigrations(['001_a.sql', '001_b.sql', 'c.sql']), ['001_b.sql', 'c.sql']);
  });
});

describe('the styles of pages', () => {
  let sheets: rules.Source[];
  before(async () => {
    sheets = (await read('web/**/*.css')).filter(({ path: file }) => !file.startsWith('web/dist/'));
    assert(sheets.length > 20, `${sheets.length} files`);
  });

  test('have no class of another page', () => {
    assert.deepEqual(styles.collidingClasses(sheets), []);
    // The cell of a form that a list of seats made a grid of.
    const form = { path: 'web/console/desk/desk.css', text: '.sections-table .rows { text-align: right; }' };
    assert.equal(styles.collidingClasses([...sheets, form]).length, 1);
    const modifier = planted('web/console/desk/desk.css', '.check.head { color: red; }');
    assert.equal(styles.collidingClasses([...sheets, ...modifier]).length, 1);
  });

  test('say nothing about the elements and classes of all pages', () => {
    assert.deepEqual(styles.leakingStyles(sheets), []);
    const leaks = planted('web/console/log/log.css', 'code, .table td, .entry > .table { color: red; }');
    assert.equal(styles.leakingStyles([...sheets, ...leaks]).length, 2);
  });
});
