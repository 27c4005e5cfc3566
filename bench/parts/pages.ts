/**
 * The fan's pages in a real browser, as on a poor phone with a poor line: how much each one loads, when something is
 * painted, and when it can be used. Each is opened with nothing in the browser's cache.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../../test/harness/browser.ts';
import { openCluster, secrets } from '../ground.ts';
import { startService } from '../processes.ts';
import { day_seconds, filled, line, performances } from '../rows.ts';
import { spread, turns, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export interface PageRow {
  readonly name: string;
  /** Bytes as they came, compressed, without headers; `data` is what the API answered, `font` is apart. */
  readonly html: number;
  readonly js: number;
  readonly css: number;
  readonly data: number;
  readonly font: number;
  readonly requests: number;
  /** Milliseconds from asking for the page, slow processor and slow line: first paint of content, and usable. */
  readonly painted: Spread;
  readonly usable: Spread;
  /** Bytes of html, js and css that are allowed, if anything is said. */
  readonly goal: number | undefined;
}

export interface Pages {
  readonly browser: string;
  readonly slowdown: number;
  readonly network: typeof network;
  readonly rounds: number;
  readonly rows: readonly PageRow[];
  /** Pages that did not come to rest, and why. */
  readonly failures: readonly string[];
}

const slowdown = 4;
const network = { latencyMs: 150, downKilobits: 1_600, upKilobits: 750 } as const;
const phone = { width: 390, height: 844 } as const;
const page_ms_max = 45_000;
const quiet_ms = 1_500;
const waiting_concert = 'benchwait0';
const open_concert = 'benchopen0';
/** Bytes compressed, without the font: what the waiting room may weigh. */
const waiting_room_goal = 30 * 1024;

interface Opened {
  readonly name: string;
  readonly path: string;
  /** When this is there, a person can begin. */
  readonly ready: string;
  readonly goal?: number;
}

interface Loaded extends Omit<PageRow, 'painted' | 'usable' | 'goal'> {
  readonly painted: number;
  readonly usable: number;
}

export async function measurePages(run: PartRun): Promise<Pages> {
  const { quick, signal, say } = run;
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('pages');
  await filled(databaseUrl, async (sql) => {
    await line(sql, waiting_concert, { inside: 1, waiting: 1_000, graceSeconds: day_seconds });
    await performances(sql, waiting_concert, [50]);
    await line(sql, open_concert, { inside: 0, waiting: 0, graceSeconds: day_seconds, maxActive: 100 });
    await performances(sql, open_concert, [50, 2_000]);
  });
  await using service = await startService({ name: 'pages', folder: cluster.folder, databaseUrl, secrets });
  const origin = `http://127.0.0.1:${service.port}`;
  await using open = new AsyncDisposableStack();
  const browser = await openBrowser();
  open.defer(() => browser.close());
  const { state, reservation } = await settle(browser, origin);
  const pages = pagesOf(reservation);
  const loaded: Loaded[] = [];
  const failures = new Map<string, string>();
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const page of turns(pages, round)) {
      if (failures.has(page.name)) continue;
      try {
        loaded.push(await openSlowly(browser, { origin, state, page }));
      } catch (error) {
        failures.set(page.name, String(error).split('\n')[0] ?? '');
        say(`  ${page.name}: ${String(error)}`);
      }
    }
  }
  return {
    browser: `Chromium ${browser.version()}`,
    slowdown,
    network,
    rounds,
    rows: pages.flatMap((page) => rowOf(page, loaded) ?? []),
    failures: [...failures].map(([name, why]) => `${name}: ${why}`),
  };
}

