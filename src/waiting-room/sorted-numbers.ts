/**
 * A set of whole numbers in ascending order: how many lie below a number is a binary search. Made for the numbers of a
 * line, which are added near the end, or a few at a time, and dropped from the beginning: neither costs more when there
 * are hundreds of thousands.
 */
export class SortedNumbers {
  private numbers: number[];
  /** Those before this index are dropped; their space is given back when they are half of all. */
  private first = 0;

  /** `ascending`: each number once. */
  constructor(ascending: readonly number[] = []) {
    this.numbers = [...ascending];
  }

  get size(): number {
    return this.numbers.length - this.first;
  }

  has(number: number): boolean {
    return this.numbers[this.indexOf(number)] === number;
  }

  countBelow(number: number): number {
    return this.indexOf(number) - this.first;
  }

  /** Adds these, in any order; none of them may be in yet. Only what is greater than the least of them is moved. */
  add(more: readonly number[]): void {
    const { numbers, first } = this;
    const added = more.toSorted((a, b) => a - b);
    let known = numbers.length - 1;
    let to = known + added.length;
    for (const number of added) numbers.push(number);
    for (let next = added.length - 1; next >= 0; to--) {
      const number = added[next] ?? 0;
      const before = numbers[known] ?? 0;
      if (known >= first && before > number) {
        numbers[to] = before;
        known--;
      } else {
        numbers[to] = number;
        next--;
      }
    }
  }

  /** Removes a number, if it is in. */
  delete(number: number): void {
    const index = this.indexOf(number);
    if (this.numbers[index] === number) this.numbers.splice(index, 1);
  }

  /** Removes all up to and including this one. */
  dropTo(number: number): void {
    this.first = this.indexOf(number + 1);
    if (this.first * 2 <= this.numbers.length) return;
    this.numbers = this.numbers.slice(this.first);
    this.first = 0;
  }

  /** Of the least that is not below `number`. */
  private indexOf(number: number): number {
    let low = this.first;
    let high = this.numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.numbers[middle] ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
