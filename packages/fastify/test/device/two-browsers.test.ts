/** A cookie that is used from two browsers at once, where no key of a device shows it. */
import type { OwnSessions } from '@gatehouse/contract/sessions'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { deviceName } from '../../src/auth/callback/session-label.ts'
import { TwoBrowsers } from '../../src/device/two-browsers.ts'
import { bindSession, boundGatehouse, loggedEvents } from '../support/bound-session.ts'

const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome'
const chrome = { 'user-agent': `${windows}/150.0.0.0 Safari/537.36` }
const newerChrome = { 'user-agent': `${windows}/151.0.0.0 Safari/537.36` }
const edge = { 'user-agent': `${windows}/150.0.0.0 Safari/537.36 Edg/150.0.0.0` }
const firefox = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
}
const safari = {
  'user-agent':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
}
const video = { 'user-agent': 'AppleCoreMedia/1.0.0.22F76 (iPhone; U; CPU OS 18_5 like Mac OS X)' }
const hints = (brands: string, platform = '"Windows"') => ({
  ...chrome,
  'sec-ch-ua': brands,
  'sec-ch-ua-platform': platform,
})
const withHints = hints('"Google Chrome";v="150", "Chromium";v="150", "Not)A;Brand";v="24"')

describe('what requests say of their browser', () => {
  /** @returns for which of the requests it is certain that there are two */
  function certain(requests: IncomingHttpHeaders[], everyMs = 1000): number[] {
    let at = 0
    const watch = new TwoBrowsers(deviceName, () => at)
    const owner = {}
    return requests.flatMap((headers, index) => {
      at += everyMs
      return watch.isSecond(owner, headers) ? [index] : []
    })
  }

  it.each<[string, IncomingHttpHeaders[]]>([
    ['the same name', [chrome, chrome, chrome, chrome, chrome]],
    ['an update', [chrome, newerChrome, chrome, newerChrome, chrome, newerChrome]],
    ['another name that stays, as "desktop site" gives', [chrome, firefox, firefox, firefox]],
    [
      'another name for a moment, as a tool for developers gives',
      [chrome, firefox, chrome, chrome],
    ],
    ['hints on some requests alone', [withHints, chrome, withHints, chrome, withHints, chrome]],
    [
      'hints in another order and version, with another name that nobody has',
      [
        withHints,
        hints('"Not:A-Brand";v="8", "Chromium";v="151", "Google Chrome";v="151"'),
        withHints,
        hints('"Chromium";v="152", "Not/A)Brand";v="99", "Google Chrome";v="152"'),
        withHints,
      ],
    ],
    ['no name at all', [{}, {}, {}, {}]],
    ['Safari that plays a video', [safari, video, safari, video, safari, video]],
  ])('%s is one browser', (_what, requests) => {
    expect(certain(requests)).toEqual([])
  })

  it.each<[string, IncomingHttpHeaders[]]>([
    ['names that take turns', [chrome, firefox, chrome, firefox, chrome]],
    ['two browsers of one engine', [chrome, edge, chrome, edge, edge]],
    ['a script beside a browser', [chrome, { 'user-agent': 'curl/8.14.1' }, chrome, {}, {}]],
    [
      'one name on two platforms',
      [
        withHints,
        hints(withHints['sec-ch-ua'], '"Linux"'),
        withHints,
        hints(withHints['sec-ch-ua'], '"Linux"'),
      ],
    ],
  ])('%s are two, and that is said once', (_what, requests) => {
    expect(certain(requests)).toEqual([3])
    expect(certain([...requests, ...requests])).toEqual([3])
  })

  it('remembers hints over requests that have none', () => {
    const linux = hints(withHints['sec-ch-ua'], '"Linux"')
    const requests = [withHints, chrome, linux, chrome, withHints, chrome, linux]
    expect(certain(requests)).toEqual([6])
  })

  it('does not count changes that are minutes apart', () => {
    expect(certain([chrome, firefox, chrome, firefox, chrome, firefox], 31_000)).toEqual([])
  })
})

const thefts = (gatehouse: Gatehouse) => loggedEvents(gatehouse, 'session_theft_suspected')

async function useFromTwo(browser: Browser): Promise<number[]> {
  const statuses: number[] = []
  for (const headers of [chrome, firefox, chrome, firefox, chrome]) {
    statuses.push((await browser.get('/api/me', headers)).status)
  }
  return statuses
}

describe('a session that is used from two browsers at once', () => {
  const gatehouse = useTestApp()

  it('is reported once, and goes on: nothing is certain', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    expect(await useFromTwo(browser)).toEqual([200, 200, 200, 200, 200])
    await useFromTwo(browser)
    const found = thefts(gatehouse())
    expect(found).toEqual([expect.objectContaining({ reason: 'two_browsers', ended: false })])
    expect(JSON.stringify(found)).not.toMatch(/Mozilla|Firefox|127\.0\.0\.1/)
  })
})

describe('where suspected theft ends a session', () => {
  const gatehouse = useTestApp({ config: { session: { suspectedTheft: 'end' } } })

  it('one that is used from two browsers is over for both, and the user’s other sessions say so', async () => {
    const user = people(gatehouse().tenant).at(41).userPrincipalName
    const elsewhere = gatehouse().browser()
    await elsewhere.signIn({ user })
    const browser = gatehouse().browser()
    await browser.signIn({ user })
    expect(await useFromTwo(browser)).toEqual([200, 200, 200, 401, 401])
    expectProblem(await browser.get('/api/me', chrome), 401, 'sign_in_required')
    expect(thefts(gatehouse())).toEqual([
      expect.objectContaining({ reason: 'two_browsers', ended: true }),
    ])
    await expect
      .poll(async () => {
        const { sessions } = (await elsewhere.get('/api/sessions')).json() as OwnSessions
        return sessions.filter(({ ended }) => ended).length
      })
      .toBe(1)
  })
})

describe('a bound session', () => {
  const gatehouse = useTestApp(boundGatehouse({ suspectedTheft: 'end' }))

  it('is not judged by names: its key says more', async () => {
    const { browser } = await bindSession(gatehouse().browser())
    expect(await useFromTwo(browser)).toEqual([200, 200, 200, 200, 200])
    expect(thefts(gatehouse())).toEqual([])
  })
})
