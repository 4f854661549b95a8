/** What is known of a sign-in beside its times. */
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { words } from './words.ts'

/** Microsoft's names of the methods that people know. */
const known = ['pwd', 'mfa', 'fido', 'rsa', 'otp', 'wia', 'fed'] as const

/**
 * "With password and multifactor authentication"; undefined if no method is known by name: an app is not the
 * place to guess.
 *
 * @param methods the claim `amr`
 */
export function methodText(methods: readonly string[] = []): string | undefined {
  const names = known.filter((name) => methods.includes(name)).map((name) => words.methods[name])
  const last = names.pop()
  if (last === undefined) return undefined
  return words.with(names.length ? words.and(names.join(', '), last) : last)
}

type OwnSession = OwnSessions['sessions'][number]
export type EndedSession = OwnSession & Required<Pick<OwnSession, 'ended'>>

/** The sessions that live, and those that are listed only for their user to learn why they are over. */
export function sortOut(all: readonly OwnSession[]): {
  sessions: OwnSession[]
  ended: EndedSession[]
} {
  const isEnded = (session: OwnSession): session is EndedSession => session.ended !== undefined
  return { sessions: all.filter((session) => !isEnded(session)), ended: all.filter(isEnded) }
}

/** Activity is written once a minute, so a session in use was seen within two. In ms. */
export const activeWithinMs = 2 * 60_000
