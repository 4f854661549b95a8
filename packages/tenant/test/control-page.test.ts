/** Uses the control page as a person does: by pages and forms, without scripts. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { scenarios } from '../src/control/scenarios/scenarios.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 30 })))
afterEach(() => tenant.scenarios.clear())
afterAll(() => tenant.close())

/** The row of a scenario: from its `<li>` to the end of its form. */
function rowOf(page: string, id: string): string {
  return new RegExp(`<li id="${id}"[\\s\\S]*?</form>`).exec(page)?.[0] ?? ''
}

function barOf(page: string): string {
  return /class="now"[\s\S]*?<\/form>/.exec(page)?.[0] ?? ''
}

describe('the control page', () => {
  const page = async (address = '/_tenant') => (await fetch(`${tenant.origin}${address}`)).text()
  const send = (path: string, members: Record<string, string> = {}) =>
    fetch(`${tenant.origin}/_tenant/scenarios${path}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(members),
    })
  const stateOf = (id: string) => tenant.scenarios.list().find((scenario) => scenario.id === id)
  const allWell = 'No scenario is active: everything works.'

  it('has a form for every scenario, and works without scripts', async () => {
    const text = await page()
    for (const { id } of scenarios)
      expect(text).toContain(`action="/_tenant/scenarios/${id}#${id}"`)
    expect(text).not.toContain('<script')
    expect(text).toContain(allWell)
  })

  it('sets a scenario for a number of requests, and clears it', async () => {
    const counted = await send('/graph-html', { times: '3' })
    expect(counted.status).toBe(303)
    expect(counted.headers.get('location')).toBe('/_tenant?scenario=graph-html&times=3#graph-html')
    expect(rowOf(await page(), 'graph-html')).toContain('3 requests left')
    expect((await send('/graph-html/clear')).headers.get('location')).toBe('/_tenant#graph-html')
    expect(stateOf('graph-html')).toMatchObject({ active: false })
  })

  it('shows in one bar how many faults are active and which, and clears them all', async () => {
    tenant.scenarios.start('graph-html', { times: 3 })
    tenant.scenarios.start('secret-expired')
    tenant.faults.set({ at: 'me', kind: 'hang' })
    const bar = barOf(await page())
    expect(bar).toContain('3 active')
    expect(bar).toMatch(/href="#graph-html">[^<]+<\/a> \(3 left\)/)
    expect(bar).toContain('href="#secret-expired"')
    expect(bar).toContain('1 single fault')
    expect((await send('/clear')).status).toBe(303)
    expect(await page()).toContain(allWell)
    expect(await page()).not.toContain('Clear everything')
  })

  it('names the users that a scenario is for', async () => {
    const [one, two] = [people(tenant).at(5), people(tenant).at(6)]
    tenant.scenarios.start('user-disabled', { user: one.id })
    expect(stateOf('user-disabled')?.users).toEqual([one.userPrincipalName])
    expect(barOf(await page())).toContain(`(${one.displayName})`)
    tenant.scenarios.start('user-disabled', { user: two.id })
    const both = `for ${one.displayName}, ${two.displayName}, until cleared`
    expect(rowOf(await page(), 'user-disabled')).toContain(both)
    tenant.scenarios.start('user-disabled')
    expect(stateOf('user-disabled')?.users).toEqual([])
    expect(rowOf(await page(), 'user-disabled')).toContain('for all users, until cleared')
  })

  it('names the user that an action was for', async () => {
    const user = people(tenant).at(5)
    const done = await send('/tokens-revoked', { user: user.userPrincipalName })
    const row = rowOf(await page(done.headers.get('location') ?? ''), 'tokens-revoked')
    expect(row).toContain(`Done for ${user.displayName}`)
    expect(row).toContain(`value="${user.userPrincipalName}"`)
    expect(rowOf(await page(), 'tokens-revoked')).not.toContain('Done')
  })

  it('keeps entered values in the fields of their row only', async () => {
    const set = await send('/graph-html', { times: '4' })
    tenant.scenarios.start('graph-500', { times: 2 })
    const text = await page(set.headers.get('location') ?? '')
    expect(rowOf(text, 'graph-html')).toContain('value="4"')
    expect(rowOf(text, 'graph-500')).toContain('value="2"')
    expect(rowOf(text, 'graph-throttled')).toContain('value=""')
    const user = people(tenant).at(5).userPrincipalName
    tenant.scenarios.start('user-disabled', { user })
    expect(rowOf(await page(), 'user-disabled')).toContain(`value="${user}"`)
  })

  it('offers to set an active scenario again', async () => {
    expect(rowOf(await page(), 'graph-html')).toContain('>Set</button>')
    tenant.scenarios.start('graph-html')
    const row = rowOf(await page(), 'graph-html')
    expect(row).toContain('>Set again</button>')
    expect(row).toContain('formaction="/_tenant/scenarios/graph-html/clear"')
  })

  it.each<[string, Record<string, string>, string]>([
    ['user-disabled', { user: 'nobody@<b>' }, 'There is no user'],
    ['tokens-revoked', { user: 'nobody@<b>' }, 'There is no user'],
    ['graph-html', { times: '0' }, 'must be a whole number above 0'],
  ])(
    'keeps what %s cannot have in its field, with the problem beside it',
    async (id, members, words) => {
      tenant.scenarios.start('secret-expired')
      const answer = await send(`/${id}`, members)
      const form = [answer.status, answer.headers.get('content-type')]
      expect(form).toEqual([400, 'text/html; charset=utf-8'])
      const text = await answer.text()
      expect(barOf(text)).toContain('1 active')
      const row = rowOf(text, id)
      expect(row).toContain(words)
      expect(row).toContain(`aria-describedby="${id}-problem"`)
      expect(row).toContain(members.times ? 'value="0"' : 'value="nobody@&#60;b&#62;"')
      expect(row).not.toContain('Done')
      expect(text.match(/role="alert"/g)).toHaveLength(1)
      expect(text).not.toContain('nobody@<b>')
      expect(stateOf(id)?.active).toBe(false)
    },
  )

  it('answers a form for an unknown scenario with a page', async () => {
    const answer = await send('/no-such-scenario')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('There is no scenario')
  })

  it('changes the size of the directory', async () => {
    const body = new URLSearchParams({ count: '40' })
    const url = `${tenant.origin}/_tenant/users`
    expect((await fetch(url, { method: 'POST', body, redirect: 'manual' })).status).toBe(303)
    expect(tenant.users).toHaveLength(40)
    expect(await page()).toContain('value="40"')
    tenant.resize(30)
  })
})
