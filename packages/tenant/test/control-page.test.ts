/** Uses the control page as a person without scripts does: by pages and forms. `e2e/control-page.spec.ts` has the script. */

import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { scenarios } from '../src/control/scenarios/scenarios.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { authorizeUrl } from './application.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 30 })))
afterEach(() => tenant.scenarios.clear())
afterAll(() => tenant.close())

/** The row of a scenario: from its `<li>` to the end of its form. */
function rowOf(page: string, id: string): string {
  return new RegExp(`<li\\s+id="${id}"[\\s\\S]*?</form>`).exec(page)?.[0] ?? ''
}

function activeOf(page: string): string {
  return /class="now on"[\s\S]*?<\/form>/.exec(page)?.[0] ?? ''
}

function popularOf(page: string): string {
  return /<ul class="popular">[\s\S]*?<\/ul>/.exec(page)?.[0] ?? ''
}

/** The text of a part of a page, as it is read. */
function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')
    .trim()
}

/** Ids of the rows that are not hidden. */
function shownRows(page: string): string[] {
  return [...page.matchAll(/<li\s+id="([^"]+)"[^>]*?>/g)]
    .filter(([tag]) => !/\shidden\s*>$/.test(tag))
    .map(([, id = '']) => id)
}

const openAreas = (page: string) => page.match(/<details class="area" open/g)?.length ?? 0

