/**
 * The wire between one server and its database. It can be slow, stop dead, or be cut at the two moments that matter: after
 * everything was said but before the commit, and after the commit but before its answer.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { followCommits, type Bound } from './commits.ts';

/** PostgreSQL says that a flight has arrived, and that no transaction is open. */
const ready = Buffer.from('Z\0\0\0\x05I');

export type Cut = 'before the commit' | 'after the commit';

export interface Wire {
  readonly port: number;
  /** Every piece takes this much longer, in each direction. */
  delayMs: number;
  /** This share of the commits meets the cut. */
  cutting: { readonly when: Cut; readonly share: number } | undefined;
  /** Asked of each commit before it is passed on, with what it is the commit of; true cuts it off. */
  before: ((bound: readonly Bound[]) => boolean) | undefined;
  /** Nothing comes through any more, and nobody is told. */
  freeze(): void;
  /** Connections that were frozen are broken; new ones work. */
  thaw(): void;
  /** How many connections were cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

export async function openWire(targetPort: number): Promise<Wire> {
  const ends = new Set<Socket>();
  let cuts = 0;
  let frozen = false;
  const wire = {
    port: 0,
    delayMs: 0,
    cutting: undefined as Wire['cutting'],
    before: undefined as Wire['before'],
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      for (const end of ends) end.destroy();
    },
    get cuts() {
      return cuts;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const end of ends) end.destroy();
      await closed;
    },
  };

  const meetsCut = (when: Cut): boolean => wire.cutting?.when === when && Math.random() < wire.cutting.share;

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    const commitIn = followCommits();
    let isCommitting = false;
    join(near, far, (bytes) => {
      const commit = commitIn(bytes);
      isCommitting = commit !== undefined;
      if (commit === undefined) return false;
      if (wire.before?.(commit.bound) !== true && !meetsCut('before the commit')) return false;
      cuts++;
      // All that stands before it is carried out.
      far.end(bytes.subarray(0, commit.at));
      near.destroy();
      return true;
    });
    join(far, near, (bytes) => {
      if (!isCommitting || !bytes.subarray(-ready.length).equals(ready)) return false;
      isCommitting = false;
      if (!meetsCut('after the commit')) return false;
      cuts++;
      near.destroy();
      far.destroy();
      return true;
    });
  });

  const join = (from: Socket, to: Socket, swallowed: (bytes: Buffer) => boolean): void => {
    ends.add(from);
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('close', () => {
      ends.delete(from);
      if (!frozen) to.destroy();
    });
    const late: Buffer[] = [];
    from.on('data', (bytes) => {
      if (frozen || swallowed(bytes)) return;
      late.push(bytes);
      // The oldest goes, whichever timer fires: also when the wire is fast again, nothing overtakes.
      const send = (): boolean => to.write(late.shift() ?? '');
      if (wire.delayMs > 0 || late.length > 1) setTimeout(send, wire.delayMs);
      else send();
    });
  };

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  wire.port = (server.address() as AddressInfo).port;
  return wire;
}
