/**
 * Cuts a text in three where a search found it: before, match, after. Search looks at the start of
 * words, and so does this; undefined if the search is not there.
 */
export function findMatch(text: string, search: string): [string, string, string] | undefined {
  const wanted = search.trim().toLowerCase()
  if (!wanted) return undefined
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)) {
    const end = index + wanted.length
    if (text.slice(index, end).toLowerCase() === wanted) {
      return [text.slice(0, index), text.slice(index, end), text.slice(end)]
    }
  }
  return undefined
}
