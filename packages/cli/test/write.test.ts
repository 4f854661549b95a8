import { spawnSync } from 'node:child_process'
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownerOnly, writeWhole } from '../src/files/write.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-write-'))
  file = join(folder, 'file')
  writeFileSync(file, 'old', { mode: 0o644 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const importOfIt = `import { writeWhole } from ${JSON.stringify(new URL('../src/files/write.ts', import.meta.url).href)}`
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('a file that is written whole', () => {
  it('keeps its permissions, whatever the umask of the shell', () => {
    const script = `
${importOfIt}
process.umask(0o077)
writeWhole(${JSON.stringify(file)}, 'new')`
    spawnSync(process.execPath, ['--input-type=module', '-e', script])
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(modeOf(file)).toBe(0o644)
  })

  it('loses the permissions of others once it holds a secret', () => {
    writeWhole(file, 'new', ownerOnly)
    expect(modeOf(file)).toBe(0o600)
  })

  it('keeps its text if only a part of the new one finds room', () => {
    // `write` reports the part that it has written, and fails only when called again.
    const script = `
${importOfIt}
try {
  writeWhole(${JSON.stringify(file)}, 'x'.repeat(5000))
} catch (error) {
  console.log(error.message)
}`
    const limited = `trap '' XFSZ; ulimit -f 1; exec "$0" --input-type=module -e "$1"`
    const { stdout } = spawnSync('sh', ['-c', limited, process.execPath, script], {
      encoding: 'utf8',
    })
    expect(stdout).toContain('cannot be written (EFBIG)')
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['file'])
  })

  it('is written where a link to it leads', () => {
    const link = join(folder, 'link')
    symlinkSync(file, link)
    writeWhole(link, 'new')
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('new')
  })
})
