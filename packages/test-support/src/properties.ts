/** Helpers of property tests: random input, and the number of runs. */

import * as fc from 'fast-check'

/**
 * The number of runs of a property. `npm run fuzz` sets FUZZ_RUNS, the number for a property whose usual
 * number is 1000; other properties grow by the same factor.
 *
 * @param usual the number without FUZZ_RUNS
 */
export function propertyRuns(usual: number): { numRuns: number } {
  const asked = Number(process.env['FUZZ_RUNS'] ?? 1000)
  return { numRuns: Math.max(1, Math.ceil((usual * asked) / 1000)) }
}

/** `text` with one to three changes: characters replaced, inserted, or removed. Sometimes it equals `text`. */
export function mutateText(text: string, alphabet: string): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat({ max: text.length }),
    cut: fc.constantFrom(0, 1, 1, 1, 2, text.length),
    put: fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), maxLength: 2 }),
  })
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce(
        (changed, { at, cut, put }) => changed.slice(0, at) + put + changed.slice(at + cut),
        text,
      ),
    )
}
