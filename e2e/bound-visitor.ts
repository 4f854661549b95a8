/** Steps of a user whose session is bound to the device, and what the browser did by itself meanwhile. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Cookie, Page } from '@playwright/test'
import { auth } from '@gatehouse/shared/paths'
import type { BoundBrowser } from './bound-browser.ts'
import type { Exchange, HttpsFront } from './https-front.ts'
import { signInAtTenant, signInLink } from './visitor.ts'

export const sessionCookie = '__Host-session'
export const deviceCookie = '__Host-device'

/** Signs in from the home page. @param times how often this browser has bound a session then */
export async function signInBound(bound: BoundBrowser, account = 0, times = 1): Promise<void> {
  await bound.page.goto('/')
  await signInLink(bound.page).click()
  await signInAtTenant(bound.page, account)
  await bound.registered(times)
}

/** Asks the API from the page. @returns the status, with the problem's code if there is one */
export function ask(page: Page, path = '/api/me'): Promise<string> {
  return page.evaluate(async (url) => {
    const response = await fetch(url, { headers: { accept: 'application/json' } })
    const { code } = (await response.json()) as { code?: string }
    return code === undefined ? `${response.status}` : `${response.status} ${code}`
  }, path)
}

/** @returns what `/api/session` says to the page */
export function sessionOf(page: Page): Promise<Record<string, unknown>> {
  return page.evaluate(async () => {
    const response = await fetch('/api/session')
    return (await response.json()) as Record<string, unknown>
  })
}

/** Asks the API without a browser, as who has copied these cookies. @returns as `ask` */
export async function askFromElsewhere(
  publicUrl: string,
  cookies: readonly Cookie[],
  path = '/api/me',
): Promise<string> {
  const { host, hostname, port } = new URL(publicUrl)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const to = { host: '127.0.0.1', port, path, servername: hostname, rejectUnauthorized: false }
  const sent = request({ ...to, agent: false, headers: { host, cookie } }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const { code } = JSON.parse(await text(answer)) as { code?: string }
  return code === undefined ? `${answer.statusCode}` : `${answer.statusCode} ${code}`
}

/** The cookies that the app has set. */
export async function cookiesOf(bound: BoundBrowser, publicUrl: string) {
  const cookies = await bound.context.cookies(publicUrl)
  const named = (wanted: string) => cookies.filter(({ name }) => name === wanted)
  return { session: named(sessionCookie), device: named(deviceCookie) }
}

/** Collects the headings of level 1 that the pages of a tab show from now on, in order. */
export async function collectHeadings(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen: string[] = []
    Reflect.set(globalThis, 'headings', seen)
    const look = () => {
      const heading = document.querySelector('h1')?.textContent ?? ''
      if (heading !== '' && heading !== seen.at(-1)) seen.push(heading)
    }
    new MutationObserver(look).observe(document, {
      childList: true,
      subtree: true,
      characterData: true,
    })
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'headings') as string[])
}

/** The exchanges of a browser from now on. */
export function watch({ exchanges }: HttpsFront) {
  const from = exchanges.length
  const since = () => exchanges.slice(from)
  return {
    /** Statuses of the refreshes, in order. */
    refreshes: () => statusesOf(since(), auth.deviceRefresh),
    registrations: () => statusesOf(since(), auth.device),
    at: (path: string) => since().filter((exchange) => exchange.path === path),
    /** Requests of the API that were refused, as `STATUS PATH`. */
    failed: () =>
      since()
        .filter(({ path, status = 0 }) => path.startsWith('/api/') && status > 399)
        .map(({ path, status }) => `${status} ${path}`),
    since,
  }
}

function statusesOf(exchanges: readonly Exchange[], path: string): (number | undefined)[] {
  return exchanges.filter((exchange) => exchange.path === path).map(({ status }) => status)
}

/** Whether a request carried a cookie. */
export function carries({ headers }: Exchange, name: string): boolean {
  return `; ${headers.cookie ?? ''}`.includes(`; ${name}=`)
}
