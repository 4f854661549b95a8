import { expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

it('clears the cookie of an ended session at /api/session, and not with a 401', async () => {
  const browser = gatehouse().browser()
  await browser.signIn()
  const cookie = await browser.cookieHeader()
  await browser.post('/auth/sign-out')

  expect((await browser.send('/api/me', { cookie })).setCookies).toEqual([])
  const asked = await browser.send('/api/session', { cookie })
  expect(asked.json()).toMatchObject({ signedIn: false })
  expect(asked.setCookies).toEqual([expect.stringMatching(/^session-5173=;.*Max-Age=0/)])
})

it('sets no cookie for a live session, or for a request without a cookie', async () => {
  const browser = gatehouse().browser()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
  await browser.signIn()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
})
