/** Reads and edits `.env`: only the line of the secret, and the comment above it. */

import { parseEnv } from 'node:util'
import { readText } from './write.ts'

const secretVariable = 'AAD_CLIENT_SECRET'

/** The comment names the key at Entra, so that the next run recognises the secret. */
const ownerComment = /^# Made by npm run register: key ([0-9a-f-]{36}), ends (\d{4}-\d{2}-\d{2})$/

export interface EnvSecret {
  value: string
  /** The id of the secret at Entra; undefined if `register` did not write it. */
  keyId: string | undefined
}

export function readEnvFile(path: string): string {
  return readText(path) ?? ''
}

export function secretIn(text: string): EnvSecret | undefined {
  const value = parseEnv(text)[secretVariable]
  if (!value) return undefined
  const lines = text.split(/\r?\n/)
  const above = lines[lines.findIndex(isSecretLine) - 1] ?? ''
  return { value, keyId: ownerComment.exec(above)?.[1] }
}

/** @param ends the day, `2027-05-23` */
export function withSecret(text: string, secret: string, keyId: string, ends: string): string {
  const block = [
    `# Made by npm run register: key ${keyId}, ends ${ends}`,
    // Secrets of Entra need no quotes, which `docker run --env-file` would take as part of the value.
    `${secretVariable}=${/^[\w.~-]+$/.test(secret) ? secret : `'${secret}'`}`,
  ]
  const kept = withoutSecretLines(text)
  const at = kept.at ?? kept.lines.length
  return joined([...kept.lines.slice(0, at), ...block, ...kept.lines.slice(at)])
}

export function withoutSecret(text: string): string {
  return joined(withoutSecretLines(text).lines)
}

function isSecretLine(line: string): boolean {
  return new RegExp(`^\\s*(?:export\\s+)?${secretVariable}\\s*=`).test(line)
}

/** @returns the other lines, and the place of the secret among them */
function withoutSecretLines(text: string): { lines: string[]; at: number | undefined } {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const kept: string[] = []
  let at: number | undefined
  for (const line of text === '' ? [] : lines) {
    if (ownerComment.test(line)) continue
    if (isSecretLine(line)) at ??= kept.length
    else kept.push(line)
  }
  return { lines: kept, at }
}

function joined(lines: string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
