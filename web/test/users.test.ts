import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { userPhoto } from '@gatehouse/shared/paths'
import type { Users } from '@gatehouse/shared/users'
import { readListParams } from '@gatehouse/shared/users-list'
import { ApiProblem } from '@gatehouse/react'
import { firstName } from '../src/pages/home/first-name.ts'
import { adminCenter, asText, mailLink } from '../src/pages/users/person-panel.tsx'
import { homeAddress, otherMail, shownUserName } from '../src/pages/users/person.ts'
import {
  isStaleCursor,
  pageCount,
  rangeText,
  usersPage,
  writeListParams,
} from '../src/pages/users/users-query.ts'
import { initials } from '../src/ui/avatar.tsx'
import { findMatch } from '../src/ui/match.tsx'

const list = { search: '', sort: 'name' } as const

/** A fake API: a directory of `pages` pages, whose cursors are "after-1", "after-2", … */
function directory(pages: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string) => {
    const query = new URLSearchParams(path.split('?')[1])
    const [number, cursor] = [query.get('page'), query.get('cursor')]
    asked.push([number, cursor].filter(Boolean).join(' ') || 'start')
    const wanted = number ? Number(number) : cursor ? Number(cursor.replace('after-', '')) + 1 : 1
    const page = Math.min(wanted, pages)
    const next = page < pages ? `after-${page}` : null
    return Promise.resolve(Response.json({ users: [], total: pages * 25, next } satisfies Users))
  })
  return asked
}

afterEach(() => vi.unstubAllGlobals())

describe('a page of users', () => {
  test('is asked for by the cursor of the one before it, or by its number', async () => {
    const asked = directory(4000)
    const client = new QueryClient()
    const page = (number: number) => client.fetchQuery(usersPage(list, number))
    expect(await page(3000)).toMatchObject({ page: 3000, next: 'after-3000' })
    await page(3001)
    // The cursor of a page after it helps to find it.
    await page(2999)
    await page(1)
    await page(2)
    expect(asked).toEqual(['3000', 'after-3000', '2999 after-3000', 'start', 'after-1'])
  })

  test('beyond the end is the last one', async () => {
    directory(2)
    const client = new QueryClient()
    expect(await client.fetchQuery(usersPage(list, 9))).toMatchObject({ page: 2, next: null })
  })
})

describe('the address of the users page', () => {
  const read = (query: string) => readListParams(new URLSearchParams(query))

  test('survives being read and written', () => {
    const query = 'q=ada+l&sort=-name&page=3&user=6f1e-a'
    expect(writeListParams(read(query)).toString()).toBe(query)
    expect(writeListParams(read('')).toString()).toBe('')
  })

  test('never holds what the API refuses', () => {
    expect(read(`q=${'x'.repeat(300)}`).search).toHaveLength(100)
    for (const page of ['0', '-1', '1.5', 'x', '', '99999999999']) {
      expect(read(`page=${page}`).page).toBe(1)
    }
    expect(read('sort=drop').sort).toBe('name')
    for (const user of ['', 'a b', '../x', 'x'.repeat(65)]) {
      expect(read(`user=${encodeURIComponent(user)}`).user).toBeUndefined()
    }
  })
})

describe('the text about a list', () => {
  test('says which part of the list is shown', () => {
    expect(rangeText(2, 25, 1204)).toBe('26–50 of 1,204')
    expect(rangeText(49, 4, 1204)).toBe('1,201–1,204 of 1,204')
    expect(rangeText(1, 0, 0)).toBe('')
    expect(rangeText(2, 25, 1204, true)).toBe('26 to 50 of 1,204')
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

  test('is found anywhere, if asked so', () => {
    expect(findMatch('Ada', 'DA', 'anywhere')).toEqual(['A', 'da', ''])
    expect(findMatch('x\u{1F600}y', 'Y', 'anywhere')).toEqual(['x\u{1F600}', 'y', ''])
  })

  test('treats the search as text, not as a pattern', () => {
    expect(findMatch('Ada', '.*')).toBeUndefined()
    expect(findMatch('a(b', 'a(')).toEqual(['', 'a(', 'b'])
  })
})

const person = {
  id: 'f1',
  displayName: 'Ada King',
  givenName: null,
  surname: null,
  mail: 'ada@here.example',
  userPrincipalName: 'ADA@here.example',
}

describe('a person', () => {
  test.each([
    ['ada_partner.example#EXT#@here.example', 'ada@partner.example'],
    ['ada_king_partner.example#ext#@here.example', 'ada_king@partner.example'],
    ['ada@here.example', undefined],
    ['#EXT#@here.example', undefined],
    ['ada#EXT#@here.example', undefined],
    ['_partner.example#EXT#@here.example', undefined],
    ['ada_#EXT#@here.example', undefined],
  ])('with the user name %s is at home at %s', (userPrincipalName, address) => {
    const user = { ...person, userPrincipalName }
    expect(homeAddress(user)).toBe(address)
    expect(shownUserName(user)).toBe(address ?? userPrincipalName)
  })

  test('has a second line for an e-mail address that the user name does not say', () => {
    expect(otherMail(person)).toBeUndefined()
    expect(otherMail({ ...person, mail: null })).toBeUndefined()
    expect(otherMail({ ...person, mail: 'king@here.example' })).toBe('king@here.example')
    const guest = { ...person, userPrincipalName: 'ada_partner.example#EXT#@here.example' }
    expect(otherMail({ ...guest, mail: 'Ada@partner.example' })).toBeUndefined()
    expect(otherMail(guest)).toBe('ada@here.example')
  })

  test('is copied with what is known, and nothing else', () => {
    expect(asText(person)).toBe(
      'Display name: Ada King\nEmail: ada@here.example\nUser name: ADA@here.example\nObject ID: f1',
    )
    const nameless = { ...person, displayName: ' ', mail: null }
    expect(asText(nameless)).toBe('User name: ADA@here.example\nObject ID: f1')
  })

  test('is written to at one address, without headers that the directory made up', () => {
    expect(mailLink('ada@here.example')).toBe('mailto:ada@here.example')
    expect(mailLink('a?cc=b@x.example&body=c')).toBe('mailto:a%3Fcc%3Db@x.example%26body%3Dc')
    // Half of a character, which no address can hold, does not break the page.
    expect(mailLink('a\ud800@x.example')).toBe('mailto:a%EF%BF%BD@x.example')
  })
})

test('an id that is none breaks no page: half of a character, which no address can hold', () => {
  expect(userPhoto('a/\ud800')).toBe('/api/users/a%2F%EF%BF%BD/photo')
  expect(adminCenter('a/\ud800')).toMatch(/\/userId\/a%2F%EF%BF%BD$/)
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

test('only a page behind the first one has a cursor that can be too old', () => {
  const refused = new ApiProblem('invalid_request', 400)
  expect([isStaleCursor(refused, 2), isStaleCursor(refused, 1)]).toEqual([true, false])
  expect(isStaleCursor(new ApiProblem('unavailable', 503), 2)).toBe(false)
  expect(isStaleCursor(null, 2)).toBe(false)
})
