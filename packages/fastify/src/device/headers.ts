/** The header fields of Device Bound Session Credentials (W3C draft, "DBSC Formats"): structured fields of RFC 9651. */
import { type List, parseList, serializeInnerList, serializeItem, Token } from 'structured-headers'

/** A request header as Node gives it: lines that came twice are joined by ", ", or are an array. */
export type HeaderValue = string | readonly string[] | undefined

type SkippedReason = (typeof skippedReasons)[number]

export interface SkippedRefresh {
  reason: SkippedReason
  /** The session's id; undefined if the browser named none. */
  id: string | undefined
}

const skippedReasons = ['unreachable', 'server_error', 'quota_exceeded'] as const
const printable = /^[ -~]+$/
/**
 * Chromium sends a session's id as it is, without the quotes that the draft asks for. With these characters
 * (RFC 3986's unreserved ones), it is the same text either way.
 */
const plainId = /^[\w.~-]{1,512}$/
/** Node takes up to 16 kB of headers; a browser names a few sessions. */
const maxListLength = 4096

/**
 * The value of `Secure-Session-Registration`: asks the browser to make an ES256 key and to register it.
 * RS256 and `none` are not offered, so no proof may use them.
 *
 * @param path where to register: an absolute path, or a URL of the same site
 * @param challenge comes back as `jti` of the proof
 * @param authorization comes back as a claim of the proof
 * @throws TypeError for a value that is empty or not printable ASCII
 */
export function registrationHeader({
  path,
  challenge,
  authorization,
}: {
  path: string
  challenge: string
  authorization?: string | undefined
}): string {
  const parameters = new Map([
    ['path', writable('path', path)],
    ['challenge', writable('challenge', challenge)],
  ])
  if (authorization !== undefined) {
    parameters.set('authorization', writable('authorization', authorization))
  }
  return serializeInnerList([[[new Token('ES256'), new Map()]], parameters])
}

/**
 * The value of `Secure-Session-Challenge`: with status 403 of a refresh, the browser signs it at once;
 * with any other answer, it is kept for the next refresh.
 *
 * @param id of the session: 1 to 512 letters, digits and `.` `_` `~` `-`
 * @throws TypeError for another id, or a challenge that is empty or not printable ASCII
 */
export function challengeHeader({ challenge, id }: { challenge: string; id: string }): string {
  if (!plainId.test(id)) throw new TypeError('The session id is empty, too long or not plain text')
  return serializeItem(writable('challenge', challenge), new Map([['id', id]]))
}

/**
 * The session that a browser refreshes, of `Sec-Secure-Session-Id`: bare, as Chromium sends it, or quoted, as
 * the draft has it. A page cannot set this header, so only the browser itself asks for a refresh.
 *
 * @returns undefined if the header is missing, repeated, or no id that `challengeHeader` would write
 */
export function readSessionId(header: HeaderValue): string | undefined {
  const [line, ...more] = linesOf(header)
  if (line === undefined || more.length > 0) return undefined
  if (plainId.test(line)) return line
  const [member, ...others] = readList(line) ?? []
  const id = member?.[0]
  if (typeof id !== 'string' || others.length > 0) return undefined
  return plainId.test(id) ? id : undefined
}

/**
 * Why the browser sent a request without a bound cookie, of `Secure-Session-Skipped`. Anybody can send this
 * header: it is for the log, and no reason to let a request pass.
 *
 * @returns the reasons that the draft knows, in the order given; none for a header that is not well-formed
 */
export function readSkipped(header: HeaderValue): SkippedRefresh[] {
  return (readList(linesOf(header).join(', ')) ?? []).flatMap(([value, parameters]) => {
    const reason = value instanceof Token ? value.toString() : ''
    const id = parameters.get('session_identifier')
    const known = skippedReasons.find((one) => one === reason)
    return known ? [{ reason: known, id: typeof id === 'string' ? id : undefined }] : []
  })
}

/**
 * The session that the doctor names, to see what comes through the proxies in front: no name that this app seals, and
 * the challenge in answer to it is known to all.
 */
export const doctorSession = 'doctor'
export const doctorChallenge = challengeHeader({ challenge: doctorSession, id: doctorSession })

/** The lines of a header: none if it is missing. */
export function linesOf(header: HeaderValue): readonly string[] {
  if (header === undefined) return []
  return typeof header === 'string' ? [header] : header
}

/** @returns undefined if the text is no structured field of the type List (RFC 9651 §4.2.1), or over 4 kB */
export function readList(text: string): List | undefined {
  if (text.length > maxListLength) return undefined
  try {
    return parseList(text)
  } catch {
    return undefined
  }
}

/** Structured strings are printable ASCII (RFC 9651 §3.3.3); Chromium ignores a challenge that is empty. */
function writable(name: string, value: string): string {
  if (printable.test(value)) return value
  throw new TypeError(`The ${name} is empty or has characters that a header cannot carry`)
}
