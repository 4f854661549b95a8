/** What the pages of sign-in and consent show of a user, and their ways on and back. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portrait } from '../src/directory/portrait.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { authorizeUrl } from './application.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant()))
afterAll(() => tenant.close())

const page = async (parameters: Record<string, string> = {}) =>
  (await fetch(authorizeUrl(tenant, parameters))).text()

async function send(members: Record<string, string>, at = tenant): Promise<string> {
  const body = new URLSearchParams(members)
  const cookie = 'tenant_accounts=none'
  const answer = await fetch(authorizeUrl(at), { method: 'POST', body, headers: { cookie } })
  return answer.text()
}

/** The button of a user on the account picker, or of each user. */
function buttonsOf(html: string, id = '[^"]+'): string[] {
  const button = new RegExp(`<button name="user" value="${id}"[\\s\\S]*?</button>`, 'g')
  return [...html.matchAll(button)].map(([found]) => found)
}

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

it('every page is kept out of frames, which would get a person to press its buttons, and is read as what it is', async () => {
  for (const url of [
    authorizeUrl(tenant),
    `${tenant.origin}/_tenant`,
    `${tenant.origin}/devicelogin`,
  ]) {
    const { headers } = await fetch(url)
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

describe('the account picker', () => {
  it('offers the first users, with their photos, and marks the administrator', async () => {
    const buttons = buttonsOf((await page()).split('<details')[0] ?? '')
    expect(buttons).toHaveLength(6)
    const { first, administrator } = people(tenant)
    expect(textOf(buttons[0] ?? '')).toBe(`${first.displayName} ${first.userPrincipalName}`)
    const photo = portrait(first.id).toString('base64')
    expect(buttons[0]?.replaceAll('&#61;', '=')).toContain(`src="data:image/png;base64,${photo}"`)
    expect(textOf(buttonsOf(await page(), administrator.id)[0] ?? '')).toMatch(/ Admin$/)
  })

  it('loads no photo from another place', async () => {
    const answer = await fetch(authorizeUrl(tenant))
    expect(answer.headers.get('content-security-policy')).toContain('; img-src data:;')
    const sources = [...(await answer.text()).matchAll(/\ssrc="([^"]{5})/g)]
    expect(new Set(sources.map(([, start]) => start))).toEqual(new Set(['data:']))
  })

  it('shows initials where Graph has no photo', async () => {
    const user = tenant.users.find(({ id }) => parseInt(id.slice(-1), 16) % 2 === 1)
    const [button = ''] = buttonsOf(await send({ q: user?.displayName ?? '' }), user?.id)
    expect(button).not.toContain('<img')
    expect(button).toMatch(/class="avatar hue\d+" aria-hidden="true">\p{L}\p{L}?</u)
  })

  it('offers users for special cases by purpose, behind a button', async () => {
    const [, special = ''] = (await page()).split('<details class="special">')
    const { guest, disabled, inTooManyGroups } = people(tenant)
    const purpose = (id: string) => textOf(buttonsOf(special, id)[0] ?? '')
    expect(purpose(guest.id)).toMatch(/ Guest$/)
    expect(purpose(disabled.id)).toMatch(/ Disabled account$/)
    expect(purpose(inTooManyGroups.id)).toMatch(/ 240 groups$/)
    // Somebody who searches has said who is wanted.
    expect(await send({ q: 'nor' })).not.toContain('class="special"')
  })

  it('takes the address at home of a guest, typed or as a hint', async () => {
    const { guest } = people(tenant)
    const hinted = buttonsOf(await page({ login_hint: guest.mail ?? '' }))
    expect(hinted).toHaveLength(1)
    expect(hinted[0]).toContain(guest.id)
    expect(await send({ q: guest.mail?.toUpperCase() ?? '' })).toContain('Permissions requested')
    // Only guests have another name to sign in by.
    expect(await send({ q: 'someone@partner.example' })).toContain('No one matches')
  })

  it('refuses a disabled account as Entra does, and marks it', async () => {
    const { disabled } = people(tenant)
    const refused = await send({ user: disabled.id })
    expect(refused).toContain('role="alert">AADSTS50057: The user account is disabled.<')
    expect(refused).not.toContain('name="accept"')
    const found = await send({ q: disabled.displayName })
    expect(textOf(buttonsOf(found, disabled.id)[0] ?? '')).toMatch(/ Disabled$/)
  })

  it('marks a user whom a scenario has disabled', async () => {
    const { first } = people(tenant)
    tenant.disableUser(first.id)
    expect(textOf(buttonsOf(await page(), first.id)[0] ?? '')).toMatch(/ Disabled$/)
    tenant.enableUser(first.id)
    expect(textOf(buttonsOf(await page(), first.id)[0] ?? '')).not.toMatch(/Disabled/)
  })
})

describe('the pages that ask for consent', () => {
  const primary = (html: string) =>
    [...html.matchAll(/<button class="primary"[^>]*>([^<]+)</g)].map(([, text]) => text)

  it('accept with the primary button', async () => {
    const cookies = await fetch(authorizeUrl(tenant), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ user: people(tenant).at(3).id }),
    })
    expect(primary(await cookies.text())).toEqual(['Accept'])
  })

  it('do not make the way back without consent the primary button', async () => {
    tenant.requireAdminConsent(true)
    const text = await send({ user: people(tenant).at(4).id })
    tenant.requireAdminConsent(false)
    expect(text).toContain('>Return without granting consent<')
    expect(primary(text)).toEqual(['Sign in as an administrator'])
  })
})

