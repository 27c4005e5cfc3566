/** The drawn map of a hall: what is in view, what a touch does, and what changes before the eyes. */
import { finger_reach, partAt, seatAt } from './map/aim.ts';
import { boxAround, type Box, type Point } from './map/block.ts';
import { clamped, fit, fitSection, scale_max, seen, toHall, type View, zoomed } from './map/camera.ts';
import { createDesk, type Desk } from './map/desk.ts';
import { type Hands, listen } from './map/input.ts';
import { readPalette } from './map/palette.ts';
import { near_from } from './map/painter.ts';
import { count, createScene, partOf, type Part, type Scene } from './map/scene.ts';
import type { SeatMap, SeatMapOptions } from './types.ts';

/** Pixels of a seat: from here on a tap selects, and so large it is after a tap that led nearer. */
const selects_from = { finger: 24, mouse: near_from };
const nearer = { finger: 44, mouse: 30 };
const step_factor = 1.9;
const wheel_rest_ms = 140;
/** One is in a section when the view is as near as this part of what shows all of it. */
const inside_share = 0.6;

interface Inner {
  readonly scene: Scene;
  readonly desk: Desk;
  readonly options: SeatMapOptions;
  /** The section that the page knows to be shown. */
  section: string | undefined;
  /** The seat that was toggled here: it needs not be brought into view. */
  toggled: number | undefined;
  /** What should stay in view when the size changes. */
  shown: Box | undefined;
  resting: ReturnType<typeof setTimeout> | undefined;
}

export function createSeatMap(canvas: HTMLCanvasElement, options: SeatMapOptions): SeatMap {
  const scene = createScene({ ...options, palette: readPalette(canvas) });
  const whole = () => fit(scene.layout.bounds, desk.size);
  const desk = createDesk({
    canvas,
    scene,
    wholeScale: () => whole().scale,
    onView: (isMoving) => {
      tellReach(map, canvas);
      if (!isMoving) tellSection(map);
    },
    onSize: () => {
      desk.motion.stop();
      desk.view = clamped(map.shown === undefined ? desk.view : fitted(map, map.shown), scene.layout.bounds, desk.size);
      tellReach(map, canvas);
    },
  });
  const map: Inner = {
    scene,
    desk,
    options,
    section: undefined,
    toggled: undefined,
    shown: scene.layout.bounds,
    resting: undefined,
  };
  const stopListening = listen(canvas, handsOf(map));
  const { left, right, top, bottom } = scene.layout.bounds;
  return {
    ratio: (bottom - top) / (right - left),
    update: (numbers) => update(map, numbers),
    select: (selected) => select(map, selected),
    show: (name) => show(map, name),
    zoom: (step) => {
      if (step === 'whole') go(map, scene.layout.bounds);
      else glide(map, zoomed(desk.view, desk.size, middleOf(map), desk.view.scale * step_factor ** stepOf[step]));
    },
    redraw: (language) => {
      scene.language = language;
      scene.palette = readPalette(canvas);
      desk.painter.forget();
      desk.minimap.forget();
      desk.repaint();
    },
    destroy: () => {
      clearTimeout(map.resting);
      stopListening();
      desk.destroy();
    },
  };
}

const stepOf = { in: 1, out: -1 } as const;

function middleOf({ desk: { size } }: Inner): Point {
  return { x: size.width / 2, y: size.height / 2 };
}

function fitted({ scene, desk }: Inner, box: Box): View {
  return box === scene.layout.bounds ? fit(box, desk.size) : fitSection(box, desk.size);
}

function glide(map: Inner, to: View): void {
  const { desk, scene } = map;
  map.shown = undefined;
  desk.motion.glide(desk.view, clamped(to, scene.layout.bounds, desk.size));
  desk.repaint();
}

function go(map: Inner, box: Box): void {
  glide(map, fitted(map, box));
  map.shown = box;
}

function move(map: Inner, to: View): void {
  const { desk, scene, options } = map;
  map.shown = undefined;
  desk.view = clamped(to, scene.layout.bounds, desk.size);
  options.onReach(reachOf(map));
  desk.repaint();
}

function reachOf({ desk, scene }: Inner) {
  const { scale } = desk.view;
  return {
    isWhole: scale <= fit(scene.layout.bounds, desk.size).scale * 1.01,
    isNearest: scale >= scale_max * 0.99,
    selects: scale >= selects_from.mouse,
  };
}

function tellReach(map: Inner, canvas: HTMLCanvasElement): void {
  const reach = reachOf(map);
  // Where there is nothing to pan, a finger scrolls the page.
  canvas.style.touchAction = reach.isWhole ? 'pan-y' : 'none';
  map.options.onReach(reach);
}

/** Tells the page which section one is in, when that is another one. */
function tellSection(map: Inner): void {
  const { desk, scene, options } = map;
  const part = partAt(scene, desk.view, 2);
  const isIn =
    part !== undefined &&
    (scene.parts.length === 1 || !reachOf(map).isWhole) &&
    desk.view.scale >= fitted(map, part.box).scale * inside_share;
  const name = isIn ? part.section.name : undefined;
  if (name === map.section) return;
  map.section = name;
  options.onSection(name);
}

