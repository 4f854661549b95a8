/**
 * How often a property is tried. `npm run fuzz` sets FUZZ_RUNS, the number for a property whose usual
 * number is 1000; the costlier ones, with smaller numbers, grow by the same factor.
 *
 * @param usual the number for the everyday run
 */
export function propertyRuns(usual: number): { numRuns: number } {
  const asked = Number(process.env['FUZZ_RUNS'] ?? 1000)
  return { numRuns: Math.max(1, Math.ceil((usual * asked) / 1000)) }
}
