/** The line in the plainest way: who stands in it, who is inside, who is next. Written from the contract. */
import type { Expected } from './box-office-model.ts';

export type Because = 'PAID' | 'SESSION_ENDED' | 'LEFT';

export interface Place {
  readonly fan: number;
  status: 'WAIT' | 'ACTIVE' | 'EXPIRED';
  because: Because | null;
  token: string;
}

export interface QueueRules {
  readonly leavingAdmitsTheNext: boolean;
  readonly departuresShortenTheLine: boolean;
  readonly pausedRoomsAdmit: boolean;
}

export const invalidToken: Expected = { status: 401, code: 'QUEUE_TOKEN_INVALID' };

export class QueueModel {
  private readonly places: Place[] = [];
  private readonly concertId: string;
  private readonly rules: QueueRules;
  private maxActive: number;
  private notice: string | null = null;

  constructor({ concertId, maxActive }: { concertId: string; maxActive: number }, rules: QueueRules) {
    this.concertId = concertId;
    this.maxActive = maxActive;
    this.rules = rules;
  }

  /** The fan's newest place, whatever became of it. */
  placeOf(fan: number): Place | undefined {
    return this.places.findLast((place) => place.fan === fan);
  }

  issue(fan: number): Expected {
    const known = this.placeOf(fan);
    if (known !== undefined && known.status !== 'EXPIRED') {
      return { status: 200, fields: { token: known.token, ...this.told(known) } };
    }
    const place: Place = { fan, status: 'WAIT', because: null, token: '' };
    this.places.push(place);
    this.admit();
    return { status: 201, fields: this.told(place), learn: ({ token }) => (place.token = String(token)) };
  }

  status(fan: number): Expected {
    const place = this.placeOf(fan);
    if (place === undefined) return invalidToken;
    return { status: 200, fields: { ...this.told(place), expiredBecause: place.because } };
  }

  leave(fan: number): Expected {
    const place = this.placeOf(fan);
    if (place === undefined) return invalidToken;
    this.end(place, 'LEFT');
    if (this.rules.leavingAdmitsTheNext) this.admit();
    return { status: 204 };
  }

  /** Time passes for this session. Answers whether there was one. */
  expireSession(fan: number): boolean {
    const place = this.placeOf(fan);
    if (place?.status !== 'ACTIVE') return false;
    this.end(place, 'SESSION_ENDED');
    this.admit();
    return true;
  }

  change(patch: { maxActive?: number; paused?: { reason: string } | null }): Expected {
    this.maxActive = patch.maxActive ?? this.maxActive;
    if (patch.paused !== undefined) this.notice = patch.paused?.reason ?? null;
    this.admit();
    const paused = this.notice === null ? null : { reason: this.notice };
    return { status: 200, fields: { maxActive: this.maxActive, paused } };
  }

  /** What every endpoint behind the waiting room says first; undefined for who is inside. */
  gate(fan: number): Expected | undefined {
    const place = this.placeOf(fan);
    if (place === undefined) return invalidToken;
    if (place.status === 'WAIT') {
      return { status: 403, code: 'NOT_ADMITTED', fields: { position: this.position(place) } };
    }
    if (place.status === 'ACTIVE') return undefined;
    return { status: 403, code: 'ADMISSION_EXPIRED', fields: { expiredBecause: place.because } };
  }

  admit(): void {
    if (this.notice !== null && !this.rules.pausedRoomsAdmit) return;
    for (const place of this.places) {
      if (this.places.filter(({ status }) => status === 'ACTIVE').length >= this.maxActive) return;
      if (place.status === 'WAIT') place.status = 'ACTIVE';
    }
  }

  /** Ends a live place; the slot is given on by `admit`. */
  end(place: Place, because: Because): void {
    if (place.status !== 'EXPIRED') Object.assign(place, { status: 'EXPIRED', because });
  }

  private position(place: Place): number {
    const ahead = this.places.slice(0, this.places.indexOf(place));
    const counts = this.rules.departuresShortenTheLine ? ['WAIT'] : ['WAIT', 'EXPIRED'];
    return ahead.filter(({ status }) => counts.includes(status)).length + 1;
  }

  private told(place: Place): Record<string, unknown> {
    const waits = place.status === 'WAIT';
    const { concertId } = this;
    const position = waits ? this.position(place) : null;
    return { concertId, status: place.status, position, notice: waits ? this.notice : null };
  }
}
