import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()

describe('register', () => {
  it('creates a registration, writes the ids, and puts the secret into a file that git ignores', async () => {
    const { code, out, err } = await setup.register()
    expect(err).not.toContain('Error')
    expect(code).toBe(0)
    const [application, ...others] = await setup.applications()
    expect(others).toEqual([])
    expect(application).toMatchObject({
      displayName: 'Gatehouse',
      uniqueName: 'gatehouse-gatehouse',
      signInAudience: 'AzureADMyOrg',
      web: {
        redirectUris: ['http://localhost:5173/auth/redirect', 'http://localhost:5173/signed-out'],
        logoutUrl: null,
      },
    })
    expect(await setup.servicePrincipals()).toHaveLength(1)
    expect(setup.folder.config()).toMatchObject({
      tenant: setup.tenant.tenantId,
      clientId: application?.appId,
      authority: setup.tenant.authority,
      publicUrl: 'http://localhost:5173',
      downstreamApis: { graph: { baseUrl: setup.tenant.graphUrl } },
    })
    const [secret] = application?.passwordCredentials ?? []
    expect(setup.folder.config().clientSecretExpires).toBe(secret?.endDateTime.slice(0, 10))
    expect(setup.folder.text('.env')).toContain(`key ${secret?.keyId}`)
    expect(setup.folder.mode('.env')).toBe(0o600)
    const value = /AAD_CLIENT_SECRET=(.+)/.exec(setup.folder.text('.env'))?.[1] ?? ''
    expect(value.length).toBeGreaterThan(10)
    expect(out + err).not.toContain(value)
    expect(out).toContain(`appId/${application?.appId}`)
    const consent = /https?:\/\/\S+adminconsent\S+/.exec(out)?.[0] ?? ''
    expect((await fetch(consent)).status).toBe(200)
  })
  it('has nothing to do the second time, and creates nothing twice', async () => {
    await setup.register()
    const [before] = await setup.applications()
    const files = [setup.folder.text('.env'), setup.folder.text('aad.config.json')]
    const { code, out } = await setup.register()
    expect(code).toBe(0)
    expect(out).toContain('Everything is as it should be.')
    expect(await setup.applications()).toEqual([before])
    expect(await setup.servicePrincipals()).toHaveLength(1)
    expect([setup.folder.text('.env'), setup.folder.text('aad.config.json')]).toEqual(files)
  })

  it('only shows the changes in a dry run, and prints no colours in a pipe', async () => {
    const fresh = setup.folder.text('aad.config.json')
    const { code, out } = await setup.register('--dry-run')
    expect(code).toBe(0)
    expect(await setup.applications()).toEqual([])
    expect(setup.folder.text('aad.config.json')).toBe(fresh)
    expect(setup.folder.has('.env')).toBe(false)
    for (const line of [
      /\+ application +Gatehouse/,
      /\+ redirect URI +http:\/\/localhost:5173\/auth\/redirect/,
      /\+ delegated permission +User.ReadBasic.All \(Microsoft Graph\)/,
      /\+ optional claim \(ID token\) +login_hint/,
      /\+ service principal/,
      /\+ client secret +ends 20/,
      /-\s+"clientId": "\{enter-your-client-id-here\}"/,
      /\+\s+"clientId": "\(the id of the new application\)"/,
      /\+ AAD_CLIENT_SECRET/,
      /nothing was changed/,
    ]) {
      expect(out).toMatch(line)
    }
    expect(out).not.toContain('\u001B')
  })

  it('explains every option, with examples, also without a terminal', async () => {
    for (const command of ['register', 'cleanup'] as const) {
      const { code, out } = await setup.start(command, '--help').ended
      expect(code).toBe(0)
      expect(out).toContain(`Usage: npm run ${command} -- [options]`)
      expect(out).toMatch(/Examples:\n {2}\$ npm run/)
    }
  })

  it('registers the redirect URIs of the public address, and keeps the earlier ones', async () => {
    await setup.register()
    const { code } = await setup.register('--public-url', 'https://app.example.test')
    expect(code).toBe(0)
    const [application] = await setup.applications()
    expect(application?.web?.redirectUris).toEqual([
      'http://localhost:5173/auth/redirect',
      'http://localhost:5173/signed-out',
      'https://app.example.test/auth/redirect',
      'https://app.example.test/signed-out',
    ])
    expect(application?.web?.logoutUrl).toBe('https://app.example.test/auth/front-channel-logout')
    expect(setup.folder.config().publicUrl).toBe('https://app.example.test')
  })

  it('asks for the permissions of the configuration and no more', async () => {
    await setup.register()
    const [application] = await setup.applications()
    const [access, ...others] = application?.requiredResourceAccess ?? []
    expect(others).toEqual([])
    const graphs = await setup.graph.find<{
      oauth2PermissionScopes: { id: string; value: string }[]
    }>(`/servicePrincipals(appId='${access?.resourceAppId}')`, 'read')
    const name = (id: string) =>
      graphs?.oauth2PermissionScopes.find((scope) => scope.id === id)?.value
    expect(access?.resourceAccess.map(({ id }) => name(id)).toSorted()).toEqual([
      'User.Read',
      'User.ReadBasic.All',
      'offline_access',
      'openid',
      'profile',
    ])
    expect(access?.resourceAccess.every(({ type }) => type === 'Scope')).toBe(true)
  })

  it('makes the app roles of the configuration and the groups claim, and shows them first', async () => {
    const shown = await setup.register('--dry-run')
    expect(shown.out).toMatch(/\+ +app role +Directory\.Reader/)
    expect(shown.out).toMatch(/\+ +groups claim +security groups/)
    await setup.register()
    const [application] = await setup.applications()
    const named = (roles = application?.appRoles) => roles?.map(({ value }) => value)
    expect(named()).toEqual(['Directory.Reader', 'Directory.Auditor'])
    expect(application?.groupMembershipClaims).toBe('SecurityGroup')

    const file = setup.folder.text('aad.config.json')
    writeFileSync(
      join(setup.folder.path, 'aad.config.json'),
      file.replace('"Directory.Auditor"]', '"Directory.Auditor", "Orders.Clerk"]'),
    )
    const { out } = await setup.register()
    expect(out).toMatch(/\+ +app role +Orders\.Clerk/)
    expect(out).not.toMatch(/app role +Directory/)
    const [after] = await setup.applications()
    expect(named(after?.appRoles)).toEqual([
      'Directory.Reader',
      'Directory.Auditor',
      'Orders.Clerk',
    ])
    expect(after?.appRoles?.slice(0, 2)).toEqual(application?.appRoles)
    expect((await setup.register()).out).toContain('Everything is as it should be.')
  })

  it('asks for the permissions of a second API too, and refuses an API that the tenant lacks', async () => {
    const path = join(setup.folder.path, 'aad.config.json')
    const fresh = setup.folder.config()
    const withOrders = (scope: string) => {
      const orders = { baseUrl: setup.tenant.ordersUrl, scopes: [scope] }
      const downstreamApis = { ...fresh.downstreamApis, orders }
      writeFileSync(path, JSON.stringify({ ...fresh, downstreamApis }))
    }
    const id = '6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'
    withOrders('api://nowhere/Orders.Read')
    expect((await setup.register()).err).toContain('knows no API api://nowhere')
    withOrders(`api://${id}/Orders.Read`)
    const { code, out } = await setup.register()
    expect([code, out]).toEqual([0, expect.stringMatching(/Orders\.Read \(Orders \(local\)\)/)])
    const [application] = await setup.applications()
    expect(application?.requiredResourceAccess).toContainEqual({
      resourceAppId: id,
      resourceAccess: [{ id: expect.any(String) as string, type: 'Scope' }],
    })
  })

  it('refuses a permission that Graph does not have, and changes nothing', async () => {
    const file = setup.folder.text('aad.config.json')
    writeFileSync(
      join(setup.folder.path, 'aad.config.json'),
      file.replaceAll('User.ReadBasic.All', 'User.ReadBasics.All'),
    )
    const { code, err } = await setup.register()
    expect(code).toBe(1)
    expect(err).toContain('has no delegated permission User.ReadBasics.All')
    expect(await setup.applications()).toEqual([])
    expect(setup.folder.has('.env')).toBe(false)
  })

  it('accepts accounts of any organisation if told to, and lists the allowed ones in the configuration', async () => {
    expect((await setup.register('--multi-tenant')).code).toBe(0)
    const [application] = await setup.applications()
    expect(application?.signInAudience).toBe('AzureADMultipleOrgs')
    expect(setup.folder.config()).toMatchObject({
      tenant: 'organizations',
      allowedTenants: [setup.tenant.tenantId],
    })
    expect((await setup.register()).out).toContain('Everything is as it should be.')
    expect((await setup.register('--single-tenant')).code).toBe(0)
    expect((await setup.applications())[0]?.signInAudience).toBe('AzureADMyOrg')
    expect(setup.folder.config().tenant).toBe(setup.tenant.tenantId)
    expect(setup.folder.config()).not.toHaveProperty('allowedTenants')
  })

  it('keeps several registrations apart by name', async () => {
    await setup.register('--name', 'Gatehouse staging')
    const { code, err } = await setup.register('--name', 'Gatehouse production')
    expect(code).toBe(1)
    expect(err).toContain('names the application "Gatehouse staging"')
    expect(await setup.applications()).toHaveLength(1)
  })
})
