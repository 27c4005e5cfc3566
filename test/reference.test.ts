/** What the service says about itself: the OpenAPI document, the reference, the pages; and that they keep to this host. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { contract, refusalsOf, type Endpoint } from '../src/contract.ts';
import { refusals, type RefusalCode } from '../src/refusals.ts';
import { accountsAt, cookieOf } from './harness/accounts.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';
import { sendRaw } from './harness/raw-http.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, { readonly name?: string }>> };
}

let house: House;
let server: Server;

before(async () => {
  house = await openHouse();
  server = await house.start();
});
after(() => house.close());

const get = (url: string, headers: Record<string, string> = {}) => fetch(new URL(url, server.origin), { headers });

describe('the OpenAPI document', () => {
  let document: Document;
  before(async () => {
    document = (await (await get('/api/openapi.json')).json()) as Document;
  });

  test('is valid OpenAPI 3.1, to a judge that can say no', async () => {
    assert.match(document.openapi, /^3\.1\./);
    const verdict = await new Validator().validate({ ...structuredClone(document) });
    assert.equal(verdict.valid, true, JSON.stringify(verdict));
    const broken = { ...structuredClone(document), paths: { nonsense: 1 } };
    assert.equal((await new Validator().validate(broken)).valid, false);
  });

  test('has each endpoint where one looks for it', () => {
    const tagsOf = (path: string) => Object.values(document.paths[path] ?? {}).map(({ tags }) => tags[0]);
    assert.deepEqual(tagsOf('/api/v1/wallet/charge-orders'), ['Wallet', 'Wallet']);
    assert.deepEqual(tagsOf('/api/v1/webhooks/{method}'), ['Wallet']);
    assert.deepEqual(tagsOf('/api/v1/performances/{performanceId}/seats'), ['Concerts']);
    assert.deepEqual(tagsOf('/api/v1/time'), ['System']);
  });

  test('has every endpoint, with what it needs and every way it refuses', () => {
    const told = new Set<string>();
    for (const [name, endpoint] of Object.entries<Endpoint>(contract)) {
      const path = endpoint.url.replaceAll(/:(\w+)/g, '{$1}');
      const operation = document.paths[path]?.[endpoint.method.toLowerCase()];
      assert(operation !== undefined, `${endpoint.method} ${path}`);
      told.add(`${endpoint.method.toLowerCase()} ${path}`);
      assert.equal(operation.operationId, name);
      assert.equal(operation.security.length > 0, endpoint.needs !== 'nobody', name);
      assert.equal(operation.requestBody !== undefined, endpoint.body !== undefined, name);
      for (const status of Object.keys(endpoint.replies)) assert(operation.responses[status] !== undefined, name);
      for (const code of refusalsOf(endpoint)) {
        const response: Operation['responses'][string] | undefined = operation.responses[refusals[code].status];
        assert(response?.description.includes(`\`${code}\``), `${name} ${code}`);
        assert.deepEqual(Object.keys(response?.content ?? {}), ['application/problem+json']);
      }
    }
    const all = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(all.toSorted(), [...told].toSorted());
  });

  test('names the cookie that a sign-up sets', async () => {
    const { session } = document.components.securitySchemes;
    const cookie = cookieOf(await accountsAt(server).signUp());
    assert.equal(cookie.slice(0, cookie.indexOf('=')), session?.name);
  });

  test('knows every refusal of the contract', () => {
    const anywhere = new Set(Object.values<Endpoint>(contract).flatMap(refusalsOf));
    const missing = (Object.keys(refusals) as RefusalCode[]).filter((code) => !anywhere.has(code));
    assert.deepEqual(missing, []);
  });
});

/** Every address that a page loads something from. */
function loadedBy(html: string): string[] {
  return [...html.matchAll(/<(?:script|img|link|iframe)\b[^>]*?\s(?:src|href)="([^"]+)"/g)].map(
    ([, address]) => address ?? '',
  );
}

function scriptsIn(html: string): string[] {
  return [...html.matchAll(/<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g)]
    .map(([, text]) => text ?? '')
    .filter((text) => text !== '');
}

