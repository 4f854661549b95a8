import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  clearScenarios,
  createTenant,
  people,
  setScenario,
  type Tenant,
} from '../src/testing/index.ts'

let tenant: Tenant
beforeAll(async () => {
  tenant = await createTenant({ users: 13 })
})
afterAll(() => tenant.close())

const activeOnes = () => tenant.scenarios.list().filter(({ active }) => active)

describe('people', () => {
  it('are found by their differences in a directory of 13', () => {
    const { first, administrator, guest, inManyGroups, inTooManyGroups } = people(tenant)
    expect(first).toBe(tenant.users[0])
    expect([administrator.isAdmin, first.isAdmin]).toEqual([true, false])
    expect([guest.userType, first.userType]).toEqual(['Guest', 'Member'])
    expect(inManyGroups.groups).toHaveLength(200)
    expect(inTooManyGroups.groups.length).toBeGreaterThan(200)
    expect(people(tenant).at(12)).toBe(tenant.users[12])
  })

  it('are found by role and group', () => {
    const { withRole, inGroup, withoutRole, inTooManyGroups } = people(tenant)
    expect(withRole('Directory.Auditor').roles).toContain('Directory.Auditor')
    expect(withoutRole.roles).toEqual([])
    const [group = ''] = inTooManyGroups.groups
    expect(inGroup(group).groups).toContain(group)
    expect(() => withRole('Pilot')).toThrow('there is no user with the role Pilot')
    expect(() => inGroup('x')).toThrow('there is no user in the group x')
  })

  it('throw an error that says which one the directory does not have', () => {
    const few = people({ users: tenant.users.slice(0, 1) })
    expect(() => few.at(1)).toThrow('Of 1 users, there is none at 1.')
    expect(() => few.guest).toThrow('Of 1 users, there is no guest.')
  })
})

describe('a scenario', () => {
  it('is set for the given number of requests and the given user, until it is cleared', async () => {
    const { userPrincipalName: user } = people(tenant).guest
    const clear = await setScenario(tenant, 'graph-throttled', { times: 2 })
    await setScenario(tenant, 'user-disabled', { user })
    expect(activeOnes()).toMatchObject([
      { id: 'user-disabled', users: [user] },
      { id: 'graph-throttled', left: 2 },
    ])
    await clear()
    expect(activeOnes()).toMatchObject([{ id: 'user-disabled' }])
  })

  it('is cleared with all others, and with single faults', async () => {
    await setScenario(tenant, 'secret-expired')
    tenant.faults.set({ at: 'users', kind: 'hang' })
    await clearScenarios(tenant)
    expect(activeOnes()).toEqual([])
    expect(tenant.faults.list()).toEqual([])
  })

  it('is refused in the tenant’s own words if it does not exist or does not fit', async () => {
    await expect(setScenario(tenant, 'rain')).rejects.toThrow('There is no scenario "rain"')
    await expect(setScenario(tenant, 'user-disabled', { times: 1 })).rejects.toThrow('"times"')
    expect(activeOnes()).toEqual([])
  })
})
