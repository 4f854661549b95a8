/** Names that a person may have meant: for messages about a name that does not exist. */

const shown = 3

/**
 * The nearest of the known names, at most three, the nearest first.
 *
 * @returns none if no name is near: at most a third of the letters differ, or one contains the other
 */
export function closeNames(name: string, known: readonly string[]): string[] {
  const wanted = plain(name)
  if (wanted === '') return []
  return known
    .map((one) => ({ one, distance: distanceOf(wanted, plain(one)) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)))
    .toSorted((left, right) => left.distance - right.distance)
    .slice(0, shown)
    .map(({ one }) => one)
}

function plain(name: string): string {
  // Names of people who ask are short; the cost grows with the square.
  return name
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

function distanceOf(left: string, right: string): number {
  // Three letters may stand anywhere: "graph-429" is not near "graph-4xx", but "throttled" is near "graph-throttled".
  // The fewer letters it has besides, the nearer.
  if (left.length > 3 && right.includes(left)) return 1 - 1 / (1 + right.length - left.length)
  return editDistance(left, right)
}

/** The number of letters to insert, remove, replace or swap with the next (optimal string alignment). */
function editDistance(left: string, right: string): number {
  const width = right.length + 1
  let before: number[] = []
  let row = Array.from({ length: width }, (_, index) => index)
  for (let line = 1; line <= left.length; line += 1) {
    const next = [line]
    for (let column = 1; column < width; column += 1) {
      const isSame = left[line - 1] === right[column - 1]
      const isSwapped = left[line - 1] === right[column - 2] && left[line - 2] === right[column - 1]
      next.push(
        Math.min(
          (row[column - 1] ?? 0) + (isSame ? 0 : 1),
          (row[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          isSwapped && line > 1 && column > 1 ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    before = row
    row = next
  }
  return row.at(-1) ?? 0
}
