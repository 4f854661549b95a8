import { describe, expect, it } from 'vitest'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

// A page at every path, so that none is refused as missing.
const gatehouse = useTestApp({
  extend: (app) => {
    app.get('/*', { config: { allowFrom: 'anyone' } }, async () => 'a page')
  },
})

describe('a user who opened 127.0.0.1', () => {
  const there = { host: '127.0.0.1:5173' }

  it('is sent to the configured origin before any cookie is set', async () => {
    for (const path of ['/auth/sign-in?returnTo=/users', '/auth/redirect?code=x&state=y']) {
      const answer = await gatehouse().browser().get(path, there)
      expect([answer.status, answer.location]).toEqual([307, `${publicUrl}${path}`])
      expect(answer.setCookies).toEqual([])
    }
  })

  it('is never sent to a host of the request', async () => {
    const navigation = { ...there, 'sec-fetch-mode': 'navigate' }
    for (const path of [
      '//evil.test/x',
      '/\\evil.test',
      '//',
      '/%2f%2fevil.test',
      '/?x=//evil.test',
    ]) {
      const answer = await gatehouse().browser().get(path, navigation)
      expect([path, answer.status]).toEqual([path, 307])
      expect(new URL(answer.location).origin).toBe(publicUrl)
    }
    const forged = { host: 'evil.test', 'x-forwarded-host': 'evil.test' }
    const answer = await gatehouse().browser().get('/auth/sign-in', forged)
    expect(answer.location).not.toContain('evil')
  })
  it.each(['127.0.0.1:5174', '127.0.0.1', '[::1]:5174'])(
    'is served where a proxy writes “%s” as the Host, instead of redirected for ever',
    async (host) => {
      const answer = await gatehouse().browser().get('/auth/sign-in', { host })
      expect(answer.status).toBe(303)
      expect((await gatehouse().browser().get('/', { host })).status).toBe(200)
    },
  )
})
