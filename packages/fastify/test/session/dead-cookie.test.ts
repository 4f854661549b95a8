import { expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

it('clears a cookie whose session is gone at /api/session, and with no 401', async () => {
  const browser = gatehouse().browser()
  await browser.signIn()
  const cookie = await browser.cookieHeader()
  await browser.post('/auth/sign-out')

  expect((await browser.send('/api/me', { cookie })).setCookies).toEqual([])
  const asked = await browser.send('/api/session', { cookie })
  expect(asked.json()).toMatchObject({ signedIn: false })
  expect(asked.setCookies).toEqual([expect.stringMatching(/^session=;.*Max-Age=0/)])
})

it('leaves the cookie of a live session alone, and a request without one', async () => {
  const browser = gatehouse().browser()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
  await browser.signIn()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
})
