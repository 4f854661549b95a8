/** Proofs that last ten seconds: a bound session outlives them in its own browser, and copies of its cookies do not. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@playwright/test'
import { launchBoundBrowser } from './bound-browser.ts'
import { test } from './bound-gatehouse.ts'
import {
  ask,
  askFromElsewhere,
  cookiesOf,
  deviceCookie,
  sessionOf,
  signInBound,
  watch,
} from './bound-visitor.ts'
import { eventually } from './instances/eventually.ts'

const proofSeconds = 10
const refused = '401 device_proof_required'

test.use({ config: { session: { deviceProofSeconds: proofSeconds } } })

test(
  'a session stays across three lifetimes of its proof, in use and at rest',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const { front, deployment } = gatehouse
    const seen = watch(front)
    await signInBound(bound)
    const boundAt = Date.now()
    const statuses: string[] = []
    while (Date.now() - boundAt < proofSeconds * 1500) {
      statuses.push(await ask(bound.page))
      await sleep(1500)
    }
    const inUse = seen.refreshes()
    expect(inUse.length).toBeGreaterThan(2)

    for (const path of ['/api/me', '/api/claims']) {
      await eventually('the proof is over', async () => {
        const { device } = await cookiesOf(bound, deployment.publicUrl)
        return device.length === 0
      })
      const before = seen.refreshes().length
      statuses.push(await ask(bound.page, path))
      await expect.poll(() => seen.refreshes().length).toBeGreaterThan(before)
    }
    expect(Date.now() - boundAt).toBeGreaterThan(proofSeconds * 3000)
    expect(new Set(statuses)).toEqual(new Set(['200']))
    expect(seen.failed()).toEqual([])
    // Only the first refresh has to ask what to sign.
    expect(inUse.filter((status) => status === 403)).toHaveLength(1)
    expect(await sessionOf(bound.page)).toMatchObject({ signedIn: true, deviceBound: true })
    expect(seen.registrations()).toEqual([200])
  },
)

test(
  'copied cookies are worth nothing without the proof, and with it no longer than it lasts',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const { deployment, front, publicKeyHash } = gatehouse
    const { publicUrl } = deployment
    const seen = watch(front)
    await signInBound(bound, 1)
    expect(await ask(bound.page)).toBe('200')
    const { session, device } = await cookiesOf(bound, publicUrl)
    const copiedAt = Date.now()
    const both = [...session, ...device]
    const thief = await launchBoundBrowser({ publicKeyHash, baseURL: publicUrl })
    try {
      await thief.context.addCookies(session)
      await thief.page.goto('/users')
      await expect(thief.page.getByRole('button', { name: 'Try again' })).toBeVisible()
      await expect(thief.page.getByRole('table')).toHaveCount(0)
      expect(await ask(thief.page)).toBe(refused)
      expect(await sessionOf(thief.page)).toMatchObject({ signedIn: false })

      await thief.context.addCookies(device.map((cookie) => ({ ...cookie, expires: -1 })))
      const answers: string[] = []
      const isRefused = async () => {
        expect(await ask(bound.page)).toBe('200')
        answers.push(await ask(thief.page))
        return answers.at(-1) === refused
      }
      await eventually('the copy of the proof is over', isRefused)
      expect(new Set(answers)).toEqual(new Set(['200', refused]))
      expect(Date.now() - copiedAt).toBeLessThan(proofSeconds * 1000 + 5000)
      expect(await askFromElsewhere(publicUrl, both)).toBe(refused)
      expect(await askFromElsewhere(publicUrl, session)).toBe(refused)
      expect(thief.events).toEqual([])
    } finally {
      await thief.close()
    }
    // Nothing of this has disturbed the owner.
    expect(await ask(bound.page)).toBe('200')
    expect(await sessionOf(bound.page)).toMatchObject({ signedIn: true, deviceBound: true })
    expect(seen.registrations()).toEqual([200])
    const { device: newest } = await cookiesOf(bound, publicUrl)
    expect(newest.map(({ name }) => name)).toEqual([deviceCookie])
    expect(newest).not.toEqual(device)
  },
)