function handsOf(map: Inner): Hands {
  const { desk, scene, options } = map;
  const rest = (): void => {
    desk.isHeld = false;
    desk.repaint();
    tellSection(map);
  };
  return {
    onGrab: () => {
      clearTimeout(map.resting);
      desk.motion.stop();
      desk.isHeld = true;
    },
    onPan: ({ x, y }) => {
      const { view } = desk;
      move(map, { ...view, x: view.x - x / view.scale, y: view.y - y / view.scale });
    },
    onZoom: (factor, at, from) => {
      const { x, y, scale } = desk.view;
      desk.motion.stop();
      const panned = { x: x - (at.x - from.x) / scale, y: y - (at.y - from.y) / scale, scale };
      move(map, zoomed(panned, desk.size, at, Math.min(scale_max, scale * factor)));
      clearTimeout(map.resting);
      desk.isHeld = true;
      map.resting = setTimeout(rest, wheel_rest_ms);
      return Math.abs(desk.view.scale / scale - 1) > 1e-3;
    },
    onRelease: ({ x, y }) => {
      clearTimeout(map.resting);
      rest();
      desk.motion.fling(desk.view, x, y);
      desk.repaint();
    },
    onTap: (at, isFinger) => tap(map, at, isFinger),
    onHover: (at) => {
      const selects = at !== undefined && desk.view.scale >= selects_from.mouse;
      options.onPoint(selects ? seatAt(scene, toHall(desk.view, desk.size, at), 0) : undefined);
    },
  };
}

function tap(map: Inner, at: Point, isFinger: boolean): void {
  const { desk, scene, options } = map;
  const { view, size } = desk;
  const elsewhere = desk.minimap.at(view, size, at);
  if (elsewhere !== undefined) {
    glide(map, { ...view, ...elsewhere });
    return;
  }
  const device = isFinger ? 'finger' : 'mouse';
  const point = toHall(view, size, at);
  if (view.scale < selects_from[device]) {
    lead(map, at, nearer[device]);
    return;
  }
  const seat = seatAt(scene, point, isFinger ? finger_reach / view.scale : 0.5);
  if (seat === undefined) return;
  map.toggled = seat;
  options.onToggle(seat);
}

/** From far away a tap leads into the section, and from there to its seats. */
function lead(map: Inner, at: Point, scale: number): void {
  const { scene, desk } = map;
  const { view, size } = desk;
  const point = toHall(view, size, at);
  const part = partAt(scene, point, 1) ?? partAt(scene, point, finger_reach / view.scale);
  const shown = part === undefined ? undefined : fitted(map, part.box);
  if (part === undefined || shown === undefined) glide(map, zoomed(view, size, at, view.scale * step_factor));
  else if (shown.scale > view.scale * 1.15) go(map, part.box);
  else glide(map, { ...point, scale });
}

function update(map: Inner, numbers: readonly number[]): void {
  const { scene, desk } = map;
  const seats = numbers.map((number) => number - 1);
  const parts = new Set<Part>();
  for (const seat of seats) {
    const part = partOf(scene, seat);
    if (part !== undefined) parts.add(part);
  }
  for (const part of parts) count(scene, part);
  desk.painter.changed(seats);
  desk.minimap.forget();
  desk.repaint(seats);
}

function select(map: Inner, selected: ReadonlySet<number>): void {
  const { scene, desk } = map;
  const before = scene.selected;
  const added = [...selected].filter((number) => !before.has(number));
  const changed = [...added, ...[...before].filter((number) => !selected.has(number))].map((number) => number - 1);
  scene.selected = selected;
  if (changed.length === 0) return;
  desk.painter.changed(changed);
  desk.repaint(changed);
  const elsewhere = added.filter((number) => number !== map.toggled);
  map.toggled = undefined;
  if (elsewhere.length > 0) reveal(map, elsewhere);
}

/** So many units around seats that are brought into view; more below, where the sheet grows over the map. */
const around = { side: 4.5, above: 3.5, below: 6.5 };

/** Brings seats into view, near enough to see what is around them. */
function reveal(map: Inner, numbers: readonly number[]): void {
  const { scene, desk } = map;
  const { xs, ys } = scene.layout;
  const box = boxAround(numbers.map((number) => ({ x: xs[number - 1] ?? 0, y: ys[number - 1] ?? 0 })));
  const { left, top, right, bottom } = seen(desk.view, desk.size);
  const isSeen = box.left > left + 1 && box.right < right - 1 && box.top > top + 1 && box.bottom < bottom - 1;
  if (isSeen && desk.view.scale >= near_from) return;
  map.section = partOf(scene, (numbers[0] ?? 1) - 1)?.section.name;
  go(map, {
    left: box.left - around.side,
    right: box.right + around.side,
    top: box.top - around.above,
    bottom: box.bottom + around.below,
  });
}

function show(map: Inner, name: string | undefined): void {
  if (name === map.section) return;
  map.section = name;
  const { parts, layout } = map.scene;
  const part = parts.length > 1 ? parts.find(({ section }) => section.name === name) : undefined;
  go(map, part?.box ?? layout.bounds);
}
