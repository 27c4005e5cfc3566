/** One line that is written over on a terminal; a line every few seconds elsewhere. */
export interface Progress {
  show(line: string): void;
  say(line: string): void;
}

const seconds_between_lines = 5;

export function createProgress(out: NodeJS.WriteStream): Progress {
  let shownAt = -Infinity;
  let isOpen = false;
  return {
    show: (line) => {
      if (out.isTTY) {
        out.write(`\r\u001B[2K${line.slice(0, out.columns - 1)}`);
        isOpen = true;
      } else if (performance.now() - shownAt > seconds_between_lines * 1_000) {
        shownAt = performance.now();
        out.write(`${line}\n`);
      }
    },
    say: (line) => {
      out.write(`${isOpen ? '\n' : ''}${line}\n`);
      isOpen = false;
    },
  };
}
