import { describe, expect, it } from 'vitest'
import { createChangeLog } from '../src/directory/changes/change-log.ts'
import { createDirectory } from '../src/directory/directory.ts'
import { generateUsers } from '../src/directory/generate.ts'

const directory = (count = 30) => createDirectory(generateUsers, count, () => 1_000)

describe('the changes of a directory', () => {
  it('are all in its snapshot, which is plain JSON and makes another directory the same', () => {
    const one = directory()
    const [first, second, third, fourth] = one.users
    if (!first || !second || !third || !fourth) throw new Error('There are too few users.')
    one.putUser({ ...first, displayName: 'Changed' })
    one.putUser({ ...second, id: '11111111-1111-4111-8111-111111111111', userPrincipalName: 'x@y' })
    one.deleteUser(third.id)
    one.setManager(fourth.id, first.id)
    const [group, other, last] = one.groups
    if (!group || !other || !last) throw new Error('There are too few groups.')
    one.setMember(group.id, fourth.id, true)
    one.setMember(group.id, first.id, false)
    one.putGroup({ ...other, displayName: 'Renamed' })
    one.deleteGroup(last.id)
    const text = JSON.stringify(one.snapshot())

    const two = directory()
    two.restore(JSON.parse(text))
    expect(JSON.stringify(two.snapshot())).toBe(text)
    expect(two.users).toEqual(one.users)
    expect(two.groups).toEqual(one.groups)
    expect(two.byUserName('X@Y')?.id).toBe('11111111-1111-4111-8111-111111111111')
    expect(two.deletedUsers.list()).toEqual([{ object: third, deletedAt: 1_000 }])
    expect(two.byId(third.id)).toBeUndefined()
    expect(two.managers.managerOf(fourth)?.displayName).toBe('Changed')
    expect(two.membership.membersOf(group)).toEqual(one.membership.membersOf(group))

    two.restore()
    expect(two.users).toEqual(directory().users)
    expect(two.groups).toEqual(directory().groups)
    expect(two.byUserName('x@y')).toBeUndefined()
  })

  it('stay when the number of users changes', () => {
    const one = directory(20)
    const [first] = one.users
    if (!first) throw new Error('There are no users.')
    one.putUser({ ...first, displayName: 'Changed' })
    one.resize(25)
    expect([one.users.length, one.users[0]?.displayName]).toEqual([25, 'Changed'])
    expect(one.byUserName(first.userPrincipalName)?.displayName).toBe('Changed')
    const last = one.users[24]
    if (!last) throw new Error('There are too few users.')
    one.putUser({ ...last, displayName: 'Last' })
    one.putUser({ ...last, id: '33333333-3333-4333-8333-333333333333', userPrincipalName: 'z@y' })
    one.resize(20)
    // Who was created stays; a generated user who is no longer there does not.
    expect([one.users.length, one.users[20]?.userPrincipalName]).toEqual([21, 'z@y'])
    expect(one.byId(last.id)).toBeUndefined()
    expect(one.byUserName(last.userPrincipalName)).toBeUndefined()
    one.resize(25)
    expect(one.byId(last.id)?.displayName).toBe('Last')
  })

  it('are remembered up to a bound, and what is older is not known', () => {
    const log = createChangeLog()
    log.add('user', 'a')
    expect(log.since(0)?.map(({ id }) => id)).toEqual(['a'])
    expect(log.since(1)).toEqual([])
    // A number that this log has not reached is of another one.
    expect(log.since(2)).toBeUndefined()
    for (let count = 0; count < 12_000; count += 1) log.add('user', 'b')
    expect(log.since(0)).toBeUndefined()
    expect(log.since(log.latest() - 9_000)).toHaveLength(9_000)
  })

  it('give each id of a user’s groups an object, also ids that are not generated', () => {
    const id = '22222222-2222-4222-8222-222222222222'
    const make = (count: number) =>
      generateUsers(count).map((user, place) => (place === 3 ? { ...user, groups: [id] } : user))
    const one = createDirectory(make, 20, () => 0)
    expect(one.group(id)?.displayName).toBe('Group 22222222')
    const group = one.group(id)
    expect(group && one.membership.membersOf(group).users).toEqual([one.users[3]])
  })
})
