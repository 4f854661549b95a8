/** Reads `.env` by Node's rules, and says what these would drop without a word. */

import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { type DecodedText, decodeText } from '@gatehouse/fastify/config'

/** @returns undefined if there is no such file */
export function readTextFile(path: string): DecodedText | undefined {
  try {
    return decodeText(readFileSync(path))
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : { problem: `cannot be read (${code})` }
  }
}

/** Values with these names are random, so a # in them is more likely a part of them than a comment. */
const secretName = /SECRET|KEY|PASSWORD|TOKEN|STORE_URL/i

const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/

/**
 * @param text of `.env`, without a byte-order mark
 * @returns the values, and a sentence for each line of which Node would drop a part. No sentence holds a value.
 */
export function parseEnvFile(text: string): {
  values: Record<string, string>
  problems: string[]
} {
  const problems: string[] = []
  const places = new Map<string, { line: number; value: string }>()
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1
    const written = lines[at] ?? ''
    if (/^\s*(#|$)/.test(written)) continue
    const start = assignment.exec(written)
    if (!start) {
      problems.push(`line ${line} is not NAME=value`)
      continue
    }
    const [prefix, name = ''] = start
    const value = readValue(written.slice(prefix.length), lines.slice(at + 1))
    at += value.linesBelow
    const fault = value.fault ?? commentFault(name, value)
    if (fault) problems.push(`line ${line}: ${name} ${fault}`)
    const before = places.get(name)
    if (before && before.value !== value.text) {
      problems.push(`line ${line}: ${name} has another value on line ${before.line}; keep one`)
    }
    places.set(name, { line, value: value.text })
  }
  // Node's own reader decides about the values, as it does with --env-file.
  return { values: parseEnv(lines.join('\n')) as Record<string, string>, problems }
}

interface EnvValue {
  text: string
  /** A text in quotes may go on below. */
  linesBelow: number
  fault?: string
  /** What is left out from here, from the # on. */
  comment?: { touches: boolean }
}

function readValue(rest: string, below: readonly string[]): EnvValue {
  const quote = /^["'`]/.exec(rest)?.[0]
  if (quote) return readQuoted(quote, rest, below)
  const hash = rest.indexOf('#')
  const text = (hash < 0 ? rest : rest.slice(0, hash)).trim()
  if (hash < 0) return { text, linesBelow: 0 }
  return { text, linesBelow: 0, comment: { touches: /\S$/.test(rest.slice(0, hash)) } }
}

function readQuoted(quote: string, rest: string, below: readonly string[]): EnvValue {
  const all = [rest, ...below].join('\n')
  const end = all.indexOf(quote, 1)
  if (end < 0) return { text: rest, linesBelow: 0, fault: `begins with ${quote}, which never ends` }
  const text = all.slice(1, end)
  const linesBelow = text.split('\n').length - 1
  const after = all.slice(end + 1).split('\n', 1)[0] ?? ''
  if (/^\s*(#|$)/.test(after)) return { text, linesBelow }
  const fault = `goes on after the closing ${quote}; use another kind of quotes around all of it`
  return { text, linesBelow, fault }
}

function commentFault(name: string, { text, comment }: EnvValue): string | undefined {
  if (!comment || !(comment.touches || secretName.test(name))) return undefined
  if (text === '' && !secretName.test(name)) return undefined
  return "has a # without quotes, and the rest would be left out; write the value in quotes: 'a#b'"
}
