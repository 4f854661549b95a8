/** `.env`, line by line: only the secret's line is ours, and the comment above it. */
import { parseEnv } from 'node:util'
import { readText } from './write.ts'

export const secretVariable = 'AAD_CLIENT_SECRET'

/** The comment says which of Entra's secrets this is, so that the next run knows it again. */
const mark = /^# Made by npm run register: key ([0-9a-f-]{36}), ends (\d{4}-\d{2}-\d{2})$/

export interface EnvSecret {
  value: string
  /** Of the secret at Entra; undefined for one that somebody else put here. */
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
  return { value, keyId: mark.exec(above)?.[1] }
}

/** @param ends the day, `2027-05-23` */
export function withSecret(text: string, secret: string, keyId: string, ends: string): string {
  const block = [
    `# Made by npm run register: key ${keyId}, ends ${ends}`,
    // Entra's own secrets need no quotes, which `docker run --env-file` would take for a part of it.
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

/** @returns the other lines, and where the secret stood among them */
function withoutSecretLines(text: string): { lines: string[]; at: number | undefined } {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const kept: string[] = []
  let at: number | undefined
  for (const line of text === '' ? [] : lines) {
    if (mark.test(line)) continue
    if (isSecretLine(line)) at ??= kept.length
    else kept.push(line)
  }
  return { lines: kept, at }
}

function joined(lines: string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
