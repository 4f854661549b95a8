/**
 * A Chromium with device-bound session credentials (https://w3c.github.io/webappsec-dbsc/), whose keys are in software,
 * and whose profile outlives the browser. Plain http never registers, `localhost` included, and neither does
 * chromium-headless-shell.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from '@playwright/test'
import { findChromium } from './chromium.ts'
import { eventually } from './instances/eventually.ts'

/** `Network.deviceBoundSessionEventOccurred` of the DevTools protocol, which Playwright does not export. */
interface BoundEvent {
  site: string
  succeeded: boolean
  sessionId?: string
  creationEventDetails?: { fetchResult: string; newSession?: BoundSession }
  refreshEventDetails?: {
    refreshResult: string
    /** Absent for a request that waited for the refresh of another. */
    fetchResult?: string
    /** Whether no request had to wait. */
    wasFullyProactiveRefresh: boolean
    failedRequest?: { requestUrl: string; netError?: string; responseError?: number }
  }
  terminationEventDetails?: { deletionReason: string }
  challengeEventDetails?: { challengeResult: string; challenge: string }
}

/** What Chromium keeps of a session. */
interface BoundSession {
  key: { site: string; id: string }
  refreshUrl: string
  inclusionRules: { origin: string; includeSite: boolean; urlRules: unknown[] }
  cookieCravings: { name: string; sameSite?: string }[]
  /** Seconds since 1970. */
  expiryDate: number
  /** What it signs at the next refresh, without asking for a challenge. */
  cachedChallenge?: string
  allowedRefreshInitiators: string[]
}

export interface BoundBrowserOptions {
  /** Of the server's certificate, from `publicKeyHash`. */
  publicKeyHash: string
  baseURL: string
  /** Keeps Chromium's limit for each site: six signatures in nine minutes, registrations included. */
  quota?: boolean
}

/** Starts with a new profile. All names below `.test` are this machine. */
export async function launchBoundBrowser(options: BoundBrowserOptions): Promise<BoundBrowser> {
  const browser = new BoundBrowser(options)
  await browser.start()
  return browser
}

class BoundBrowser {
  /** What happened to sessions since the first start, in order. The browser's first page has to stay open. */
  readonly events: BoundEvent[] = []
  readonly #profile = mkdtempSync(join(tmpdir(), 'gatehouse-browser-'))
  readonly #options: BoundBrowserOptions
  #context: BrowserContext | undefined

  constructor(options: BoundBrowserOptions) {
    this.#options = options
  }

  /** Another one after a restart. */
  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error('The browser is not running.')
    return this.#context
  }

  /** The first page; another one after a restart. */
  get page(): Page {
    const [page] = this.context.pages()
    if (page === undefined) throw new Error('The browser has no page.')
    return page
  }

  async start(): Promise<void> {
    const { baseURL, publicKeyHash, quota = false } = this.#options
    const parameters = `RequireOriginTrialTokens/false${quota ? '' : '/RefreshQuota/false'}`
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      executablePath: findChromium() ?? 'chromium',
      baseURL,
      args: [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--host-resolver-rules=MAP *.test 127.0.0.1',
        // Chromium registers nothing on a page whose certificate it does not accept.
        `--ignore-certificate-errors-spki-list=${publicKeyHash}`,
        `--enable-features=DeviceBoundSessions:${parameters},EnableBoundSessionCredentialsSoftwareKeysForManualTesting`,
      ],
    })
    if (this.context.pages().length === 0) await this.context.newPage()
    const devTools = await this.#devTools()
    devTools.on('Network.deviceBoundSessionEventOccurred', (event) => this.events.push(event))
    await devTools.send('Network.enableDeviceBoundSessions', { enable: true })
  }

  /** Ends the browser and starts it with the same profile. Cookies without a lifetime are gone then. */
  async restart(): Promise<void> {
    await this.context.close()
    await this.start()
  }

  async close(): Promise<void> {
    await this.#context?.close()
    rmSync(this.#profile, { recursive: true, force: true })
  }

  /** Removes a cookie, as at the end of its lifetime. */
  async expire(name: string): Promise<void> {
    await this.context.clearCookies({ name })
  }

  /** The sessions that Chromium has now. */
  async sessions(): Promise<BoundSession[]> {
    const devTools = await this.#devTools()
    const added = new Promise<BoundSession[]>((resolve) => {
      devTools.on('Network.deviceBoundSessionsAdded', ({ sessions }) => resolve(sessions))
    })
    await devTools.send('Network.enableDeviceBoundSessions', { enable: true })
    const sessions = await added
    await devTools.detach()
    return sessions
  }

  /** Waits for a number of registrations since the first start. @throws Error with Chromium's reason if the last of them failed */
  async registered(count = 1): Promise<BoundSession> {
    const details = () => this.events.flatMap((event) => event.creationEventDetails ?? [])
    await eventually(`${count} registrations`, () => details().length >= count)
    const { fetchResult, newSession } = details()[count - 1] ?? {}
    if (newSession === undefined) throw new Error(`Chromium registers no session: ${fetchResult}`)
    return newSession
  }

  /** Waits for a number of refreshes that succeeded since the first start. */
  async refreshed(count = 1): Promise<void> {
    const done = () => this.#refreshResults().filter((result) => result === 'Success').length
    await eventually(`${count} refreshes`, () => done() >= count)
  }

  /** Waits until a refresh has failed. @returns Chromium's word for it, such as `PersistentHttpError` */
  async refreshFailed(): Promise<string> {
    const failed = () => this.#refreshResults().find((result) => result !== 'Success')
    await eventually('a refresh fails', () => failed() !== undefined)
    return failed() ?? ''
  }

  /** Waits until Chromium has removed a session. @returns its reason, such as `ServerRequested` */
  async ended(): Promise<string> {
    const reasons = () =>
      this.events.flatMap((event) => event.terminationEventDetails?.deletionReason ?? [])
    await eventually('a session ends', () => reasons().length > 0)
    return reasons().at(-1) ?? ''
  }

  #refreshResults(): string[] {
    return this.events.flatMap((event) => event.refreshEventDetails?.fetchResult ?? [])
  }

  async #devTools() {
    const devTools = await this.context.newCDPSession(this.page)
    await devTools.send('Network.enable')
    return devTools
  }
}

export type { BoundBrowser }
