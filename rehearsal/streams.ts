/** The status of a place as a stream of events, for fans who follow it instead of asking. */
import { request as plain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as secure } from 'node:https';

export interface Streams {
  /** False when as many are open as may be. */
  hasRoom(): boolean;
  /** Calls `told` with each status until it answers false or the stream ends. Resolves then; true if it was ever open. */
  follow(fan: number, queueToken: string, told: (json: Readonly<Record<string, unknown>>) => boolean): Promise<boolean>;
  close(): void;
}

export function createStreams(origins: readonly string[], streamsMax: number): Streams {
  const open = new Set<ClientRequest>();
  return {
    hasRoom: () => open.size < streamsMax,
    follow: (fan, queueToken, told) =>
      new Promise((resolve) => {
        const origin = origins[fan % origins.length] ?? '';
        const send = origin.startsWith('https:') ? secure : plain;
        const request = send(`${origin}/api/v1/queue-token/events`, {
          agent: false,
          headers: { 'Queue-Token': queueToken, Accept: 'text/event-stream' },
        });
        open.add(request);
        let opened = false;
        const over = (): void => {
          open.delete(request);
          resolve(opened);
        };
        request.on('error', over);
        request.on('close', over);
        request.on('response', (response) => {
          if (response.statusCode !== 200) {
            request.destroy();
            return;
          }
          opened = true;
          readEvents(response, (data) => {
            if (!told(JSON.parse(data) as Record<string, unknown>)) request.destroy();
          });
        });
        request.end();
      }),
    close: () => {
      for (const request of open) request.destroy();
    },
  };
}

function readEvents(response: IncomingMessage, event: (data: string) => void): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  response.on('data', (piece: string) => {
    text += piece;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const data = /^data: ?(.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) event(data);
    }
  });
}
