/**
 * Whether an object in a JSON text has two members of one name. Parsers disagree on which of them
 * counts, so a token with two `aud` is for us and for somebody else (RFC 7519 §4, RFC 8259 §4).
 *
 * One pass, whatever the text is: no character is looked at more than a few times.
 *
 * @param json a JSON text; for any other text either answer may come back, but it comes
 */
export function hasDuplicateMembers(json: string): boolean {
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === brace) open.push(new Set())
    else if (character === closingBrace) open.pop()
    else if (character === quote) {
      const end = stringEnd(json, at)
      const names = open.at(-1)
      if (names && isName(json, end)) {
        const name = nameIn(json.slice(at, end))
        if (names.has(name)) return true
        names.add(name)
      }
      // On behind the string, also where it never ends: from inside of it, each quote would begin a new one.
      at = end - 1
    }
  }
  return false
}

const quote = 0x22
const colon = 0x3a
const backslash = 0x5c
const brace = 0x7b
const closingBrace = 0x7d

/** Where the string that begins at `from` is over; the text's end where it has none of its own. */
function stringEnd(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === quote) return at + 1
    if (character === backslash) at += 1
  }
  return json.length
}

/** Whether the string that ends here is a member's name: a colon follows. */
function isName(json: string, end: number): boolean {
  let at = end
  while (' \t\n\r'.includes(json.charAt(at)) && at < json.length) at += 1
  return json.charCodeAt(at) === colon
}

/** Parsed where it must be: the same name can be spelled with escapes. */
function nameIn(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1)
  try {
    return JSON.parse(text) as string
  } catch {
    return text
  }
}
