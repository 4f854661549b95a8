/** Access tokens as a session keeps them: which scopes, and until when. */
import { createHash } from 'node:crypto'
import type { TokenResponse } from '../entra/index.ts'
import type { GrantedToken, SessionRecord } from './record.ts'

/**
 * The token of an answer, as it is kept. What was not said to be granted counts as asked. Entra
 * names what `.default` stood for, never `.default` itself; whoever asks for it again means this.
 */
export function grantedToken(
  answer: TokenResponse,
  asked: readonly string[],
  now: number,
): GrantedToken {
  return {
    scopes:
      answer.scopes.length > 0
        ? [...answer.scopes, ...asked.filter((scope) => /(?:^|\/)\.default$/i.test(scope))]
        : [...asked],
    accessToken: answer.accessToken,
    expiresAt: now + answer.expiresInS * 1000,
  }
}

/** The record with a new token in place of those that are over or superfluous by it, and a rotated refresh token. */
export function withToken(
  record: SessionRecord,
  token: GrantedToken,
  refreshToken: string | undefined,
  now: number,
): SessionRecord {
  const others = record.tokens.filter(
    ({ scopes, expiresAt }) => expiresAt > now && !covers(token.scopes, scopes),
  )
  return { ...record, tokens: [...others, token], ...(refreshToken && { refreshToken }) }
}

/** The kept token that allows `scopes` longest. */
export function findToken(
  tokens: readonly GrantedToken[],
  scopes: readonly string[],
): GrantedToken | undefined {
  return tokens
    .filter((token) => covers(token.scopes, scopes))
    .reduce<GrantedToken | undefined>(
      (best, token) => (best && best.expiresAt >= token.expiresAt ? best : token),
      undefined,
    )
}

/** A name for a set of scopes, whatever their order and spelling. */
export function scopeKey(scopes: readonly string[]): string {
  const names = [...new Set(scopes.map(shortScope))].toSorted()
  return createHash('sha256').update(names.join(' ')).digest('base64url').slice(0, 16)
}

/** Graph answers with scopes spelled in full or in short, and in its own case. */
function covers(granted: readonly string[], asked: readonly string[]): boolean {
  return asked.every((scope) => granted.some((have) => have === scope || isSameScope(have, scope)))
}

function isSameScope(a: string, b: string): boolean {
  return shortScope(a) === shortScope(b)
}

function shortScope(scope: string): string {
  return scope.toLowerCase().replace(/^https:\/\/graph\.microsoft\.com\//, '')
}