describe('the error page', () => {
  const back = (text: string) => /href="([^"]*)">Back to the app</.exec(text)?.[1]

  it('leads back to the app of a known client, never to the address that was refused', async () => {
    const text = await page({ redirect_uri: 'https://evil.example/auth/redirect' })
    expect(text).toContain('AADSTS50011')
    // Or the address that it signed in from last.
    expect(back(text)).toMatch(/^http:\/\/localhost:[56]173\/$/)
    expect(/<a [^>]*evil/.exec(text)).toBe(null)
  })

  it('has no way back for a client that is not known', async () => {
    const text = await page({ client_id: '00000000-0000-4000-8000-000000000001' })
    expect(text).toContain('AADSTS700016')
    expect(back(text)).toBeUndefined()
  })
})

describe('names that are hard to read', () => {
  const names: Record<string, { name: string; shown: string; initials: string }> = {
    empty: { name: '', shown: '(no name)', initials: 'an icon' },
    'blanks alone': { name: ' \u00a0\u3000 ', shown: '(no name)', initials: 'an icon' },
    'invisible characters alone': {
      name: '\u200b\u2066\ufeff',
      shown: '(no name)',
      initials: 'an icon',
    },
    'symbols alone': { name: '★ ☂ ★', shown: '★ ☂ ★', initials: 'an icon' },
    'an override of direction': {
      name: 'Ann \u202egnp.exe',
      shown: 'Ann gnp.exe',
      initials: 'A',
    },
    'right to left': { name: 'נועה כהן', shown: 'נועה כהן', initials: 'נכ' },
    '200 characters': { name: 'W'.repeat(200), shown: 'W'.repeat(200), initials: 'W' },
  }
  const all = Object.entries(names)
  // Ids that end with an odd digit have no photo, so that the initials show.
  const idAt = (index: number) => `00000000-0000-4000-8000-0000000000${index}1`
  let odd: Tenant
  beforeAll(async () => {
    const patches = all.map(([, { name: displayName }], index) => [
      index,
      {
        displayName,
        id: idAt(index),
        userPrincipalName: `odd${index}@local-tenant.example`,
        isAdmin: true,
      },
    ])
    odd = await createTenant({
      users: 20,
      patchUsers: Object.fromEntries(patches) as Record<number, object>,
    })
  })
  afterAll(() => odd.close())

  it.each(all.map(([what, expected], index) => ({ what, index, ...expected })))(
    'are shown on the account picker: $what',
    async ({ index, shown, initials }) => {
      const [button = ''] = buttonsOf(await send({ q: `odd${index}` }, odd), idAt(index))
      expect(button).toContain(`<bdi>${shown}</bdi>`)
      expect(button).toContain(`title="${shown}"`)
      expect(button).toContain(`<bdi>odd${index}@local-tenant.example</bdi>`)
      const [, avatar = ''] = /aria-hidden="true">([\s\S]*?)<\/span>/.exec(button) ?? []
      expect(avatar.startsWith('<svg') ? 'an icon' : avatar).toBe(initials)
    },
  )

  it.each(all.map(([what, expected], index) => ({ what, index, ...expected })))(
    'are shown on the control page: $what',
    async ({ index, name, shown }) => {
      odd.scenarios.start('user-disabled', { user: idAt(index) })
      const text = await (await fetch(`${odd.origin}/_tenant`)).text()
      odd.scenarios.clear()
      const active = /class="now on"[\s\S]*?<\/form>/.exec(text)?.[0] ?? ''
      expect(active).toContain(`<bdi>${shown}</bdi>`)
      // As it is, only where nothing had to be left out.
      expect(text.includes(`>${name}<`) && name !== '').toBe(name === shown)
    },
  )
})
