/** The letter that stands for a grade on a seat. */

/** A letter or two for each grade, in their order: its first, unless another begins alike. */
export function lettersOf(grades: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return grades.map((grade, index) => {
    const [first = '?', second = ''] = grade.toUpperCase();
    const letter = [first, first + second].find((one) => !taken.has(one)) ?? String(index + 1);
    taken.add(letter);
    return letter;
  });
}
