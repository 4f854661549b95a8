import * as fc from 'fast-check'

/** `text` with one to three places changed: characters replaced, put in, or taken out. Now and then it is the same again. */
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
