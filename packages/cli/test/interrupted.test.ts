import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()

const writes = ['application', 'service principal', 'client secret', 'old secret'] as const

/** The request that each step sends. */
const requestOf: Record<(typeof writes)[number], (request: FastifyRequest) => boolean> = {
  application: ({ method, url }) => method === 'PATCH' && url.includes('uniqueName'),
  'service principal': ({ method, url }) => method === 'POST' && url.includes('servicePrincipals'),
  'client secret': ({ url }) => url.endsWith('/addPassword'),
  'old secret': ({ url }) => url.endsWith('/removePassword'),
}

function expectWhole() {
  const left = readdirSync(setup.folder.path).filter((name) => name.endsWith('.tmp'))
  expect(left).toEqual([])
}

async function expectOneOfEach() {
  const [application, ...others] = await setup.applications()
  expect(others).toEqual([])
  expect(await setup.servicePrincipals()).toHaveLength(1)
  const [secret, ...moreSecrets] = application?.passwordCredentials ?? []
  expect(moreSecrets).toEqual([])
  expect(setup.folder.text('.env')).toContain(`key ${secret?.keyId}`)
  expect(setup.folder.config().clientId).toBe(application?.appId)
  expect(setup.folder.config().clientSecretExpires).toBe(secret?.endDateTime.slice(0, 10))
}

describe('register, killed in the middle', () => {
  for (const step of writes) {
    const tags = step === 'client secret' ? [] : ['thorough']
    it(
      `before the ${step}: the next run continues, and nothing is created twice`,
      { tags },
      async () => {
        const args = step === 'old secret' ? ['--rotate'] : []
        if (step === 'old secret') await setup.register()
        const arrived = Promise.withResolvers<void>()
        setup.tenant.faults.set({
          at: step === 'service principal' ? 'servicePrincipals' : 'applications',
          kind: 'hang',
          when: (request) => {
            const isIt = requestOf[step](request)
            if (isIt) arrived.resolve()
            return isIt
          },
        })
        const running = setup.start('register', ...args)
        await Promise.race([arrived.promise, running.ended])
        await running.kill()
        setup.tenant.faults.clear()
        expectWhole()
        expect((await setup.register()).code).toBe(0)
        await expectOneOfEach()
      },
    )
  }

  it(
    'before the certificate is uploaded: the next run uploads the same certificate',
    { tags: ['thorough'] },
    async () => {
      const arrived = Promise.withResolvers<void>()
      setup.tenant.faults.set({
        at: 'applications',
        kind: 'hang',
        when: ({ body }) => {
          const isIt = JSON.stringify(body ?? '').includes('keyCredentials')
          if (isIt) arrived.resolve()
          return isIt
        },
      })
      const running = setup.start('register', '--certificate')
      await Promise.race([arrived.promise, running.ended])
      await running.kill()
      setup.tenant.faults.clear()
      const made = readdirSync(join(setup.folder.path, '.data'))
      expect((await setup.register('--certificate')).code).toBe(0)
      expect(readdirSync(join(setup.folder.path, '.data'))).toEqual(made)
      expect((await setup.applications())[0]?.keyCredentials).toHaveLength(1)
      expect(JSON.stringify(setup.folder.config().credentials)).toContain(made[0])
    },
  )

  it(
    'after each request in turn: the next run finds everything that Graph has done',
    { tags: ['thorough'], timeout: 180_000 },
    async () => {
      for (let after = 1; after <= 12; after += 1) {
        let count = 0
        const reached = Promise.withResolvers<void>()
        for (const at of ['applications', 'servicePrincipals'] as const) {
          setup.tenant.faults.set({
            at,
            kind: 'respondWith',
            // Graph has carried the request out when the process ends; its answer is still under way.
            answer: () => {
              count += 1
              if (count === after) reached.resolve()
              return undefined
            },
          })
        }
        const running = setup.start('register', '--rotate')
        await Promise.race([reached.promise, running.ended])
        await running.kill()
        setup.tenant.faults.clear()
        expectWhole()
      }
      expect((await setup.register()).code).toBe(0)
      await expectOneOfEach()
    },
  )

  it('refuses to run beside another one, which would lose its secret', async () => {
    await setup.register()
    const arrived = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<undefined>()
    setup.tenant.faults.set({
      at: 'applications',
      kind: 'respondWith',
      when: requestOf['client secret'],
      answer: () => {
        arrived.resolve()
        return goOn.promise
      },
    })
    const first = setup.start('register', '--rotate')
    await arrived.promise
    for (const second of [setup.register('--rotate'), setup.cleanup('--yes')]) {
      const { code, err } = await second
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(
          /^Another register or cleanup of this app runs \(process \d+\)\.\nLet it end/,
        ),
      ])
    }
    goOn.resolve(undefined)
    expect((await first.ended).code).toBe(0)
    await expectOneOfEach()
    expect((await setup.register('--rotate')).code).toBe(0)
  })

  it('is safe to run twice at once', { tags: ['thorough'] }, async () => {
    const ends = await Promise.all([setup.register(), setup.register()])
    expect(ends.filter(({ code }) => code === 0).length).toBeGreaterThan(0)
    expect(await setup.applications()).toHaveLength(1)
    expect((await setup.register()).code).toBe(0)
    await expectOneOfEach()
  })
})

describe('register, when Graph is slow to follow', { tags: ['thorough'] }, () => {
  it('waits until the new application appears everywhere', async () => {
    setup.tenant.hideNewApplications(2)
    const { code, err } = await setup.register()
    setup.tenant.hideNewApplications(0)
    expect(err).not.toMatch(/did not/)
    expect(code).toBe(0)
    await expectOneOfEach()
  })

  it('waits as long as Graph says if it is throttled', async () => {
    for (const at of ['applications', 'servicePrincipals'] as const) {
      const throttle = { status: 429, code: 'TooManyRequests', retryAfter: '1', times: 1 }
      setup.tenant.faults.set({ at, kind: 'graphError', ...throttle })
    }
    const { code } = await setup.register()
    expect(code).toBe(0)
    await expectOneOfEach()
  })
})
