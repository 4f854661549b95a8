import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { read, write } from '../src/draft.ts'
import { removeTabEntry } from '../src/storage.ts'

const stored = new Map<string, string>()
beforeEach(() => {
  stored.clear()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  })
})
afterEach(() => vi.unstubAllGlobals())

const empty = { title: '', stars: 0, done: false }

describe('what was typed into a form', () => {
  it('is there after a reload, for the same user and form', () => {
    write('draft:note', 't/ada', { title: 'Half a sen', stars: 3, done: true })
    expect(read('draft:note', 't/ada', empty)).toEqual({
      title: 'Half a sen',
      stars: 3,
      done: true,
    })
    expect(read('draft:other', 't/ada', empty)).toBeUndefined()
  })

  it('is there also if the form began with null, which has no type', () => {
    write('draft:task', 't/ada', { assignee: 'bob', due: null, stars: 4 })
    const begun = { assignee: null, due: null, stars: null }
    expect(read('draft:task', 't/ada', begun)).toEqual({ assignee: 'bob', due: null, stars: 4 })
  })

  it.each([null, { a: true }])('is ignored if it is %j, and the form has a list now', (tags) => {
    write('draft:task', 't/ada', { tags })
    expect(read('draft:task', 't/ada', { tags: ['a'] })).toEqual({ tags: ['a'] })
  })

  it('is nobody else’s, and not kept for the signed-out', () => {
    write('draft:note', 't/ada', { title: 'private' })
    expect(read('draft:note', 't/bob', empty)).toBeUndefined()
    expect(read('draft:note', '', empty)).toBeUndefined()
    write('draft:note', '', { title: 'x' })
    expect(stored.get('draft:note')).toContain('private')
  })

  it('is gone when it is saved', () => {
    write('draft:note', 't/ada', { title: 'x' })
    removeTabEntry('draft:note')
    expect(stored.size).toBe(0)
    expect(read('draft:note', 't/ada', empty)).toBeUndefined()
  })

  it.each([
    '{"owner":"t/ada"}',
    '{"owner":"t/ada","values":null}',
    '{"owner":"t/ada","values":{"title":5,"stars":"3","done":null,"more":1}}',
    '[]',
    'null',
    '{',
    '5',
  ])('is ignored as far as it is something else: %s', (text) => {
    stored.set('draft:note', text)
    expect(read('draft:note', 't/ada', empty) ?? empty).toEqual(empty)
  })

  it('is lost, and the form works, if the browser stores nothing', () => {
    const refuse = () => {
      throw new DOMException('blocked', 'SecurityError')
    }
    vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
    write('draft:note', 't/ada', { title: 'x' })
    expect(read('draft:note', 't/ada', empty)).toBeUndefined()
    expect(() => removeTabEntry('draft:note')).not.toThrow()
  })
})
