/** Where sections stand in a hall, as arithmetic: rows of blocks before a stage, each as wide and deep as its seats. */

export interface PlannedSection {
  readonly name: string;
  readonly rows: number;
  readonly seatsPerRow: number;
  readonly grade: string;
  readonly price: number;
}

interface Block {
  readonly section: PlannedSection;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** A line for each row of seats, as long as they can be told apart. */
  readonly path: string;
}

const width = 100;
const top = 9;
const gap = 2;
const lines_max = 40;
const height_min = 34;

export function hallOf(sections: readonly PlannedSection[]) {
  const shelves = shelvesOf(sections);
  let y = top;
  const blocks: Block[] = [];
  for (const shelf of shelves) {
    // A shelf with a few narrow sections is drawn at the scale of the widest one, so that sizes compare.
    const scale = scaleOf(shelves);
    const wide = shelf.reduce((sum, section) => sum + section.seatsPerRow * scale, 0) + gap * (shelf.length - 1);
    const heights = shelf.map((section) => Math.min(30, Math.max(4, section.rows * scale * 1.2)));
    let x = (width - wide) / 2;
    for (const [index, section] of shelf.entries()) {
      const w = Math.max(0.5, section.seatsPerRow * scale);
      const h = heights[index] ?? 4;
      blocks.push({ section, x, y, w, h, path: linesOf(section.rows, { x, y, w, h }) });
      x += w + gap;
    }
    y += Math.max(...heights) + gap;
  }
  return { width, height: Math.max(height_min, y), blocks };
}

/** About as many seats across as a hall of this size has, and never fewer than its widest section. */
function shelvesOf(sections: readonly PlannedSection[]): PlannedSection[][] {
  const seats = sections.reduce((sum, section) => sum + section.rows * section.seatsPerRow, 0);
  const across = Math.max(Math.sqrt(seats * 2.4), ...sections.map((section) => section.seatsPerRow));
  const shelves: PlannedSection[][] = [];
  let room = 0;
  for (const section of sections) {
    const shelf = shelves.at(-1);
    if (shelf === undefined || section.seatsPerRow > room) {
      shelves.push([section]);
      room = across - section.seatsPerRow;
    } else {
      shelf.push(section);
      room -= section.seatsPerRow;
    }
  }
  return shelves;
}

function scaleOf(shelves: readonly (readonly PlannedSection[])[]): number {
  return Math.min(
    ...shelves.map((shelf) => {
      const seats = shelf.reduce((sum, section) => sum + section.seatsPerRow, 0);
      return Math.max(1, width - 4 - gap * (shelf.length - 1)) / Math.max(1, seats);
    }),
    2,
  );
}

function linesOf(rows: number, { x, y, w, h }: { x: number; y: number; w: number; h: number }): string {
  if (rows < 2 || rows > lines_max) return '';
  const step = h / rows;
  const lines = Array.from({ length: rows - 1 }, (_none, row) => `M${x} ${(y + (row + 1) * step).toFixed(2)}h${w}`);
  return lines.join('');
}

export interface PlannedGrade {
  readonly grade: string;
  readonly priceMin: number;
  readonly priceMax: number;
  readonly seatsTotal: number;
}

/** In the order in which the sections name them. */
export function gradesOf(sections: readonly PlannedSection[]): PlannedGrade[] {
  return [...Map.groupBy(sections, (section) => section.grade)].map(([grade, own]) => ({
    grade,
    priceMin: Math.min(...own.map(({ price }) => price)),
    priceMax: Math.max(...own.map(({ price }) => price)),
    seatsTotal: own.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0),
  }));
}
