import { expect, it } from 'vitest'
import { useGatehouse } from './support/use-gatehouse.ts'

const gatehouse = useGatehouse()

it('TS09 a cookie whose session is gone is cleared by /api/session, and by no 401', async () => {
  const browser = gatehouse().browser()
  await browser.signIn()
  const cookie = await browser.cookieHeader()
  await browser.post('/auth/sign-out')

  expect((await browser.send('/api/me', { cookie })).setCookies).toEqual([])
  const asked = await browser.send('/api/session', { cookie })
  expect(asked.json()).toMatchObject({ signedIn: false })
  expect(asked.setCookies).toEqual([expect.stringMatching(/^session=;.*Max-Age=0/)])
})

it('a live session’s cookie, and no cookie at all, are left alone', async () => {
  const browser = gatehouse().browser()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
  await browser.signIn()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
})
