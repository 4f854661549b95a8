/** Reads `WWW-Authenticate` (RFC 9110 §11.6.1): what an API requires of a request. */

/** One challenge: its scheme in lower case, its parameters by lower-case name. */
interface AuthChallenge {
  scheme: string
  parameters: ReadonlyMap<string, string>
}

/** A claims challenge has about 1 kB; Node accepts up to 16 kB of headers. */
const maxLength = 8 * 1024

const token = String.raw`[!#$%&'*+.^_\x60|~0-9A-Za-z-]+`
/** Each piece is matched where the last one ended, so that the time is linear in the length. */
const schemePattern = new RegExp(`(${token})(?=[ \\t,]|$)`, 'y')
const token68Pattern = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y
const parameterPattern = new RegExp(
  `(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`,
  'ys',
)
const separatorPattern = /[ \t]*(?:,[ \t]*)*/y

/**
 * The challenges of a response, in order.
 *
 * @param header the field's value; several fields count as one list (RFC 9110 §5.3)
 * @returns the challenges up to the first syntax error. One with a parameter given twice is ambiguous,
 * and left out
 */
export function parseChallenges(header: string | string[] | undefined): AuthChallenge[] {
  const text = [header ?? []].flat().join(', ')
  if (text.length > maxLength) return []
  const challenges: AuthChallenge[] = []
  let at = skip(separatorPattern, text, 0)
  while (at < text.length) {
    const scheme = matchAt(schemePattern, text, at)
    if (!scheme) break
    const read = readParameters(text, at + scheme[0].length)
    if (read.parameters) {
      challenges.push({ scheme: scheme[0].toLowerCase(), parameters: read.parameters })
    }
    if (!read.complete) break
    at = read.end
  }
  return challenges
}

interface Read {
  /** Undefined if one was given twice. */
  parameters: Map<string, string> | undefined
  end: number
  /** Whether a new challenge, or the end, follows. */
  complete: boolean
}

function readParameters(text: string, start: number): Read {
  const parameters = new Map<string, string>()
  const token68 = matchAt(token68Pattern, text, start)
  if (token68) {
    const end = skip(separatorPattern, text, start + token68[0].length)
    return { parameters, end, complete: true }
  }
  let at = skip(separatorPattern, text, start)
  let doubled = false
  while (at < text.length) {
    const found = matchAt(parameterPattern, text, at)
    // Anything else is the next challenge's scheme, or a syntax error.
    if (!found) break
    const name = (found[1] ?? '').toLowerCase()
    doubled ||= parameters.has(name)
    parameters.set(name, found[2]?.replace(/\\(.)/gs, '$1') ?? found[3] ?? '')
    const behind = at + found[0].length
    at = skip(separatorPattern, text, behind)
    if (at < text.length && !text.slice(behind, at).includes(',')) {
      return { parameters: undefined, end: at, complete: false }
    }
  }
  return { parameters: doubled ? undefined : parameters, end: at, complete: true }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0)
}

/** What an API requires of the token, by RFC 6750 §3 and Microsoft's claims challenges. */
export interface BearerChallenge {
  /** The claims request (JSON) of `insufficient_claims`. */
  claims?: string
  /** The permissions of `insufficient_scope`. */
  scopes?: string[]
}

/**
 * https://learn.microsoft.com/entra/identity-platform/claims-challenge
 *
 * @returns an empty object if the header asks for nothing that Entra can be asked for
 */
export function readBearerChallenge(header: string | string[] | undefined): BearerChallenge {
  const bearer = parseChallenges(header).filter(({ scheme }) => scheme === 'bearer')
  for (const { parameters } of bearer) {
    const error = parameters.get('error')
    const claims = error === 'insufficient_claims' ? decoded(parameters.get('claims')) : undefined
    if (claims !== undefined) return { claims }
    const scopes = parameters.get('scope')?.split(' ').filter(Boolean) ?? []
    if (error === 'insufficient_scope' && scopes.length > 0) return { scopes }
  }
  return {}
}

/** Base64, with or without padding, in either alphabet: APIs send all of these forms. */
function decoded(base64: string | undefined): string | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/_-]{1,4096}={0,2}$/.test(base64)) return undefined
  return Buffer.from(base64, 'base64').toString('utf8')
}
