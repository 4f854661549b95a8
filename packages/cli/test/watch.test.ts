/** Changes of files are noticed, however they are written. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { backEndFolders, watch } from '../src/dev/watch.ts'
import { root } from '../src/files/folder.ts'

let folder: string
const seen: string[] = []
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-watch-'))
  mkdirSync(file('src/deep'), { recursive: true })
  writeFileSync(file('src/deep/a.ts'), '1')
  writeFileSync(file('aad.config.json'), '{}')
  const files = [file('aad.config.json'), file('.env')]
  await watch({ folders: [file('src')], files }, async (paths) => {
    seen.push(...paths.map((path) => relative(folder, path)))
  })
})
beforeEach(() => void (seen.length = 0))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const replace = (name: string, text: string) => {
  writeFileSync(`${file(name)}.tmp`, text)
  renameSync(`${file(name)}.tmp`, file(name))
}

it.each(['src/deep/a.ts', 'aad.config.json', '.env'])(
  'of %s: written, replaced three times, deleted and made again',
  async (name) => {
    const ways: (() => void)[] = [
      () => writeFileSync(file(name), 'written'),
      () => replace(name, 'replaced'),
      () => replace(name, 'replaced again'),
      () => execFileSync('sed', ['-i', 's/again/once more/', file(name)]),
      () => unlinkSync(file(name)),
      () => writeFileSync(file(name), 'new'),
    ]
    for (const change of ways) {
      seen.length = 0
      change()
      await vi.waitFor(() => expect(seen).toContain(name), 5_000)
      expect(seen).toEqual([name])
    }
  },
)

it('of a file in a folder that is new', async () => {
  mkdirSync(file('src/new/deeper'), { recursive: true })
  writeFileSync(file('src/new/deeper/b.ts'), '')
  await vi.waitFor(() => expect(seen).toContain('src/new/deeper/b.ts'), 5_000)
})

it('and not of other files beside the configuration', async () => {
  writeFileSync(file('notes.txt'), '')
  writeFileSync(file('src/deep/.a.ts.swp'), '')
  writeFileSync(file('.env'), `${Math.random()}`)
  await vi.waitFor(() => expect(seen).toContain('.env'), 5_000)
  expect(seen).toEqual(['.env'])
})

it('in the packages that the back end depends on, and in no other', () => {
  const folders = backEndFolders().map((path) => relative(root, path))
  expect(folders.toSorted()).toEqual([
    'bff/src',
    'packages/contract/src',
    'packages/fastify/src',
    'shared/src',
  ])
})
