/** Reads JSON that people write: text in UTF-8, and where a mistake is. */
import { type ParseError, parse, printParseErrorCode, visit } from 'jsonc-parser'
import type { ConfigProblem } from './errors.ts'

/** The text of a file; or why it is none, to complete "the file …". */
export type DecodedText =
  | { text: string; problem?: undefined }
  | { text?: undefined; problem: string }

/** Decodes UTF-8, with or without a byte-order mark. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes
  // Windows PowerShell 5 writes so with `>` and Out-File.
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { problem: 'is saved as UTF-16; save it as UTF-8' }
  }
  try {
    // The decoder drops a byte-order mark, with which some editors save UTF-8.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { problem: 'is not saved as UTF-8' }
  }
}

/** What people write in a file that allows more than JSON. The words complete "line 3 …". */
const mistakes: Record<string, string> = {
  InvalidCommentToken: 'has a comment, which JSON does not allow; remove it',
  UnexpectedEndOfComment: 'has a comment, which JSON does not allow; remove it',
  InvalidSymbol: 'has a name or a text without double quotes',
  UnexpectedEndOfString: 'has a text without a closing quote',
  ValueExpected: 'has no value where one belongs',
  PropertyNameExpected: 'has no name where one belongs',
  CommaExpected: 'begins without a comma before it',
  ColonExpected: 'has no colon between a name and its value',
  CloseBraceExpected: 'ends the file without a closing }',
  CloseBracketExpected: 'ends the file without a closing ]',
  EndOfFileExpected: 'goes on after the end of the JSON object',
  InvalidEscapeCharacter: 'has a backslash that JSON does not know; write it as \\\\',
  InvalidCharacter: 'has a control character in a text, such as a tab',
}

/**
 * Where a text is not JSON, and why. It quotes nothing of the text, which may hold a secret.
 *
 * @returns a sentence part such as "line 3 has a comment, …"; undefined if no place is found
 */
export function jsonProblem(text: string): string | undefined {
  if (text.trim() === '') return 'it is empty'
  const errors: ParseError[] = []
  parse(text, errors, { disallowComments: true, allowTrailingComma: false })
  // Several errors can follow from one mistake.
  const error = errors.toSorted((one, other) => one.offset - other.offset)[0]
  if (!error) return undefined
  const trailing = /,\s*$/.exec(text.slice(0, error.offset))
  if (trailing && /^\s*[}\]]/.test(text.slice(error.offset))) {
    return `line ${lineAt(text, trailing.index)} has a comma after the last entry; remove it`
  }
  const kind = printParseErrorCode(error.error)
  return `line ${lineAt(text, error.offset)} ${mistakes[kind] ?? 'is not valid JSON'}`
}

/**
 * The names that an object has more than once, by their whole key, with both lines. For the text of a person, which has
 * to be JSON; `hasDuplicateKeys` is for the text of an attacker, and only says whether.
 */
export function repeatedNames(text: string): ConfigProblem[] {
  const lines = new Map<string, number>()
  const repeated = new Map<string, ConfigProblem>()
  visit(text, {
    onObjectProperty(name, _offset, _length, line, _character, path) {
      const keys = [...path(), name]
      // A name may have a dot: `a.b` is another key than the `b` of `a`.
      const place = JSON.stringify(keys)
      const first = lines.get(place)
      lines.set(place, line + 1)
      if (first === undefined) return
      // What is in an object that is there twice is there twice with it.
      if (keys.some((_, at) => repeated.has(JSON.stringify(keys.slice(0, at))))) return
      const message = `is there twice, in lines ${first} and ${line + 1}; keep one`
      repeated.set(place, { key: keys.join('.'), message })
    },
  })
  return [...repeated.values()]
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length
}
