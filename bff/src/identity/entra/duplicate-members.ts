/** A string, with the colon after it where it is a member's name; or a brace. */
const interesting = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g

/**
 * Whether an object in a JSON text has two members of one name. Parsers disagree on which of them
 * counts, so a token with two `aud` is for us and for somebody else (RFC 7519 §4, RFC 8259 §4).
 *
 * @param json valid JSON
 */
export function hasDuplicateMembers(json: string): boolean {
  const open: Set<string>[] = []
  for (const [text, colon] of json.matchAll(interesting)) {
    if (text === '{') open.push(new Set())
    else if (text === '}') open.pop()
    else if (colon !== undefined) {
      const names = open.at(-1)
      // Parsed, because the same name can be spelled with escapes.
      const name = JSON.parse(text.slice(0, -colon.length)) as string
      if (names?.has(name)) return true
      names?.add(name)
    }
  }
  return false
}
