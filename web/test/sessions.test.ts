import { expect, test } from 'vitest'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { sortOut } from '../src/pages/sessions/sign-in-facts.ts'

const at = '2026-11-26T10:00:00.000Z'
const own = (id: string, more: Partial<OwnSessions['sessions'][number]> = {}) => ({
  id,
  device: 'Firefox on Windows',
  startedAt: at,
  lastSeenAt: at,
  expiresAt: at,
  current: false,
  deviceBound: false,
  ...more,
})

test('a session that was ended because of a theft is listed, and counts as none', () => {
  const stolen = own('b', { deviceBound: true, ended: { reason: 'theft_suspected', at } })
  const { sessions, ended } = sortOut([own('a', { current: true }), stolen, own('c')])
  expect(sessions.map(({ id }) => id)).toEqual(['a', 'c'])
  expect(ended).toEqual([stolen])
})