function pagesOf(reservation: string): Opened[] {
  const own = `/concerts/${open_concert}`;
  return [
    { name: 'home', path: '/', ready: `a[href*="${open_concert}"]` },
    { name: 'join', path: '/join', ready: 'input[type="password"]' },
    { name: 'concert', path: own, ready: '#page h1' },
    {
      name: 'waiting room',
      path: `/concerts/${waiting_concert}/wait`,
      ready: '#position',
      goal: waiting_room_goal,
    },
    { name: 'dates', path: `${own}/dates`, ready: `a[href$="/dates/1"]` },
    { name: 'seats, 50', path: `${own}/dates/1`, ready: '#page h1' },
    { name: 'seats, 2,000', path: `${own}/dates/2`, ready: '#page h1' },
    { name: 'hold and pay', path: `/reservations/${reservation}`, ready: '#page h1' },
    { name: 'my page', path: '/my', ready: '#page h1' },
  ];
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

/** A fan with an account, a place in one line, inside at the other concert and with a seat on hold there. */
async function settle(browser: Browser, origin: string): Promise<{ state: State; reservation: string }> {
  const context = await browser.newContext({ baseURL: origin, locale: 'ko-KR' });
  try {
    context.setDefaultTimeout(page_ms_max);
    const data = { email: 'bench@maejin.example', password: 'a password for the bench', name: 'Bench' };
    const answer = await context.request.post('/api/auth/sign-up/email', { data });
    if (!answer.ok()) throw new Error(`signing up was answered ${answer.status()} ${await answer.text()}`);
    const page = await context.newPage();
    await page.goto(`/concerts/${waiting_concert}/wait?take=1`);
    await page.locator('#position').waitFor();
    await page.goto(`/concerts/${open_concert}/wait?take=1`);
    await page.locator('#enter').waitFor();
    const place = String(await page.evaluate(`localStorage.getItem('place:${open_concert}')`));
    const held = await context.request.post('/api/v1/reservations', {
      headers: { 'queue-token': place },
      data: { performanceId: `${open_concert}-1`, seatNumbers: [7] },
    });
    if (held.status() !== 201) throw new Error(`the hold was answered ${held.status()} ${await held.text()}`);
    const { id } = (await held.json()) as { id: string };
    return { state: await context.storageState(), reservation: id };
  } finally {
    await context.close();
  }
}

/** Runs in the page, before anything of its own: notes long tasks and when what was waited for is there. */
const noting = (ready: string): string => `
  window.noted = { tasks: 0, ready: 0 };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) noted.tasks = Math.max(noted.tasks, startTime + duration);
  }).observe({ type: 'longtask', buffered: true });
  (function look() {
    if (document.querySelector(${JSON.stringify(ready)}) !== null) noted.ready = performance.now();
    else requestAnimationFrame(look);
  })();`;

/** What a page loaded and when, told by the page itself. */
const telling = `(() => {
  const [page] = performance.getEntriesByType('navigation');
  const files = performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => [name, encodedBodySize]);
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return { html: page.encodedBodySize, dom: page.domContentLoadedEventEnd, paint: paint?.startTime ?? 0, files,
    now: performance.now(), ...noted };
})()`;

interface Noted {
  readonly html: number;
  readonly dom: number;
  readonly paint: number;
  readonly files: readonly (readonly [string, number])[];
  readonly now: number;
  readonly tasks: number;
  readonly ready: number;
}

interface Visit {
  readonly origin: string;
  readonly state: State;
  readonly page: Opened;
}

async function openSlowly(browser: Browser, { origin, state, page: opened }: Visit): Promise<Loaded> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: 'ko-KR',
    viewport: phone,
    reducedMotion: 'reduce',
    // Who joins has no account yet.
    ...(opened.path === '/join' ? {} : { storageState: state }),
  });
  try {
    context.setDefaultTimeout(page_ms_max);
    const page = await context.newPage();
    await page.addInitScript({ content: noting(opened.ready) });
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: network.latencyMs,
      downloadThroughput: (network.downKilobits * 1_000) / 8,
      uploadThroughput: (network.upKilobits * 1_000) / 8,
    });
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.goto(opened.path, { waitUntil: 'domcontentloaded' });
    return measured(opened.name, await settled(page));
  } finally {
    await context.close();
  }
}

/** Waits until the page is painted and ready, and its script has not been busy for a while. */
async function settled(page: Page): Promise<Noted> {
  const giveUpAt = performance.now() + page_ms_max;
  for (;;) {
    const noted = (await page.evaluate(telling)) as Noted;
    const lastBusy = Math.max(noted.tasks, noted.ready, noted.paint, noted.dom);
    if (noted.ready > 0 && noted.paint > 0 && noted.now - lastBusy > quiet_ms) return noted;
    if (performance.now() > giveUpAt)
      throw new Error(`did not come to rest: ${JSON.stringify({ ...noted, files: [] })}`);
    await page.waitForTimeout(250);
  }
}

function measured(name: string, noted: Noted): Loaded {
  const sum = (fits: (url: URL) => boolean): number =>
    noted.files.reduce((total, [url, bytes]) => (fits(new URL(url)) ? total + bytes : total), 0);
  const isFont = ({ pathname }: URL): boolean => pathname.startsWith('/assets/pretendard');
  return {
    name,
    html: noted.html,
    js: sum(({ pathname }) => pathname.endsWith('.js')),
    css: sum((url) => url.pathname.endsWith('.css') && !isFont(url)),
    data: sum(({ pathname }) => pathname.startsWith('/api/')),
    font: sum(isFont),
    requests: noted.files.length + 1,
    painted: noted.paint,
    usable: Math.max(noted.tasks, noted.ready, noted.paint, noted.dom),
  };
}

function rowOf({ name, goal }: Opened, loaded: readonly Loaded[]): PageRow | undefined {
  const own = loaded.filter((one) => one.name === name);
  const [one] = own;
  if (one === undefined) return undefined;
  const [painted, usable] = [spread(own.map(({ painted }) => painted)), spread(own.map(({ usable }) => usable))];
  return { ...one, painted, usable, goal };
}
