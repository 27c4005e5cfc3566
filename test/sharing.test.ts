/** A shared link as those see it who run no script: messengers and search engines read the head, and fetch the picture. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import { type House, openHouse } from './harness/house.ts';
import type { Server } from './harness/server.ts';

const public_url = 'https://tickets.example';
let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start({ PUBLIC_URL: `${public_url}/` });
  office = boxOffice(server);
});
after(() => house.close());

/** As a bot does: without cookies, without a language, without any script. */
const get = (address: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(address.replace(public_url, server.origin), { headers: { 'user-agent': 'a messenger', ...headers } });

const page = async (address: string, headers?: Record<string, string>): Promise<string> =>
  (await get(`${server.origin}${address}`, headers)).text();

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescaped = (text: string): string =>
  text
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    // Days and clocks are kept on one line; here they are read.
    .replaceAll('\u00a0', ' ');

/** What the head says, by the names of its tags. */
function tagsIn(html: string): Record<string, string> {
  const metas = [...html.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)"/g)];
  const canonical = /<link rel="canonical" href="([^"]+)"/.exec(html)?.[1];
  return Object.fromEntries([
    ...metas.map(([, name = '', content = '']) => [name, unescaped(content)]),
    ['title', unescaped(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '')],
    ...(canonical === undefined ? [] : [['canonical', unescaped(canonical)]]),
  ]) as Record<string, string>;
}

/** Width and height, of a file that is a PNG. */
async function sizeOf(answer: Response): Promise<[width: number, height: number]> {
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png']);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(bytes.subarray(0, 8).toString('latin1'), '\u0089PNG\r\n\u001a\n');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test('a link to a concert shows its name, date and place, and a picture', async () => {
  const { concertId } = await office.createConcert({
    title: '밤의 정원 — Night Garden',
    artist: '하늘',
    venue: '올림픽홀',
  });
  const path = `/concerts/${concertId}`;
  const korean = tagsIn(await page(path));
  assert.equal(korean['title'], '밤의 정원 · Maejin', 'who names no language reads that of the title');
  assert.equal(korean['og:title'], korean['title']);
  assert.equal(korean['description'], '2030년 5월 1일(수) 19:00 KST · 올림픽홀 · 하늘 · 50,000원부터');
  assert.equal(korean['og:description'], korean['description']);
  assert.deepEqual([korean['canonical'], korean['og:url']], [`${public_url}${path}`, `${public_url}${path}`]);
  assert.deepEqual([korean['og:locale'], korean['twitter:card']], ['ko_KR', 'summary_large_image']);
  assert.equal(korean['og:image:alt'], '밤의 정원, 하늘, 2030년 5월 1일(수) 19:00 KST, 올림픽홀');
  assert.equal(korean['robots'], undefined);

  const english = tagsIn(await page(path, { 'accept-language': 'en-GB' }));
  assert.equal(english['title'], 'Night Garden · Maejin');
  assert.equal(english['description'], 'Wed 1 May 2030, 19:00 KST · 올림픽홀 · 하늘 · from ₩50,000');
  const pictures = [korean, english].map((tags) => tags['og:image'] ?? '');
  assert(pictures.every((address) => address.startsWith(`${public_url}${path}/picture-`)));
  for (const address of pictures) {
    const answer = await get(address);
    assert.match(answer.headers.get('cache-control') ?? '', /public, max-age=86400/);
    const etag = answer.headers.get('etag') ?? '';
    assert.deepEqual(await sizeOf(answer), [1_200, 630]);
    assert.equal((await get(address, { 'if-none-match': etag })).status, 304);
    const head = await fetch(address.replace(public_url, server.origin), { method: 'HEAD' });
    assert.deepEqual([head.status, (await head.arrayBuffer()).byteLength], [200, 0]);
  }
  const answers = await Promise.all(pictures.map(async (address) => (await get(address)).arrayBuffer()));
  const [first, second] = answers.map((bytes) => Buffer.from(bytes));
  assert.notDeepEqual(first, second, 'each in its language');
  const plain = await page(path);
  assert.match(plain, /<noscript><h1>밤의 정원<\/h1><p>하늘 · 2030년 5월\s1일\(수\) 19:00\sKST · 올림픽홀<\/p>/);
});

