/** The duty that tends lines, with all that it needs beside the boards, for tests that let it run by themselves. */
import type { Database } from '../../src/platform/database.ts';
import type { Feed } from '../../src/platform/feed.ts';
import type { Duty } from '../../src/platform/ticker.ts';
import { createPresence, type Presence } from '../../src/waiting-room/presence.ts';
import { createResting } from '../../src/waiting-room/resting.ts';
import { createSupply } from '../../src/waiting-room/supply.ts';
import { createTending, type Tending } from '../../src/waiting-room/tending.ts';

type Given = Pick<Tending, 'boards' | 'roomsPerLook'> & {
  readonly database: Database;
  readonly feed: Feed;
  readonly presence?: Presence;
};

export function tendingOf({ presence: known, ...given }: Given): Duty {
  const [presence, supply] = [known ?? createPresence(given.database), createSupply()];
  return createTending({ ...given, presence, supply, resting: createResting({ ...given, presence, supply }) });
}
