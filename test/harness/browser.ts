/**
 * The browser that comes with the packages, and people who use it. What a page complains about (errors, requests to
 * other hosts, a broken content policy) is collected, so that every test can end with `assertNoComplaints`.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type APIResponse,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium,
} from 'playwright-core';
import { unpackChromium } from './chromium.ts';
import type { Server } from './server.ts';
import { translatePages } from './translator.ts';

const root = path.join(import.meta.dirname, '../..');
const wait_ms_max = 15_000;
const attempts_max = 5;
const seoul = 'Asia/Seoul';

async function executable(): Promise<{ path: string; env: Record<string, string> }> {
  const folder = await unpackChromium();
  const libraries = [path.join(folder, 'al2023/lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  const env = { ...(process.env as Record<string, string>), LD_LIBRARY_PATH: libraries };
  return { path: path.join(folder, 'chromium'), env };
}

export async function openBrowser(): Promise<Browser> {
  const { path: executablePath, env } = await executable();
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--font-render-hinting=none',
    // Fewer processes: the visitors of a test need no walls between sites, nor a renderer that is kept ahead for the next.
    '--in-process-gpu',
    '--disable-site-isolation-trials',
  ];
  return chromium.launch({ executablePath, env, headless: true, args });
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Where this visitor is, without the host. */
  path(): string;
  open(address: string): Promise<void>;
  /** An account of their own, signed in here. Answers its access token. */
  signUp(): Promise<string>;
  /** Nothing in the way of those who cannot see, hear or point: every rule, best practices too. */
  assertAccessible(): Promise<void>;
  assertNoComplaints(): void;
}

export interface VisitorOptions {
  readonly language?: 'ko' | 'en';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Pixels of the screen for one of the page; 2 with half the size is a browser zoomed to 200 %. */
  readonly sharpness?: number;
  /** A touch screen. */
  readonly touch?: boolean;
  readonly scripts?: boolean;
  /** Where the visitor's clock is; Seoul unless given. */
  readonly timezone?: string;
  /** With a page translator at work. */
  readonly translated?: boolean;
}

let visitors = 0;

export async function visit(browser: Browser, { origin }: Server, options: VisitorOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: origin, ...settingsOf(options) });
  context.setDefaultTimeout(wait_ms_max);
  if (options.translated === true) await translatePages(context);
  const page = await context.newPage();
  const complaints = listen(page, origin);
  const name = `visitor-${process.pid}-${(visitors += 1)}`;
  return {
    page,
    context,
    path: () => new URL(page.url()).pathname,
    open: async (address) => {
      await page.goto(address);
    },
    signUp: async () => {
      const answer = await patiently((attempt) => {
        const data = { email: `${name}-${attempt}@maejin.example`, password: 'a password for tests', name };
        return context.request.post('/api/auth/sign-up/email', { data });
      });
      return ((await answer.json()) as { token: string }).token;
    },
    assertAccessible: () => assertAccessible(page),
    assertNoComplaints: () => assert.deepEqual(complaints, []),
  };
}

/** Passwords are hashed behind all other work: a machine with too much of it says when to come again, as it does to anybody. */
export async function patiently(ask: (attempt: number) => Promise<APIResponse>, attempt = 1): Promise<APIResponse> {
  const answer = await ask(attempt);
  if (answer.ok()) return answer;
  assert(answer.status() === 503 && attempt < attempts_max, await answer.text());
  await sleep(Number(answer.headers()['retry-after']) * 1_000);
  return patiently(ask, attempt + 1);
}

function settingsOf(options: VisitorOptions): BrowserContextOptions {
  const { language = 'ko', theme = 'light', width = 1280, height = 860, scripts = true } = options;
  const { sharpness = 1, touch = false, timezone = seoul } = options;
  return {
    locale: language === 'ko' ? 'ko-KR' : 'en-GB',
    timezoneId: timezone,
    colorScheme: theme,
    javaScriptEnabled: scripts,
    viewport: { width, height },
    deviceScaleFactor: sharpness,
    hasTouch: touch,
    reducedMotion: 'reduce',
  };
}

function listen(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // The browser notes every refusal and every broken line by itself; those are told to the fan, not here.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol.startsWith('http')) complaints.push(`another host: ${request.url()}`);
  });
  return complaints;
}

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

let axe: Promise<string> | undefined;

async function assertAccessible(page: Page): Promise<void> {
  axe ??= readFile(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  await page.evaluate(await axe);
  const findings = (await page.evaluate(
    `(async () => {
      return (await axe.run(document, { resultTypes: ['violations'] })).violations;
    })()`,
  )) as readonly Finding[];
  const told = findings.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('\n')}`,
  );
  assert.deepEqual(told, [], `on ${page.url()}`);
}
