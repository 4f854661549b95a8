import { describe, expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { httpsGatehouse } from '../support/https-gatehouse.ts'

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

describe('the answer for a signed-out browser', () => {
  it('says that a session is over only if this app sealed its cookie', async () => {
    const browser = gatehouse().browser()
    expect((await browser.get('/api/session')).json()).not.toHaveProperty('ended')
    for (const value of ['', 'made-up', 'a'.repeat(300)]) {
      const answer = await browser.send('/api/session', { cookie: `session-5173=${value}` })
      expect(answer.json()).not.toHaveProperty('ended')
    }
    await browser.signIn()
    const cookie = await browser.cookieHeader()
    expect((await browser.get('/api/session')).json()).not.toHaveProperty('ended')
    await browser.post('/auth/sign-out')
    const answer = await browser.send('/api/session', { cookie })
    expect(answer.json()).toMatchObject({ signedIn: false, ended: true })
    // The cookie of this browser is gone, so nothing is known of it.
    expect((await browser.get('/api/session')).json()).not.toHaveProperty('ended')
  })
})

describe('whether the app runs on its developer’s machine', () => {
  const deployed = useTestApp(httpsGatehouse)

  it('is told in every answer', async () => {
    for (const [app, development] of [
      [gatehouse(), true],
      [deployed(), false],
    ] as const) {
      const browser = app.browser()
      expect((await browser.get('/api/session')).json()).toMatchObject({ development })
      await browser.signIn()
      const answer = (await browser.get('/api/session')).json()
      expect(answer).toMatchObject({ signedIn: true, development })
    }
  })
})

it('sets no cookie for a live session, or for a request without a cookie', async () => {
  const browser = gatehouse().browser()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
  await browser.signIn()
  expect((await browser.get('/api/session')).setCookies).toEqual([])
})