test('programs are told each date as schema.org has it', async () => {
  const sections = [
    { name: 'A', rows: 1, seatsPerRow: 2, grade: 'R', price: 90_000 },
    { name: 'B', rows: 1, seatsPerRow: 2, grade: 'S', price: 40_000 },
  ];
  const starts = ['2030-05-01T10:00:00.000Z', '2031-05-02T10:00:00.000Z'];
  const { concertId } = await office.createConcert({
    performances: starts.map((startsAt) => ({ startsAt, sections })),
  });
  const html = await page(`/concerts/${concertId}`);
  assert.match(tagsIn(html)['description'] ?? '', /^Wed 1 May 2030 – Fri 2 May 2031 · /);
  const [, json = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
  const events = JSON.parse(json) as { startDate: string; offers: object }[];
  assert.deepEqual(
    events.map(({ startDate }) => startDate),
    starts,
  );
  assert.deepEqual(events[0]?.offers, {
    '@type': 'AggregateOffer',
    url: `${public_url}/concerts/${concertId}`,
    priceCurrency: 'KRW',
    lowPrice: 40_000,
    highPrice: 90_000,
  });
});

test('what somebody wrote is text, however it was written, and what is too long is cut', async () => {
  const nasty = ['"><script>alert(1)</script>', '</script><script>alert(1)</script>', "'&amp;{{body}}<!--head-->"];
  for (const title of [...nasty, '漢字🎤'.repeat(20), '긴제목'.repeat(66), 'W'.repeat(200), '정원'.normalize('NFD')]) {
    const { concertId } = await office.createConcert({ title, artist: title, venue: title });
    const answer = await get(`${server.origin}/concerts/${concertId}`);
    const html = await answer.text();
    assert.equal(answer.status, 200);
    const tags = tagsIn(html);
    assert.equal(tags['title']?.normalize('NFC'), `${title.normalize('NFC')} · Maejin`);
    const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    assert.deepEqual(
      scripts.filter((tag) => !/ src="\/assets\/|application\/ld\+json/.test(tag)),
      [],
    );
    const [, json = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
    assert.equal((JSON.parse(json) as [{ name: string }])[0].name.normalize('NFC'), title.normalize('NFC'));
    assert.deepEqual(await sizeOf(await get(tags['og:image'] ?? '')), [1_200, 630], title);
  }
});

test('a picture has a title, though nothing of the concert’s own can be drawn', async () => {
  const pictureOf = async (title: string, artist: string): Promise<string | null> => {
    const { concertId } = await office.createConcert({ title, artist });
    const answer = await get(`${server.origin}/concerts/${concertId}/picture-en.png`);
    return answer.headers.get('etag');
  };
  const byArtist = await pictureOf('The artist', '漢字');
  for (const title of ['漢字', '🎤', '「فيروز」']) assert.equal(await pictureOf(title, 'The artist'), byArtist, title);
  assert.equal(await pictureOf('漢字', '漢字'), await pictureOf('매진 Maejin', '漢字'));
});

test('a crowd that asks for the same picture has it drawn once', async () => {
  const { concertId } = await office.createConcert({ title: 'Often' });
  const address = tagsIn(await page(`/concerts/${concertId}`))['og:image'] ?? '';
  const answers = await Promise.all(Array.from({ length: 60 }, () => get(address)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], 'more than may wait for a drawing');
  assert.equal(new Set(answers.map(({ headers }) => headers.get('etag'))).size, 1);
});

test('the first page shows itself; what is of one reader or one moment is in no search engine', async () => {
  const { concertId } = await office.createConcert({ title: '봄 — Spring' });
  const home = tagsIn(await page('/', { 'accept-language': 'ko' }));
  assert.deepEqual([home['og:url'], home['canonical']], [`${public_url}/`, `${public_url}/`]);
  assert.equal(home['robots'], undefined);
  assert.deepEqual(await sizeOf(await get(home['og:image'] ?? '')), [1_200, 630]);
  const own = ['/my', '/join', '/wallet/return', '/console', '/console/log', `/reservations/${concertId}-abc`];
  const inside = ['wait', 'dates', 'dates/1'].map((part) => `/concerts/${concertId}/${part}`);
  for (const address of [...own, ...inside]) assert.equal(tagsIn(await page(address))['robots'], 'noindex', address);
  for (const address of inside) {
    const tags = tagsIn(await page(address, { 'accept-language': 'en' }));
    assert.equal(tags['canonical'], `${public_url}/concerts/${concertId}`, address);
    assert.equal(tags['og:title'], 'Spring · Maejin', address);
  }
  const robots = await page('/robots.txt');
  assert.match(robots, /^User-agent: \*\nDisallow: \/api\/$/m);
  assert.doesNotMatch(robots, /wait|concerts/, 'what says noindex must be read to say so');
});

test('an unknown concert has a page and no picture', async () => {
  for (const id of ['0000000000', 'x', '%00']) {
    const answer = await get(`${server.origin}/concerts/${id}`, { accept: 'text/html' });
    assert.equal(answer.status, 404, id);
    assert.match(answer.headers.get('content-type') ?? '', /html/, id);
    assert.equal((await get(`${server.origin}/concerts/${id}/picture-ko.png`)).status, 404, id);
  }
});

test('devices find icons and a manifest', async () => {
  const answer = await get(`${server.origin}/manifest.webmanifest`, { 'accept-language': 'ko' });
  assert.match(answer.headers.get('content-type') ?? '', /application\/manifest\+json/);
  const manifest = (await answer.json()) as { lang: string; icons: { src: string; sizes: string; purpose: string }[] };
  assert.equal(manifest.lang, 'ko');
  assert(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
  for (const { src, sizes } of manifest.icons) {
    assert.equal((await sizeOf(await get(`${server.origin}${src}`))).join('x'), sizes);
  }
  assert.deepEqual(await sizeOf(await get(`${server.origin}/apple-touch-icon.png`)), [180, 180]);
  assert.equal((await get(`${server.origin}/favicon.ico`)).headers.get('content-type'), 'image/x-icon');
  const html = await page('/');
  for (const link of [
    'rel="manifest" href="/manifest.webmanifest"',
    'rel="apple-touch-icon" href="/apple-touch-icon.png"',
  ])
    assert(html.includes(link), link);
});
