/** Calls the fan when it is their turn: a chime if they asked for it, and the phone's vibration. */
import { keep, read } from '../client/store.ts';

const wish = 'sound';
let audio: AudioContext | undefined;

export function soundWanted(): boolean {
  return read(wish) === 'on';
}

/** Call it from a click: only then may a page make a sound later. Answers with a short one, as a test. */
export function wantSound(wanted: boolean): void {
  keep(wish, wanted ? 'on' : 'off');
  if (!wanted) return;
  audio ??= new AudioContext();
  chime(audio, [784]);
}

export function callOut(): void {
  // Before anybody touched the page a browser refuses, and notes an error. Those that cannot tell do not refuse.
  const isTouched = (navigator as Partial<Navigator>).userActivation?.hasBeenActive ?? true;
  if (isTouched) navigator.vibrate?.([220, 120, 220, 120, 420]);
  if (!soundWanted()) return;
  try {
    audio ??= new AudioContext();
    chime(audio, [523, 659, 784, 1047]);
  } catch {
    // A browser without sound still has the title and the light.
  }
}

function chime(context: AudioContext, notes: readonly number[]): void {
  context.resume().catch(() => undefined);
  for (const [index, frequency] of notes.entries()) {
    const start = context.currentTime + index * 0.16;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.18, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.9);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 1);
  }
}

// A sound wished for before a reload needs a gesture again; any will do.
addEventListener(
  'pointerdown',
  () => {
    if (soundWanted()) audio ??= new AudioContext();
  },
  { once: true },
);
