/**
 * Connections that nobody uses at the moment, the one used last in front: its caches are warm, in PostgreSQL and in the
 * processor. To the driver's pool they are in use, since each way in and out of it costs a timer.
 */
export function createRested<Link extends { release(broken?: boolean): void }>() {
  const links: Link[] = [];
  return {
    take: () => links.pop(),
    put: (link: Link) => links.push(link),
    /** One that broke. */
    drop: (isIt: (link: Link) => boolean) => {
      const at = links.findIndex(isIt);
      for (const gone of at === -1 ? [] : links.splice(at, 1)) gone.release(true);
    },
    release: () => {
      for (const link of links.splice(0)) link.release();
    },
  };
}
