/**
 * What a first visitor finds: something small to book at once, a hall, and a stadium for the crowd; an operator's
 * account to look behind the counter; and a page of text that says where to begin.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Hall } from './app.ts';
import { demoCrowd, type Crowd, type CrowdRooms } from './demo-crowd.ts';
import { generatedSecret } from './platform/generated-secret.ts';

/** The demo's concert that has a crowd in its line. */
const crowded_title = '매진 월드 투어 서울 — MAEJIN World Tour in Seoul';
const crowd_fans = 180;
const crowd_stay_ms = [8_000, 32_000] as const;
/** The crowd stays so long after the last sign of a visitor. */
const crowd_patience_ms = 10 * 60_000;

/** The crowd that a visitor finds at the demo's biggest concert; undefined if that was never seeded here. */
export async function openCrowd(hall: CrowdRooms & Pick<Hall, 'app' | 'catalog'>): Promise<Crowd | undefined> {
  const { concerts } = await hall.catalog.list({ limit: 50 });
  const concert = concerts.find(({ title }) => title === crowded_title);
  if (concert === undefined) return undefined;
  let visitedAt = -Infinity;
  hall.app.server.on('connection', () => (visitedAt = performance.now()));
  const isWatched = (): boolean => hall.app.eventStreams.count > 0 || performance.now() - visitedAt < crowd_patience_ms;
  return demoCrowd(hall, { concertId: concert.id, fans: crowd_fans, stayMs: crowd_stay_ms, isWatched });
}

export interface DemoLogin {
  readonly email: string;
  readonly password: string;
}

const password_file = 'demo-password';

/**
 * The demo operator of the data in `dataDir`, or undefined if the demo was not seeded there. The password is drawn
 * at random at the seeding: an address that others can reach would make a fixed one a door for everybody.
 */
export function demoOperator(dataDir: string, seeding: boolean): DemoLogin | undefined {
  if (!seeding && !existsSync(path.join(dataDir, password_file))) return undefined;
  return { email: 'operator@demo.maejin.example', password: generatedSecret(dataDir, password_file).slice(0, 16) };
}

/** What a terminal shows once the doors are open. `publicUrl` is where the fans find what listens at `address`. */
export function welcome(address: string, publicUrl: string, operator: DemoLogin | undefined): string {
  const lines = [
    `Maejin is open at ${address}`,
    ...(publicUrl === address ? [] : [`  to the fans as  ${publicUrl}`]),
    `  pages           ${address}/`,
    `  API reference   ${address}/docs   (OpenAPI: ${address}/api/openapi.json)`,
    `  health, figures ${address}/healthz  /readyz  /metrics`,
  ];
  if (operator !== undefined) {
    lines.push(
      `  operator        ${operator.email}   password ${operator.password}`,
      '  fans            sign themselves up; any address will do:',
      `    curl -s ${address}/api/auth/sign-up/email -H 'content-type: application/json' \\`,
      `      -d '{"email":"fan@example.com","password":"longenough","name":"Fan"}'      # answers your "token"`,
      `    curl -s ${address}/api/v1/concerts                                           # a concert's "id"`,
      `    curl -s -X POST ${address}/api/v1/concerts/ID/queue-tokens -H 'authorization: Bearer TOKEN'`,
      '  line            simulated fans come to the stadium (MAEJIN World Tour) when you do, to wait behind',
      '  README.md walks on from there to a paid seat.',
    );
  }
  return `${lines.join('\n')}\n  Ctrl-C closes: requests under way are answered first.\n`;
}

/** What the demo asks of the console: the body of `POST /admin/concerts`. */
export interface DemoConcert {
  readonly title: string;
  readonly artist: string;
  readonly venue: string;
  readonly maxActive: number;
  readonly performances: readonly DemoPerformance[];
}

interface DemoPerformance {
  readonly startsAt: string;
  readonly sections: readonly {
    readonly name: string;
    readonly rows: number;
    readonly seatsPerRow: number;
    readonly grade: string;
    readonly price: number;
  }[];
}

/** The demo's concerts, on evenings (Seoul time) of the weeks after `today`. */
export function demoConcerts(today: Date): DemoConcert[] {
  return [
    {
      title: '봄밤, 네 번의 약속 — Four Evenings in Spring',
      artist: '윤슬 Yunseul',
      venue: '마포 소극장 Mapo Little Theatre',
      maxActive: 100,
      performances: [14, 15, 16, 17].map((days) => ({
        startsAt: evening(today, days),
        sections: [{ name: 'A', rows: 5, seatsPerRow: 10, grade: '전석 Standard', price: 50_000 }],
      })),
    },
    {
      title: '겨울 나그네 — Winterreise',
      artist: '서울 체임버 앙상블 Seoul Chamber Ensemble',
      venue: '한강 콘서트홀 Hangang Concert Hall',
      maxActive: 300,
      performances: [
        {
          startsAt: evening(today, 30),
          sections: [
            { name: 'R', rows: 20, seatsPerRow: 30, grade: 'R석', price: 150_000 },
            { name: 'S', rows: 25, seatsPerRow: 32, grade: 'S석', price: 110_000 },
            { name: 'A', rows: 20, seatsPerRow: 30, grade: 'A석', price: 70_000 },
          ],
        },
      ],
    },
    {
      title: crowded_title,
      artist: '매진 MAEJIN',
      venue: '올림픽 주경기장 Olympic Stadium',
      maxActive: 60,
      performances: [
        {
          startsAt: evening(today, 60),
          sections: [
            { name: 'F1', rows: 50, seatsPerRow: 100, grade: 'VIP', price: 198_000 },
            { name: 'F2', rows: 50, seatsPerRow: 100, grade: 'VIP', price: 198_000 },
            ...['101', '102', '103', '104'].map((name) => stand(name, 'R석', 154_000)),
            ...['201', '202', '203', '204'].map((name) => stand(name, 'S석', 121_000)),
          ],
        },
      ],
    },
  ];
}

function stand(name: string, grade: string, price: number) {
  return { name, rows: 50, seatsPerRow: 100, grade, price };
}

/** 19:30 in Seoul, so many days on. */
function evening(today: Date, days: number): string {
  const day = new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  return `${day}T10:30:00.000Z`;
}
