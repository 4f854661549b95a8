/** The name of a registration comes from the app's own file of appearance. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { appName } from '../src/files/app-name.ts'
import { SetupError } from '../src/errors.ts'

const base = mkdtempSync(join(tmpdir(), 'gatehouse-name-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let root: string
beforeEach(() => {
  root = mkdtempSync(join(base, 'app-'))
})

function write(source: string): void {
  mkdirSync(join(root, 'shared/src'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(root, 'shared/src/appearance.ts'), source)
}

const others = "logo: 'logo.svg', brandColor: '#0b6a0b'"

describe('the name of the app', () => {
  it('is that of its appearance', async () => {
    write(
      `interface Any { name: string }\nexport const appearance: Any = { name: ' Expenses ', ${others} }`,
    )
    expect(await appName(root)).toBe('Expenses')
  })

  it('is the product’s in a project without one', async () => {
    expect(await appName(root)).toBe('Gatehouse')
  })

  it.each([
    [
      'a name of another type',
      `export const appearance = { name: 7, ${others} }`,
      'appearance.name',
    ],
    ['no appearance', 'export const other = 1', 'it exports no appearance'],
    ['a mistake in it', 'export const appearance = {', 'cannot be used: '],
  ])('is refused with %s', async (_, source, sentence) => {
    write(source)
    const failure = await appName(root).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(SetupError)
    expect(failure).toMatchObject({ code: 'files', message: expect.stringContaining(sentence) })
  })
})
