import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Users } from '@gatehouse/shared/users'
import { firstName } from '../src/pages/home/signed-in.tsx'
import { findMatch } from '../src/pages/users/user-table.tsx'
import {
  pageCount,
  rangeText,
  readListParams,
  usersPage,
  writeListParams,
} from '../src/pages/users/users-query.ts'
import { initials } from '../src/ui/avatar.tsx'

const list = { search: '', sort: 'name' } as const

/** A fake API: a directory of `pages` pages, whose cursors are "after-1", "after-2", … */
function directory(pages: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string) => {
    const cursor = new URLSearchParams(path.split('?')[1]).get('cursor')
    asked.push(cursor ?? 'start')
    const page = cursor ? Number(cursor.replace('after-', '')) + 1 : 1
    const next = page < pages ? `after-${page}` : null
    return Promise.resolve(Response.json({ users: [], total: pages * 25, next } satisfies Users))
  })
  return asked
}

afterEach(() => vi.unstubAllGlobals())

describe('a page of users', () => {
  test('is reached through the pages before it, each requested once', async () => {
    const asked = directory(5)
    const client = new QueryClient()
    expect(await client.fetchQuery(usersPage(list, 3))).toMatchObject({ page: 3, next: 'after-3' })
    await client.fetchQuery(usersPage(list, 4))
    expect(asked).toEqual(['start', 'after-1', 'after-2', 'after-3'])
  })

  test('beyond the end is the last one', async () => {
    directory(2)
    const client = new QueryClient()
    expect(await client.fetchQuery(usersPage(list, 9))).toMatchObject({ page: 2, next: null })
  })

  test('very far in is the first one, so that a link cannot cause a thousand requests', async () => {
    const asked = directory(4000)
    const client = new QueryClient()
    expect(await client.fetchQuery(usersPage(list, 3999))).toMatchObject({ page: 1 })
    expect(asked).toEqual(['start'])
  })
})

describe('the address of the users page', () => {
  const read = (query: string) => readListParams(new URLSearchParams(query))

  test('survives being read and written', () => {
    const query = 'q=ada+l&sort=-name&page=3'
    expect(writeListParams(read(query)).toString()).toBe(query)
    expect(writeListParams(read('')).toString()).toBe('')
  })

  test('never holds what the API refuses', () => {
    expect(read(`q=${'x'.repeat(300)}`).search).toHaveLength(100)
    for (const page of ['0', '-1', '1.5', 'x', '', '99999999999']) {
      expect(read(`page=${page}`).page).toBe(1)
    }
    expect(read('sort=drop').sort).toBe('name')
  })
})

describe('the text about a list', () => {
  test('says which part of the list is shown', () => {
    expect(rangeText(2, 25, 1204)).toBe('26–50 of 1,204')
    expect(rangeText(49, 4, 1204)).toBe('1,201–1,204 of 1,204')
    expect(rangeText(1, 0, 0)).toBe('0 of 0')
    expect(rangeText(1, 25, null)).toBe('1–25')
  })

  test('counts the pages if Graph counted the users', () => {
    expect([0, 25, 26, 1204].map(pageCount)).toEqual([1, 1, 2, 49])
    expect(pageCount(null)).toBeUndefined()
  })
})

describe('a match', () => {
  test('is found at the start of words', () => {
    expect(findMatch('Ada King Lovelace', 'LOVE')).toEqual(['Ada King ', 'Love', 'lace'])
    expect(findMatch('ada.lovelace@x.example', 'love')).toEqual(['ada.', 'love', 'lace@x.example'])
    expect(findMatch('Ada Lovelace', 'da')).toBeUndefined()
    expect(findMatch('Ada', '')).toBeUndefined()
  })

  test('treats the search as text, not as a pattern', () => {
    expect(findMatch('Ada', '.*')).toBeUndefined()
    expect(findMatch('a(b', 'a(')).toEqual(['', 'a(', 'b'])
  })
})

describe('a name', () => {
  test.each([
    ['Ada King Lovelace', 'AL'],
    ['Ada Lovelace (she/her)', 'AL'],
    ['zoë', 'Z'],
    ['', ''],
    ['<b>', ''],
  ])('%j has the initials %j', (name, letters) => {
    expect(initials(name)).toBe(letters)
  })

  test.each([
    ['Ada Lovelace', 'Ada'],
    ['Lovelace, Ada (IT)', 'Ada'],
    ['Prince', 'Prince'],
  ])('%j is greeted as %j', (name, first) => {
    expect(firstName(name)).toBe(first)
  })
})
