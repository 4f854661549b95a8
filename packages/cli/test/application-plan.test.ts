import { describe, expect, it } from 'vitest'
import type { Application } from '../src/graph/answers.ts'
import { planApplication, type WantedApplication } from '../src/register/application-plan.ts'

const graph = '00000003-0000-0000-c000-000000000000'
const wanted: WantedApplication = {
  displayName: 'Gatehouse',
  multiTenant: false,
  redirectUris: ['https://app.example.test/auth/redirect', 'https://app.example.test/signed-out'],
  logoutUrl: 'https://app.example.test/auth/front-channel-logout',
  permissions: [
    { resourceAppId: graph, resourceName: 'Microsoft Graph', id: 'read', value: 'User.Read' },
  ],
  roles: ['Orders.Reader', 'Orders.Clerk'],
}

/** One of the wanted roles, which an administrator made and switched off. */
const theirRole = {
  id: 'theirs',
  value: 'Orders.Clerk',
  displayName: 'Clerk',
  allowedMemberTypes: ['User', 'Application'],
  isEnabled: false,
}

/** The application as Graph would return it after the plan. */
function afterwards(body: Record<string, unknown>, before?: Application): Application {
  return { id: 'o', appId: 'a', displayName: 'Gatehouse', ...before, ...body }
}

describe('the plan for the application', () => {
  it('creates an application with everything that sign-in and sign-out need', () => {
    const { action, body, lines } = planApplication(wanted, undefined)
    expect(action).toBe('create')
    expect(body).toEqual({
      displayName: 'Gatehouse',
      signInAudience: 'AzureADMyOrg',
      web: { redirectUris: wanted.redirectUris, logoutUrl: wanted.logoutUrl },
      requiredResourceAccess: [
        { resourceAppId: graph, resourceAccess: [{ id: 'read', type: 'Scope' }] },
      ],
      optionalClaims: {
        accessToken: [],
        saml2Token: [],
        idToken: ['login_hint', 'sid', 'auth_time', 'acct', 'groups'].map((name) => ({
          name,
          essential: false,
        })),
      },
      groupMembershipClaims: 'SecurityGroup',
      appRoles: ['Orders.Reader', 'Orders.Clerk'].map((value) => ({
        id: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
        ) as string,
        value,
        displayName: value,
        description: `Users with the role ${value}`,
        allowedMemberTypes: ['User'],
        isEnabled: true,
      })),
    })
    expect(lines.every(({ sign }) => sign === '+')).toBe(true)
  })

  it('has nothing to do the second time', () => {
    const made = afterwards(planApplication(wanted, undefined).body)
    expect(planApplication(wanted, made)).toEqual({ action: 'keep', body: {}, lines: [] })
  })

  it('keeps what others added', () => {
    const theirs: Application = {
      id: 'o',
      appId: 'a',
      displayName: 'Renamed',
      signInAudience: 'AzureADMyOrg',
      web: {
        redirectUris: ['https://other.example.test/in'],
        homePageUrl: 'https://other.example.test',
      },
      requiredResourceAccess: [
        { resourceAppId: 'orders', resourceAccess: [{ id: 'o', type: 'Role' }] },
        { resourceAppId: graph, resourceAccess: [{ id: 'mail', type: 'Scope' }] },
      ],
      optionalClaims: { accessToken: [{ name: 'xms_cc' }], idToken: [{ name: 'email' }] },
      groupMembershipClaims: 'ApplicationGroup',
      appRoles: [theirRole],
    }
    const after = afterwards(planApplication(wanted, theirs).body, theirs)
    expect(after.displayName).toBe('Renamed')
    expect(after.web?.homePageUrl).toBe('https://other.example.test')
    expect(after.web?.redirectUris).toEqual([
      'https://other.example.test/in',
      ...wanted.redirectUris,
    ])
    expect(after.requiredResourceAccess).toEqual([
      { resourceAppId: 'orders', resourceAccess: [{ id: 'o', type: 'Role' }] },
      {
        resourceAppId: graph,
        resourceAccess: [
          { id: 'mail', type: 'Scope' },
          { id: 'read', type: 'Scope' },
        ],
      },
    ])
    expect(after.groupMembershipClaims).toBe('ApplicationGroup')
    expect(after.appRoles?.[0]).toEqual(theirRole)
    expect(after.appRoles?.map(({ value }) => value)).toEqual(['Orders.Clerk', 'Orders.Reader'])
    expect(after.optionalClaims?.accessToken).toEqual([{ name: 'xms_cc' }])
    expect(after.optionalClaims?.idToken?.map(({ name }) => name)).toEqual([
      'email',
      'login_hint',
      'sid',
      'auth_time',
      'acct',
      'groups',
    ])
  })

  it('keeps the front-channel logout URL if there is no https', () => {
    const local = { ...wanted, logoutUrl: undefined, redirectUris: ['http://localhost:5173/x'] }
    const theirs = afterwards(planApplication(wanted, undefined).body)
    const { body } = planApplication(local, theirs)
    expect(body['web']).toEqual({
      redirectUris: [...wanted.redirectUris, 'http://localhost:5173/x'],
      logoutUrl: wanted.logoutUrl,
    })
  })

  it('shows the old front-channel logout URL if it changes', () => {
    const theirs = afterwards(planApplication(wanted, undefined).body)
    const moved = { ...wanted, logoutUrl: 'https://new.example.test/auth/front-channel-logout' }
    const [line] = planApplication(moved, theirs).lines
    expect(line?.sign).toBe('~')
    expect(line?.value).toContain(`was ${wanted.logoutUrl}`)
  })
})