describe('the control page', () => {
  const page = async (address = '/_tenant') => (await fetch(`${tenant.origin}${address}`)).text()
  const send = (path: string, members: Record<string, string> = {}) =>
    fetch(`${tenant.origin}/_tenant/scenarios${path}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(members),
    })
  const stateOf = (id: string) => tenant.scenarios.list().find((scenario) => scenario.id === id)
  const allWell = 'No failures active'

  it('has a form for every scenario, all in closed groups', async () => {
    const text = await page()
    for (const { id } of scenarios)
      expect(rowOf(text, id)).toContain(`action="/_tenant/scenarios/${id}#${id}"`)
    expect(openAreas(text)).toBe(0)
    expect(text).toContain(allWell)
  })

  it('runs no script but its own, which it names by a hash', async () => {
    const policy = (await fetch(`${tenant.origin}/_tenant`)).headers.get('content-security-policy')
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(await page()) ?? []
    const digest = createHash('sha256').update(script).digest('base64')
    expect(policy).toContain(`script-src 'sha256-${digest}';`)
    expect(policy).not.toContain('unsafe')
    expect((await page()).match(/<script/g)).toHaveLength(1)
  })

  it('offers eight popular scenarios, each with one click and the page of the app where it shows', async () => {
    const section = popularOf(await page())
    expect(section.match(/<li/g)).toHaveLength(8)
    expect(section.match(/then open/g)).toHaveLength(8)
    expect(section).toContain('href="http://localhost:5173/users"')
    expect(section).toContain('href="http://localhost:5173/auth/sign-in"')
    expect(section).not.toContain('<details')
    const set = await send('/graph-throttled', { from: 'popular' })
    const location = set.headers.get('location') ?? ''
    expect(location).toMatch(/#popular$/)
    const after = await page(location)
    expect(popularOf(after)).toContain('scenarios/graph-throttled/clear?from=popular')
    expect(openAreas(after)).toBe(0)
    const cleared = await send('/graph-throttled/clear?from=popular')
    expect(cleared.headers.get('location')).toBe('/_tenant?from=popular#popular')
  })

  it('sets a scenario for a number of requests, and clears it', async () => {
    const counted = await send('/graph-html', { times: '3' })
    expect(counted.status).toBe(303)
    expect(counted.headers.get('location')).toBe('/_tenant?scenario=graph-html&times=3#graph-html')
    expect(rowOf(await page(), 'graph-html')).toContain('3 requests left')
    const cleared = await send('/graph-html/clear?from=row')
    expect(cleared.headers.get('location')).toBe('/_tenant?scenario=graph-html#graph-html')
    expect(stateOf('graph-html')).toMatchObject({ active: false })
  })

  it('shows at the top what is active, with a button for each, and turns all off', async () => {
    tenant.scenarios.start('graph-html', { times: 3 })
    tenant.scenarios.start('secret-expired')
    tenant.faults.set({ at: 'me', kind: 'hang' })
    const text = await page()
    const active = activeOf(text)
    expect(textOf(active)).toContain('3 failures active')
    expect(textOf(active)).toContain('Graph sends HTML 3 requests left then open Users')
    expect(active).toContain('formaction="/_tenant/scenarios/secret-expired/clear"')
    expect(textOf(active)).toContain('1 single fault')
    expect(textOf(/<nav[\s\S]*?<\/nav>/.exec(text)?.[0] ?? '')).toBe(
      'Scenarios 3 on Requests Directory',
    )
    expect((await send('/clear')).status).toBe(303)
    expect(await page()).toContain(allWell)
    expect(await page()).not.toContain('Turn off all')
  })

  it('filters by each word of a text, in title, description, area and id', async () => {
    const found = await page('/_tenant?q=Graph+throttled-')
    expect(shownRows(found)).toEqual([
      'graph-throttled-date',
      'graph-throttled-no-header',
      'graph-throttled-negative',
      'graph-throttled-long',
      'graph-throttled-text',
    ])
    expect(found).toContain('5 scenarios match')
    expect(openAreas(found)).toBeGreaterThan(0)
    const none = await page('/_tenant?q=%3Cb%3Ezzz')
    expect(shownRows(none)).toEqual([])
    expect(none).toContain('No scenario matches.')
    expect(none).not.toContain('<b>zzz')
    expect(shownRows(await page())).toHaveLength(scenarios.length)
  })

  it('stays filtered after a button', async () => {
    const set = await send('/graph-html', { q: 'html' })
    expect(set.headers.get('location')).toBe('/_tenant?scenario=graph-html&q=html#graph-html')
    expect((await send('/graph-html/clear', { q: 'html' })).headers.get('location')).toBe(
      '/_tenant?q=html',
    )
  })

  it('names the users that a scenario is for', async () => {
    const [one, two] = [people(tenant).at(5), people(tenant).at(6)]
    tenant.scenarios.start('user-disabled', { user: one.id })
    expect(stateOf('user-disabled')?.users).toEqual([one.userPrincipalName])
    expect(textOf(activeOf(await page()))).toContain(`for ${one.displayName}`)
    tenant.scenarios.start('user-disabled', { user: two.id })
    const both = `for ${one.displayName}, ${two.displayName}, until turned off`
    expect(textOf(rowOf(await page(), 'user-disabled'))).toContain(both)
    tenant.scenarios.start('user-disabled')
    expect(stateOf('user-disabled')?.users).toEqual([])
    expect(textOf(rowOf(await page(), 'user-disabled'))).toContain(
      'for all users, until turned off',
    )
  })

  it('names the user that an action was for', async () => {
    const user = people(tenant).at(5)
    const done = await send('/tokens-revoked', { user: user.userPrincipalName })
    const row = rowOf(await page(done.headers.get('location') ?? ''), 'tokens-revoked')
    expect(textOf(row)).toContain(`Done for ${user.displayName}`)
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

  it('has one button for each scenario, with the options behind another', async () => {
    const row = rowOf(await page(), 'graph-html')
    expect(row).toContain('aria-label="Turn on: Graph sends HTML"')
    expect(row.match(/<button/g)).toHaveLength(1)
    expect(row).toContain('<details class="options" >')
    expect(rowOf(await page(), 'tokens-revoked')).toContain('>Run</button>')
    tenant.scenarios.start('graph-html')
    const active = rowOf(await page(), 'graph-html')
    // Enter in a field presses the first button.
    expect(active).toMatch(/>\s*Update\s*<\/button>[\s\S]*>\s*Turn off\s*<\/button>/)
    expect(active).toContain('formaction="/_tenant/scenarios/graph-html/clear?from=row"')
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
      expect(activeOf(text)).toContain('1 failure active')
      const row = rowOf(text, id)
      expect(row).toContain(words)
      expect(row).toContain(`aria-describedby="${id}-hint ${id}-problem"`)
      expect(row).toContain('<details class="options" open>')
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
    const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/_tenant/directory'])
    expect(tenant.users).toHaveLength(40)
    expect(await page('/_tenant/directory')).toContain('value="40"')
    tenant.resize(30)
  })

  it('lists test accounts by purpose, with a link that signs in as each', async () => {
    const large = await createTenant()
    const text = await (await fetch(`${large.origin}/_tenant/directory`)).text()
    await large.close()
    const { first, administrator, guest, disabled, inTooManyGroups } = people(large)
    const card = (purpose: string) =>
      new RegExp(`<b>${purpose}</b>[\\s\\S]*?</li>`).exec(text)?.[0] ?? ''
    expect(textOf(card('Role Directory.Reader'))).toContain(first.displayName)
    expect(card('Administrator')).toContain(administrator.userPrincipalName)
    expect(card('Disabled account')).toContain(disabled.userPrincipalName)
    expect(card('240 groups')).toContain(inTooManyGroups.userPrincipalName)
    const hint = new URLSearchParams({ loginHint: guest.mail ?? '' }).toString()
    expect(card('Guest').replaceAll('&#61;', '=')).toContain(
      `href="http://localhost:5173/auth/sign-in?${hint}"`,
    )
  })
})

describe('the address of the app', () => {
  const pageOf = async (other: Tenant) => (await fetch(`${other.origin}/_tenant`)).text()
  const client = {
    clientId: '6b1f0c1e-5d0a-4f9b-9c57-0f6a3f1f7a10',
    secrets: ['a-secret-of-this-test'],
    name: 'Another app',
  }

  it('is that of its latest sign-in', async () => {
    const other = await createTenant({ users: 3 })
    await fetch(authorizeUrl(other))
    // A stranger can write such an address, so it has to be registered.
    await fetch(authorizeUrl(other, { redirect_uri: 'https://evil.example/auth/redirect' }))
    const text = await pageOf(other)
    await other.close()
    expect(text).toContain('href="http://localhost:6173/">Open the app')
    expect(text).toContain('href="http://localhost:6173/users"')
    expect(text).not.toContain('evil.example')
  })

  it('has the path of an app that shares its host', async () => {
    const redirectUris = ['https://portal.example.com/people/auth/redirect']
    const other = await createTenant({ users: 3, clients: [{ ...client, web: { redirectUris } }] })
    const text = await pageOf(other)
    await other.close()
    expect(text).toContain('href="https://portal.example.com/people/">Open the app')
    expect(text).toContain('href="https://portal.example.com/people/users"')
  })

  it('leads to the home page of an app with other paths than Gatehouse', async () => {
    const redirectUris = ['http://localhost:4000/callback']
    const other = await createTenant({ users: 3, clients: [{ ...client, web: { redirectUris } }] })
    const text = await pageOf(other)
    await other.close()
    expect(text).toContain('href="http://localhost:4000/">Open the app')
    expect(text).toContain('href="http://localhost:4000/">the app')
    expect(text).not.toContain('4000/users')
  })

  it('is left out if no redirect URI is a web address', async () => {
    const publicClient = { redirectUris: ['com.example.app://callback'] }
    const other = await createTenant({ users: 3, clients: [{ ...client, publicClient }] })
    const text = await pageOf(other)
    await other.close()
    expect(text).not.toContain('Open the app')
    expect(text).not.toContain('then open')
  })
})

describe('the directory’s tab', () => {
  const page = async (path: string) =>
    (await fetch(`${tenant.origin}/_tenant/directory${path}`)).text()
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${tenant.origin}/_tenant${path}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
    })

  it('finds a person, changes and deletes one, and adds another', async () => {
    const added = await post('/users', {
      userPrincipalName: 'pat@local-tenant.example',
      displayName: 'Pat <b>',
    })
    expect(added.headers.get('location')).toMatch(/^\/_tenant\/directory\?user=.*#edit$/)
    const pat = tenant.users.find(({ displayName }) => displayName === 'Pat <b>')
    expect(await page('?q=pat')).toContain(`href="/_tenant/directory?user=${pat?.id}#edit"`)
    expect(await page('?q=zzzz')).toContain('No person has a name')
    const form = await page(`?user=${pat?.id}`)
    expect(form).toContain(`action="/_tenant/users/${pat?.id}"`)
    expect(form).not.toContain('Pat <b>')
    await post(`/users/${pat?.id}`, {
      displayName: 'Pat',
      accountEnabled: 'false',
      isAdmin: 'true',
    })
    expect(tenant.users.find(({ id }) => id === pat?.id)).toMatchObject({
      displayName: 'Pat',
      accountEnabled: false,
      isAdmin: true,
    })
    expect((await post('/revoke', { user: pat?.id ?? '' })).status).toBe(303)
    await post(`/users/${pat?.id}/delete`, {})
    expect(tenant.users.some(({ id }) => id === pat?.id)).toBe(false)
  })

  it('changes the addresses of a client, by the rules of a registration', async () => {
    const [client] = tenant.clients
    const path = `/clients/${client?.clientId}`
    expect(await page(`?client=${client?.clientId}`)).toContain(`action="/_tenant${path}"`)
    const before = (client?.web?.redirectUris ?? []).join('\n')
    const refused = await post(path, { name: 'App', web: 'http://app.example/' })
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('https://'),
    ])
    const changed = await post(path, {
      name: 'App',
      web: before,
      spa: 'http://localhost:9000/\nhttps://a.example/',
    })
    expect(changed.status).toBe(303)
    expect(await page(`?client=${client?.clientId}`)).toContain(
      'http://localhost:9000/\nhttps://a.example/',
    )
    await post(path, { name: client?.name ?? '', web: before })
  })
})
