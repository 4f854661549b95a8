/** How `aad.config.json` may be saved, and what is said about a file that is not JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonProblem, loadConfig } from '@gatehouse/fastify/config'

const file = {
  tenant: '{enter-your-tenant-id-here}',
  clientId: '{enter-your-client-id-here}',
  clientSecret: '{enter-your-client-secret-here}',
  authority: 'https://login.microsoftonline.com',
  publicUrl: 'http://localhost:5173',
  scopes: ['User.ReadBasic.All'],
  downstreamApis: {},
}
const text = JSON.stringify(file, null, 2)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const load = (content: string | Uint8Array) => {
  writeFileSync(join(folder, 'aad.config.json'), content)
  return loadConfig({ DATA_DIR: folder }, folder)
}

describe('the configuration file', () => {
  it.each([
    ['with a byte-order mark', `\uFEFF${text}`],
    ['with the line ends of Windows', text.replaceAll('\n', '\r\n')],
    ['with both', `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['without a line end at the end', text.trimEnd()],
  ])('may be saved %s', (_how, content) => {
    expect(load(content).publicUrl).toBe(file.publicUrl)
  })

  it.each([
    ['little-endian', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['big-endian', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('may not be saved as UTF-16, %s', (_how, content) => {
    expect(() => load(content)).toThrow('the file is saved as UTF-16; save it as UTF-8')
  })

  it('may not be saved in another encoding', () => {
    expect(() => load(Buffer.from(text.replace('User', 'Us\u00e9r'), 'latin1'))).toThrow(
      'the file is not saved as UTF-8',
    )
  })
})

const comment = 'has a comment, which JSON does not allow; remove it'
const comma = 'has a comma after the last entry; remove it'
const lines = (...some: string[]) => some.join('\n')

describe('a file that is not JSON', () => {
  it.each([
    ['a comment on its own line', lines('{', '  // mine', '  "a": 1', '}'), `line 2 ${comment}`],
    [
      'a comment behind a value',
      lines('{', '  "a": 1, // mine', '  "b": 2', '}'),
      `line 2 ${comment}`,
    ],
    ['a block comment', lines('{', '', '  /* mine */ "a": 1', '}'), `line 3 ${comment}`],
    ['a block comment without an end', lines('{', '  "a": 1 /* mine', '}'), `line 2 ${comment}`],
    ['a comment before everything', lines('// mine', '{}'), `line 1 ${comment}`],
    ['a comma after the last key', lines('{', '  "a": 1,', '}'), `line 2 ${comma}`],
    [
      'a comma after the last entry of a list',
      lines('{', ' "a": [1,', '  2,', ' ]', '}'),
      `line 3 ${comma}`,
    ],
    ['a comma and Windows line ends', '{\r\n  "a": 1,\r\n}', `line 2 ${comma}`],
    [
      'a comma that is missing',
      lines('{', '  "a": 1', '  "b": 2', '}'),
      'line 3 begins without a comma before it',
    ],
    [
      'a name without quotes',
      lines('{', '  a: 1', '}'),
      'line 2 has a name or a text without double quotes',
    ],
    [
      'single quotes',
      lines('{', "  'a': 1", '}'),
      'line 2 has a name or a text without double quotes',
    ],
    [
      'a hash comment',
      lines('{', '  # mine', '  "a": 1', '}'),
      'line 2 has a name or a text without double quotes',
    ],
    ['no closing quote', lines('{', '  "a": "b', '}'), 'line 2 has a text without a closing quote'],
    ['a Windows path', lines('{', '  "a": "C:\\keys"', '}'), 'line 2 has a backslash'],
    ['no end', lines('{', '  "a": 1', ''), 'line 3 ends the file without a closing }'],
    ['no value', lines('{', '  "a": ', '}'), 'line 3 has no value where one belongs'],
    ['two objects', lines('{ "a": 1 }', '{ "b": 2 }'), 'line 2 goes on after the end'],
    ['nothing', ' \n', 'it is empty'],
  ])('has %s: the line and the mistake are named', (_what, content, words) => {
    expect(() => load(content)).toThrow(`the file is not valid JSON: ${words}`)
  })

  it('with something like a comment in a text is JSON', () => {
    expect(jsonProblem('{ "a": "// no, /* no */, }" }')).toBeUndefined()
  })

  it('is not quoted: it may hold the secret', () => {
    for (const broken of [
      '"clientSecret": hush,',
      '"clientSecret": "hush',
      "'clientSecret': 'hush'",
    ]) {
      let said = ''
      try {
        load(`{\n  ${broken}\n}`)
      } catch (error) {
        said = String(error)
      }
      expect(said).toContain('line 2')
      expect(said).not.toContain('hush')
    }
  })
})
