import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Challenges } from '../../src/session/challenges.ts'
import type { Session } from '../../src/session/cache.ts'
import { type SessionParts, sessionParts, sessionRecord } from '../support/session-parts.ts'

let parts: SessionParts
let challenges: Challenges

beforeAll(async () => {
  parts = await sessionParts('sqlite')
  challenges = new Challenges(parts.sessions, Fastify({ logger: false }).log, () => 'hash')
})
afterAll(() => parts.dispose())

async function openSession(): Promise<Session> {
  const session = await parts.sessions.resolve(await parts.sessions.start(sessionRecord()))
  if (!session) throw new Error('The session is not there')
  return session
}

/** As another instance sees the session, which has not read the record again. */
const notReadAgain = (session: Session): Session => ({ ...session, challenges: [] })

const challenge = (session: Session, scope: string) =>
  challenges.challenge(session, { reason: 'consent', scopes: [scope] })

async function keptScopes(session: Session) {
  const record = await parts.sessions.record(session)
  return record?.challenges?.map(({ scopes }) => scopes?.[0])
}

describe('the challenges of a session', () => {
  it('are the last four, the newest first', async () => {
    const session = await openSession()
    for (const scope of ['a', 'b', 'c', 'd', 'e']) await challenge(notReadAgain(session), scope)
    expect(await keptScopes(session)).toEqual(['e', 'd', 'c', 'b'])
  })

  it('are each kept once, whichever instance meets them again', async () => {
    const session = await openSession()
    for (const scope of ['a', 'b', 'a']) await challenge(notReadAgain(session), scope)
    expect(await keptScopes(session)).toEqual(['a', 'b'])
  })
})
