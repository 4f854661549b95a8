/** What `.env` may hold: Node's own rules, and no line of which Node drops a part. */

import { spawnSync } from 'node:child_process'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseEnvFile } from '../src/files/parse-env.ts'
import { root } from '../src/files/folder.ts'
import { ownFolder, type OwnFolder } from './support/commands.ts'

const hash =
  "has a # without quotes, and the rest would be left out; write the value in quotes: 'a#b'"

describe('.env is read as Node reads it:', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['A = 1 ', { A: '1' }],
    ['export A=1', { A: '1' }],
    ['  A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A="a b"', { A: 'a b' }],
    ["A='a#b'", { A: 'a#b' }],
    ['AAD_CLIENT_SECRET="a#b" # comment', { AAD_CLIENT_SECRET: 'a#b' }],
    ['A=`it\'s "x"`', { A: 'it\'s "x"' }],
    ['A="two\nlines"\nB=2', { A: 'two\nlines', B: '2' }],
    ['PORT=6000 # the back end', { PORT: '6000' }],
    ['# A=1\n\n#B=2', {}],
    ['A=', { A: '' }],
    ['A=a=b==', { A: 'a=b==' }],
    ['A=a"b', { A: 'a"b' }],
    ['A=1\nA=1', { A: '1' }],
    ['A=x~y.-_z', { A: 'x~y.-_z' }],
  ])('%j', (text, values) => {
    expect(parseEnvFile(text)).toEqual({ values, problems: [] })
    expect(parseEnv(text.replaceAll('\r', ''))).toEqual(values)
  })
})

describe('.env is refused if Node would drop something:', () => {
  it.each([
    ['AAD_CLIENT_SECRET=abc#def', [`line 1: AAD_CLIENT_SECRET ${hash}`]],
    ['AAD_CLIENT_SECRET=abc #def', [`line 1: AAD_CLIENT_SECRET ${hash}`]],
    ['AAD_CLIENT_SECRET=#def', [`line 1: AAD_CLIENT_SECRET ${hash}`]],
    ['\n# x\nexport SESSION_KEYS = abc#def', [`line 3: SESSION_KEYS ${hash}`]],
    ['STORE_URL=redis://:p#w@host', [`line 1: STORE_URL ${hash}`]],
    ['PUBLIC_URL=https://a.example.test/#x', [`line 1: PUBLIC_URL ${hash}`]],
    ['AAD_CLIENT_SECRET: abc', ['line 1 is not NAME=value']],
    ['AAD_CLIENT_SECRET abc', ['line 1 is not NAME=value']],
    ['A="abc', ['line 1: A begins with ", which never ends']],
    [
      'A="a"b',
      ['line 1: A goes on after the closing "; use another kind of quotes around all of it'],
    ],
    ['A=1\nB=2\nA=3', ['line 3: A has another value on line 1; keep one']],
    ['A="1\n2"\nB', ['line 3 is not NAME=value']],
  ])('%j', (text, problems) => {
    expect(parseEnvFile(text).problems).toEqual(problems)
  })

  it('without quoting a value', () => {
    const text = 'AAD_CLIENT_SECRET=hush#def\nAAD_CLIENT_SECRET=fourth\nX_KEY="hush\n'
    const said = parseEnvFile(text).problems.join()
    expect(said).toContain('line 2')
    expect(said).not.toMatch(/hush|fourth/)
  })
})

describe('the commands', () => {
  let folder: OwnFolder
  beforeEach(() => {
    folder = ownFolder()
    const own = {
      tenant: '11111111-2222-4333-8444-555555555555',
      clientId: '21111111-2222-4333-8444-555555555555',
      clientSecret: undefined,
    }
    folder.write('aad.config.json', JSON.stringify({ ...folder.config(), ...own }))
  })
  afterEach(() => folder.remove())

  /** Reads the configuration as doctor does; it ends before any request if it cannot. */
  const run = () => {
    const code = `
      import { readEnvironment } from './packages/cli/src/dev/env-file.ts'
      process.stdout.write(String(readEnvironment().AAD_CLIENT_SECRET))`
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', code],
      { cwd: root, encoding: 'utf8', env: folder.env },
    )
    return { status, stdout, stderr }
  }

  it('read the secret from a file with a byte-order mark and the line ends of Windows', () => {
    folder.write('.env', '\uFEFFAAD_CLIENT_SECRET=a~b\r\nPORT=6000\r\n')
    expect(run()).toEqual({ status: 0, stdout: 'a~b', stderr: '' })
  })

  it.each([
    ['AAD_CLIENT_SECRET=abc#def', `line 1: AAD_CLIENT_SECRET ${hash}`],
    [Buffer.from('\uFEFFAAD_CLIENT_SECRET=abc', 'utf16le'), 'is saved as UTF-16; save it as UTF-8'],
    [Buffer.from('AAD_CLIENT_SECRET=\u00e9', 'latin1'), 'is not saved as UTF-8'],
  ])('end with a sentence for %j', (content, words) => {
    folder.write('.env', content)
    const { status, stdout, stderr } = run()
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(words)
    expect(stderr).not.toMatch(/abc|\n\s+at /)
  })
})
