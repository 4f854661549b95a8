/** Reads JSON that came from outside. */

/** @returns undefined for a text that is no JSON: the parser's own error would quote it */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a value is a JSON object, and neither a list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether an object in a JSON text has one key twice. Parsers disagree on which of the two counts, so a
 * token with two `aud` can be for this app and for another one (RFC 7519 §4, RFC 8259 §4).
 *
 * One pass: no character is looked at more than a few times, whatever the text is.
 *
 * @param json a JSON text; for any other text the answer means nothing, but it comes
 */
export function hasDuplicateKeys(json: string): boolean {
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === brace) open.push(new Set())
    else if (character === closingBrace) open.pop()
    else if (character === quote) {
      const end = stringEnd(json, at)
      const keys = open.at(-1)
      if (keys && isKey(json, end)) {
        const key = keyIn(json.slice(at, end))
        if (keys.has(key)) return true
        keys.add(key)
      }
      // Continue after the string, even one without an end, or each quote in it would begin another.
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

/** The index after the string that begins at `from`; the text's end if the string has none. */
function stringEnd(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === quote) return at + 1
    if (character === backslash) at += 1
  }
  return json.length
}

/** Whether the string that ends here is a key: a colon follows. */
function isKey(json: string, end: number): boolean {
  let at = end
  while (' \t\n\r'.includes(json.charAt(at)) && at < json.length) at += 1
  return json.charCodeAt(at) === colon
}

/** The key without escapes, because one key can be written in several ways. */
function keyIn(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1)
  try {
    return JSON.parse(text) as string
  } catch {
    return text
  }
}
