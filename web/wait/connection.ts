/** The line that says how the connection is: nothing while all is well, and for a moment that it is again. */
import type { Connection } from '../client/events.ts';
import { at, setText } from './elements.ts';
import type { WaitWords } from './words.ts';

const regained_ms = 4_000;

let connection: Connection = 'live';
let timer: ReturnType<typeof setTimeout> | undefined;

function say(text: string): void {
  setText('connection', text);
}

/** `isTurn`: a place in line is kept while nobody can ask; a turn runs on. */
export function showConnection(next: Connection, said: WaitWords, isTurn: boolean): void {
  const before = connection;
  connection = next;
  at('connection')?.setAttribute('data-at', next);
  if (next === 'lost') {
    clearTimeout(timer);
    say(isTurn ? said.lostTurn : said.lost);
  } else if (before === 'lost') {
    say(said.regained);
    timer = setTimeout(() => say(''), regained_ms);
  }
}

/** Nothing is followed any more, so nothing is kept by it. */
export function forgetConnection(): void {
  clearTimeout(timer);
  connection = 'live';
  say('');
}