describe('a page', () => {
  test('says in both languages what this is, and loads from here alone', async () => {
    for (const [language, words] of [
      ['en', 'everybody comes at once'],
      ['ko', '몰려오는'],
    ] as const) {
      const page = await get('/developers', { 'accept-language': language });
      const html = await page.text();
      assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
      assert(html.includes(`<html lang="${language}">`) && html.includes(words));
      assert(html.includes('href="/docs"') && html.includes(server.origin));
      assert.deepEqual(scriptsIn(html), []);
      assert(!/\sstyle=|<style|\son\w+=/.test(html), 'nothing inline');
      for (const address of loadedBy(html)) {
        assert.match(address, /^\/\w/);
        assert.equal((await get(address)).status, 200, address);
      }
    }
    assert((await (await get('/developers?lang=ko', { 'accept-language': 'en' })).text()).includes('lang="ko"'));
  });

  test('has a strict policy', async () => {
    const { headers } = await get('/');
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert(!/unsafe|\*|https?:/.test(policy), policy);
    for (const name of ['x-content-type-options', 'x-frame-options', 'referrer-policy', 'cross-origin-opener-policy']) {
      assert(headers.has(name), name);
    }
    assert.equal(headers.get('strict-transport-security'), null, 'not over plain HTTP');
  });

  test('stands behind the type of every refusal', async () => {
    for (const code of Object.keys(refusals) as RefusalCode[]) {
      const url = `/problems/${code.toLowerCase().replaceAll('_', '-')}`;
      const html = await (await get(url, { 'accept-language': 'ko' })).text();
      assert(html.includes(code) && html.includes(refusals[code].title.ko), url);
    }
    assert.equal((await get('/problems/none-of-ours')).status, 404);
  });

  test('of the reference runs by its hash, with nothing from elsewhere', async () => {
    const page = await get('/docs');
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    const allowed = policy.split('; ').find((rule) => rule.startsWith('script-src ')) ?? '';
    const scripts = scriptsIn(html);
    assert(scripts.length > 0);
    for (const script of scripts)
      assert(allowed.includes(`'sha256-${createHash('sha256').update(script).digest('base64')}'`));
    assert(!/unsafe|https?:|\*/.test(allowed), allowed);
    assert.match(policy, /connect-src 'self'(;|$)/);
    const [source = ''] = loadedBy(html);
    const script = await fetch(new URL(source, page.url));
    assert.equal(script.status, 200);
    assert((await script.text()).length > 100_000);
    assert(html.includes('/api/openapi.json'));
  });

  test('of the reference, its script and the document are sent compressed, and only once', async () => {
    const sizes = new Map<string, number>();
    for (const url of ['/docs/js/scalar.js', '/docs/', '/api/openapi.json']) {
      const [first] = [await (await get(url)).text()];
      for (const encoding of ['br', 'gzip', 'identity']) {
        const answer = await get(url, { 'accept-encoding': encoding });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('content-encoding'), encoding === 'identity' ? null : encoding, url);
        assert.equal(answer.headers.get('vary'), 'accept-encoding');
        sizes.set(`${url} ${encoding}`, Number(answer.headers.get('content-length')));
        assert.equal(await answer.text(), first, `${url} ${encoding}`);
        const etag = answer.headers.get('etag') ?? '';
        const again = await get(url, { 'if-none-match': etag, 'accept-encoding': encoding });
        assert.deepEqual([again.status, await again.text()], [304, ''], url);
      }
    }
    const script = '/docs/js/scalar.js';
    assert((sizes.get(`${script} br`) ?? Infinity) < (sizes.get(`${script} identity`) ?? 0) / 3);
    assert.match((await get(script)).headers.get('cache-control') ?? '', /^public, max-age=\d{5,}$/);
    assert.match((await get('/docs/')).headers.get('content-security-policy') ?? '', /script-src 'self' 'sha256-/);
    // Without its last slash the page would look for its script elsewhere, also once it is kept.
    const bare = await fetch(new URL('/docs', server.origin), { redirect: 'manual' });
    assert.deepEqual([bare.status, bare.headers.get('location')], [301, '/docs/']);
  });

  test('of figures is rendered once for all who ask within a second', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, async () => (await get('/metrics')).text()));
    // Each asking is itself counted, so two renderings are never the same.
    assert(new Set(texts).size <= 2);
  });

  test('of the reference is not confused by a host that is none', async () => {
    for (const path of ['/docs', '/docs/']) {
      const { status } = await sendRaw(server.origin, `GET ${path} HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n`);
      assert.equal(status, 404, path);
    }
  });
});
