/**
 * The wire between one server and its database. It can be slow, stop dead, or be cut at the two moments that matter: after
 * everything was said but before the commit, and after the commit but before its answer.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type Cut = 'before the commit' | 'after the commit';

export interface Wire {
  readonly port: number;
  /** Every piece takes this much longer, in each direction. */
  delayMs: number;
  /** This share of the commits meets the cut. */
  cutting: { readonly when: Cut; readonly share: number } | undefined;
  /** Nothing comes through any more, and nobody is told. */
  freeze(): void;
  /** Connections that were frozen are broken; new ones work. */
  thaw(): void;
  /** How many connections were cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** What the driver sends to commit, and what PostgreSQL answers when it is done. */
const commit = Buffer.from('Q\0\0\0\vcommit\0');
const commit_done = Buffer.from('COMMIT\0');

export async function openWire(targetPort: number): Promise<Wire> {
  const ends = new Set<Socket>();
  let cuts = 0;
  let frozen = false;
  const wire = {
    port: 0,
    delayMs: 0,
    cutting: undefined as Wire['cutting'],
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

  const meetsCut = (when: Cut, bytes: Buffer, mark: Buffer): boolean =>
    wire.cutting?.when === when && bytes.includes(mark) && Math.random() < wire.cutting.share;

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    const cut = (): void => {
      cuts++;
      near.destroy();
      far.destroy();
    };
    join(near, far, (bytes) => {
      if (!meetsCut('before the commit', bytes, commit)) return false;
      cut();
      return true;
    });
    join(far, near, (bytes) => {
      if (!meetsCut('after the commit', bytes, commit_done)) return false;
      cut();
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
