import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { people, type Answer, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { openSocket } from '../support/raw-exchange.ts'
import { json, startUpstream } from '../support/upstream.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ extend: groupsRoute })
/** A foreign server that a token may name as the source of the groups. */
const elsewhere = await startUpstream()
afterAll(() => elsewhere.close())

function groupsRoute(app: FastifyInstance): void {
  app.get(
    '/test/groups',
    { onRequest: (...hook) => app.requireSignIn.apply(app, hook) },
    (request) => request.groups(),
  )
  const group = (request: FastifyRequest) => (request.query as { id: string }).id
  app.get(
    '/test/members',
    {
      onRequest: [
        (...hook) => app.requireSignIn.apply(app, hook),
        (request, reply) =>
          app.requireGroup('nobody-is-in-this', group(request)).call(app, request, reply),
      ],
    },
    async () => ({ done: true }),
  )
}

const groupsOf = (place: number) => people(gatehouse().tenant).at(place).groups
const ask = (browser: Browser): Promise<Answer> => browser.get('/test/groups')

function graphPaths(): string[] {
  return gatehouse()
    .tenant.journal.entries()
    .map(({ path }) => path)
    .filter((path) => path.startsWith('/v1.0'))
}

const lookup = '/v1.0/me/getMemberGroups'

describe('the groups of a user who has too many for a token', () => {
  it('are asked of Graph once, also if other instances write sessions meanwhile', async () => {
    const { close, browser: elsewhereBrowser } = await gatehouse().startSecondInstance()
    const browser = await gatehouse().signedIn(11)
    expect((await ask(browser)).json()).toEqual(groupsOf(11))
    const asked = graphPaths().filter((path) => path === lookup).length
    for (let turn = 0; turn < 3; turn += 1) {
      await elsewhereBrowser().signIn()
      // Longer than this process may take to look for what others wrote.
      await sleep(10)
      expect((await ask(browser)).json()).toEqual(groupsOf(11))
    }
    expect(graphPaths().filter((path) => path === lookup)).toHaveLength(asked)
    await close()
  })
})

describe('a route for the members of a group', () => {
  const askFor = (browser: Browser, group = '') => browser.get(`/test/members?id=${group}`)

  it('is for them, whether the token or Graph has their groups', async () => {
    for (const place of [10, 11]) {
      const browser = await gatehouse().signedIn(place)
      expect((await askFor(browser, groupsOf(place)?.at(-1))).status).toBe(200)
    }
  })

  it('is 403 for everyone else, and the answer and the log name the groups', async () => {
    const missing = groupsOf(11)?.find((id) => !groupsOf(3)?.includes(id))
    const problem = expectProblem(
      await askFor(await gatehouse().signedIn(3), missing),
      403,
      'forbidden',
    )
    expect(problem).toMatchObject({ groups: ['nobody-is-in-this', missing] })
    expect(gatehouse().logs.join('')).toContain('"event":"group_missing"')
  })

  it('is 401 for the signed-out', async () => {
    const answer = await askFor(gatehouse().browser(), 'x')
    expect(expectProblem(answer, 401, 'sign_in_required')).not.toHaveProperty('groups')
  })

  it('needs the id of a group', () => {
    expect(() => gatehouse().app.requireGroup()).toThrow('requireGroup needs the id of a group')
  })
})

describe('the groups of a user', () => {
  it('are the token’s, and Graph is not asked', async () => {
    for (const place of [0, 1, 2, 3, 10]) {
      const answer = await ask(await gatehouse().signedIn(place))
      expect((answer.json() as string[]).toSorted()).toEqual(groupsOf(place)?.toSorted())
    }
    expect(groupsOf(10)).toHaveLength(200)
    expect(graphPaths()).toEqual([])
  })

  it('come from Graph if there are too many for a token, with one request', async () => {
    const browser = await gatehouse().signedIn(11)
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(browser)))
    answers.push(await ask(browser))
    expect(groupsOf(11)).toHaveLength(240)
    for (const answer of answers) expect(answer.json()).toEqual(groupsOf(11))
    expect(graphPaths()).toEqual([lookup])
    const [call] = gatehouse()
      .tenant.journal.entries()
      .filter(({ endpoint }) => endpoint === 'groups')
    expect([call?.method, call?.body]).toEqual(['POST', { securityEnabledOnly: true }])
  })

  it('are kept for each session separately', async () => {
    const [many, few] = [await gatehouse().signedIn(11), await gatehouse().signedIn(3)]
    expect((await ask(many)).json()).toEqual(groupsOf(11))
    expect((await ask(few)).json()).toEqual(groupsOf(3))
    expect((await ask(await gatehouse().signedIn(11))).json()).toEqual(groupsOf(11))
    expect(graphPaths()).toEqual([lookup, lookup])
  })

  it.each<[string, Record<string, unknown>]>([
    [
      'names an address of its own',
      {
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: `${elsewhere.url}/groups`, access_token: 'x' } },
      },
    ],
    [
      'names the metadata service',
      {
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: 'http://169.254.169.254/latest' } },
      },
    ],
    ['names no address', { _claim_names: { groups: '../..' }, _claim_sources: null }],
    ['says that there are some', { hasgroups: true }],
    ['says so in a word', { hasgroups: 'true' }],
  ])('are asked for at the configured Graph, even if the token %s', async (_what, claims) => {
    const variant = { kind: 'idToken' as const, remove: ['groups'], claims }
    gatehouse().tenant.faults.set({ at: 'token', ...variant })
    elsewhere.answers((response) => json(response, { value: ['hostile'] }))
    const answer = await ask(await gatehouse().signedIn(4))
    expect(answer.json()).toEqual(groupsOf(4))
    expect(graphPaths()).toEqual([lookup])
    expect(elsewhere.calls).toEqual([])
  })

  it.each<[string, unknown, string[]]>([
    ['no list', 'admins', []],
    ['an object', { 0: 'admins' }, []],
    ['things that are no text', ['a', 1, null, { b: 1 }, ['c']], ['a']],
  ])('are texts only, even if the token has %s', async (_what, claimed, groups) => {
    gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', claims: { groups: claimed } })
    expect((await ask(await gatehouse().signedIn(5))).json()).toEqual(groups)
    expect(graphPaths()).toEqual([])
  })

  it.each([
    ['fails', { kind: 'graphError', status: 500, code: 'Error' }],
    ['has no list', { kind: 'respond', status: 200, body: { value: 'x' } }],
    ['has other things in it', { kind: 'respond', status: 200, body: { value: [{ id: 'x' }] } }],
    [
      'has ids that are too long',
      { kind: 'respond', status: 200, body: { value: ['x'.repeat(65)] } },
    ],
  ] as const)('are 502 if Graph %s, and asked for again later', async (_what, fault) => {
    const browser = await gatehouse().signedIn(11)
    gatehouse().tenant.faults.set({ at: 'groups', ...fault })
    expectProblem(await ask(browser), 502, 'upstream_failed')
    gatehouse().tenant.faults.clear()
    expect((await ask(browser)).json()).toEqual(groupsOf(11))
    // A POST is never sent twice.
    expect(graphPaths()).toEqual([lookup, lookup])
  })

  it('arrive for one page although the page that first asked for them was closed', async () => {
    const browser = await gatehouse().signedIn(11)
    gatehouse().tenant.faults.set({ at: 'groups', kind: 'hang', times: 1 })
    const socket = await openSocket(gatehouse().origin)
    const cookie = await browser.cookieHeader()
    socket.write(`GET /test/groups HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`)
    await expect.poll(() => graphPaths()).toEqual([lookup])
    const waiting = Array.from({ length: 5 }, () => ask(browser))
    expect((await browser.get('/api/me')).status).toBe(200)
    socket.destroy()
    for (const answer of await Promise.all(waiting)) expect(answer.json()).toEqual(groupsOf(11))
    expect(graphPaths()).toEqual([lookup, lookup])
  })
})
