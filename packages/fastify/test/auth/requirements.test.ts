import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

/** Routes as an app developer writes them, behind `requireSignIn` like all routes under routes/. */
function protectedRoutes(app: FastifyInstance): void {
  void app.register(async (routes) => {
    routes.addHook('onRequest', (...hook) => app.requireSignIn.apply(app, hook))
    const answer = async () => ({ done: true })
    routes.get('/test/reader', { onRequest: app.requireRole('Directory.Reader') }, answer)
    routes.get(
      '/test/either',
      { onRequest: app.requireRole('Nobody', 'Directory.Auditor') },
      answer,
    )
    routes.get('/test/mail', { onRequest: app.requireScopes('Mail.Read') }, answer)
    routes.get('/test/users', { onRequest: app.requireScopes('User.ReadBasic.All') }, answer)
    routes.get('/test/strong', { onRequest: app.requireStepUp('c1') }, answer)
    routes.get(
      '/test/all',
      { onRequest: [app.requireRole('Directory.Reader'), app.requireStepUp('c1')] },
      answer,
    )
  })
}

const gatehouse = useTestApp({
  extend: protectedRoutes,
  config: { appRoles: ['Directory.Reader', 'Directory.Auditor'] },
  tenant: {
    patchUsers: {
      70: { roles: ['Directory.Reader'] },
      71: { roles: ['Directory.Auditor'] },
      72: { roles: [] },
    },
  },
})

async function statuses(browser: Browser, ...paths: string[]): Promise<number[]> {
  return Promise.all(paths.map(async (path) => (await browser.get(path)).status))
}

describe('a role that nobody can have', () => {
  const lines = (event: string) =>
    gatehouse()
      .logs.map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['event'] === event)

  it('is in the log at start, with the key that has to list it', () => {
    expect(lines('role_not_listed')).toMatchObject([
      { key: 'appRoles', roles: ['Nobody'], level: 40 },
    ])
  })

  it('is in the log with each refusal, which says whether the user has any role', async () => {
    await (await gatehouse().signedIn(72)).get('/test/reader')
    await (await gatehouse().signedIn(71)).get('/test/reader')
    expect(lines('role_missing').slice(-2)).toMatchObject([
      { roles: ['Directory.Reader'], hasNoRoles: true },
      { roles: ['Directory.Reader'], hasNoRoles: false },
    ])
  })

  it('is found by the doctor', async () => {
    const answer = await gatehouse().browser().get('/api/doctor')
    const { findings } = answer.json() as { findings: Record<string, unknown>[] }
    expect(findings.filter(({ id }) => id === 'roles')).toMatchObject([
      {
        status: 'warn',
        who: 'developer',
        reason: expect.stringMatching(/^Routes require .*Nobody, and appRoles/) as unknown,
      },
    ])
  })
})

describe('a route that requires more than a sign-in', () => {
  it('is 401 without a session, with any requirement', async () => {
    for (const path of ['/test/reader', '/test/mail', '/test/strong', '/test/all']) {
      expect((await gatehouse().browser().get(path)).location).toBe('')
      expectProblem(await gatehouse().browser().get(path), 401, 'sign_in_required')
    }
  })

  it('by role lets in a user with one of the roles, and names the roles to others', async () => {
    const [reader, auditor, none] = [
      await gatehouse().signedIn(70),
      await gatehouse().signedIn(71),
      await gatehouse().signedIn(72),
    ]
    expect(await statuses(reader, '/test/reader', '/test/either')).toEqual([200, 403])
    expect(await statuses(auditor, '/test/reader', '/test/either')).toEqual([403, 200])
    const problem = expectProblem(await none.get('/test/either'), 403, 'forbidden')
    expect(problem.detail).toContain('Nobody or Directory.Auditor')
    expect(problem.roles).toEqual(['Nobody', 'Directory.Auditor'])
    expect((await none.get('/api/me')).status).toBe(200)
  })

  it('by permission requests missing consent, and no consent that was given', async () => {
    const browser = await gatehouse().signedIn(72)
    expect((await browser.get('/test/users')).status).toBe(200)
    const problem = expectProblem(await browser.get('/test/mail'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason: 'consent', scopes: ['Mail.Read'] })
    const { location } = await browser.get(problem.signInUrl ?? '')
    await browser.send(
      await browser.callbackFrom(location, {
        user: people(gatehouse().tenant).at(72).userPrincipalName,
      }),
    )
    expect((await browser.get('/test/mail')).status).toBe(200)
  })

  it('by step-up requests the step-up once for the whole session', async () => {
    const browser = await gatehouse().signedIn(70)
    const problem = expectProblem(await browser.get('/test/all'), 401, 'interaction_required')
    expect(problem.reason).toBe('step_up')
    const { location } = await browser.get(problem.signInUrl ?? '')
    await browser.send(
      await browser.callbackFrom(location, {
        user: people(gatehouse().tenant).at(70).userPrincipalName,
      }),
    )
    expect(await statuses(browser, '/test/strong', '/test/all')).toEqual([200, 200])
    // Another session of the same user does not satisfy the context.
    expectProblem(
      await (await gatehouse().signedIn(70)).get('/test/strong'),
      401,
      'interaction_required',
    )
  })

  it('is refused at start if it names no requirement, or an impossible one', () => {
    const { app } = gatehouse()
    expect(() => app.requireRole()).toThrow(/role/)
    expect(() => app.requireScopes()).toThrow(/permission/)
    for (const context of ['', 'mfa', 'c', 'c100', 'xc1', 'c1x', 'c1"}}']) {
      expect(() => app.requireStepUp(context)).toThrow(/authentication context/)
    }
  })
})
