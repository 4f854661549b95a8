/** What a browser with device-bound sessions does by itself, for tests without one: it binds a session and proves its key. */
import type { Answer, Browser } from '@gatehouse/tenant/testing'
import { createDevice, type Device } from './device.ts'
import { httpsGatehouse } from './https-gatehouse.ts'
import type { Gatehouse, GatehouseOptions } from '@gatehouse/test-support/gatehouse'

/** Sessions are bound on https only. @param session keys of `session` in aad.config.json */
export function boundGatehouse(
  session: Record<string, unknown> = {},
  more: GatehouseOptions = {},
): GatehouseOptions {
  const lifetimes = { idleMinutes: 1440, absoluteMinutes: 1440 }
  return {
    ...httpsGatehouse,
    oneClock: true,
    ...more,
    config: { ...httpsGatehouse.config, ...more.config, session: { ...lifetimes, ...session } },
  }
}

const sessionCookie = '__Host-session'
export const deviceCookie = '__Host-device'
export const registrationPath = '/auth/device'
export const refreshPath = '/auth/device/refresh'

export interface Offer {
  path: string
  challenge: string
  authorization: string
}

/** The offer in an answer. @throws Error without one */
export function offerIn({ headers }: Answer): Offer {
  const header = String(headers['secure-session-registration'])
  const form = /^\(ES256\);path="([^"]+)";challenge="([^"]+)";authorization="([^"]+)"$/
  const [, path, challenge, authorization] = form.exec(header) ?? []
  if (!path || !challenge || !authorization) throw new Error(`no offer: ${header}`)
  return { path, challenge, authorization }
}

export async function offerTo(browser: Browser): Promise<Offer> {
  return offerIn(await browser.get('/api/session'))
}

/** As the browser itself asks: with no header of a page, and those that no page can set. */
export function ask(
  browser: Browser,
  path: string,
  headers: Record<string, string | string[]>,
  cookie?: string,
): Promise<Answer> {
  return browser.send(path, {
    method: 'POST',
    headers,
    ...(cookie !== undefined && { cookie }),
  })
}

export function register(browser: Browser, proof: string): Promise<Answer> {
  return ask(browser, registrationPath, { 'secure-session-response': proof })
}

export interface BoundBrowser {
  browser: Browser
  device: Device
  /** `session_identifier` */
  name: string
  /** A refresh without a proof: the answer has a challenge. */
  askForChallenge(cookie?: string): Promise<string>
  /** A refresh with this proof. */
  prove(proof: string, cookie?: string): Promise<Answer>
  /** The whole refresh, as Chromium does it without a challenge in advance. */
  refresh(cookie?: string): Promise<Answer>
}

/** Signs in, and binds the session. */
export async function bindSession(browser: Browser, user?: string): Promise<BoundBrowser> {
  await browser.signIn(user === undefined ? {} : { user })
  const device = createDevice()
  const { challenge, authorization } = await offerTo(browser)
  const answer = await register(browser, device.register(challenge, authorization))
  if (answer.status !== 200) throw new Error(`registration answered ${answer.status}`)
  const { session_identifier: name } = answer.json() as { session_identifier: string }
  return boundBrowser(browser, device, name)
}

/** The same session at another instance, or with other cookies. */
export function boundBrowser(browser: Browser, device: Device, name: string): BoundBrowser {
  const bound: BoundBrowser = {
    browser,
    device,
    name,
    askForChallenge: async (cookie) => {
      const answer = await ask(browser, refreshPath, { 'sec-secure-session-id': name }, cookie)
      if (answer.status !== 403) throw new Error(`a refresh without proof: ${answer.status}`)
      return challengeIn(answer, name)
    },
    prove: (proof, cookie) =>
      ask(
        browser,
        refreshPath,
        { 'sec-secure-session-id': name, 'secure-session-response': proof },
        cookie,
      ),
    refresh: async (cookie) =>
      bound.prove(device.refresh(await bound.askForChallenge(cookie)), cookie),
  }
  return bound
}

/** The challenge in an answer, which has to name the session. */
export function challengeIn({ headers }: Answer, name: string): string {
  const [, challenge, id] =
    /^"([^"]+)";id="([^"]+)"$/.exec(String(headers['secure-session-challenge'])) ?? []
  if (challenge === undefined || id !== name) throw new Error('no challenge for this session')
  return challenge
}

/** The Cookie header with the session's cookie alone: what somebody has who stole it, or the browser after the proof ended. */
export async function sessionCookieAlone(browser: Browser): Promise<string> {
  return `${sessionCookie}=${await browser.cookie(sessionCookie)}`
}

/** The log's lines of an event, in order. */
export function loggedEvents(
  { logs }: Pick<Gatehouse, 'logs'>,
  name: string,
): Record<string, unknown>[] {
  return logs
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === name)
}
