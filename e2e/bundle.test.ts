/** The built page: it contains nothing private, and stays small. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { localClient } from '@gatehouse/tenant'
import { root } from './imports.ts'
import requireBuild from './require-build.ts'

requireBuild()

const dist = join(root, 'web/dist')

interface BuiltFile {
  /** As in its address: `/assets/index-….js`. */
  path: string
  content: Buffer
  text: string
}

/** Without the compressed ones, which have the same content. */
function builtFiles(): BuiltFile[] {
  if (!existsSync(dist)) throw new Error('web/dist is not there: npm run build makes it')
  const entries = readdirSync(dist, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !/\.(?:br|gz)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const content = readFileSync(path)
      const address = path.slice(dist.length).replaceAll('\\', '/')
      return { path: address, content, text: content.toString('latin1') }
    })
}

const files = builtFiles()
const index = files.find(({ path }) => path === '/index.html')?.text ?? ''

/** The texts of a language beside English, which index.html names for its readers. */
const isLanguage = ({ path }: BuiltFile) => index.includes(`"file":"${path}"`)

/** Files that elements of index.html name. The others load with the page that needs them. */
function assets(extension: string, when: 'at first' | 'later'): BuiltFile[] {
  const all = files.filter((file) => file.path.endsWith(extension) && !isLanguage(file))
  return all.filter(({ path }) => index.includes(`="${path}"`) === (when === 'at first'))
}

/** Thousands of bytes, as sent. */
function brotliKb(of: BuiltFile[]): number {
  return of.reduce((sum, { content }) => sum + brotliCompressSync(content).length, 0) / 1000
}

/** What no built file may contain. */
const forbidden: [string, RegExp][] = [
  ['the local client’s secret', new RegExp(localClient.secrets[0])],
  ['the local client’s id', new RegExp(localClient.clientId)],
  ['a name of a secret', /SESSION_KEYS|AAD_CLIENT_SECRET|clientSecret|client_secret/],
  // 32 bytes in base64, the output of `openssl rand -base64 32`.
  ['a key', /["'`][A-Za-z0-9+/_-]{43}=?["'`]/],
  ['a private key', /-----BEGIN/],
  ['a variable of the build', /VITE_|import\.meta\.env/],
  ['the environment', /process\.env/],
  ['a token', /eyJ[\w-]{8,}|\b[01]\.A[\w-]{60,}/],
  ['an address of development', /(?:127\.0\.0\.1|localhost):\d/],
  ['a source map', /sourceMappingURL/],
]

describe('the built web app', () => {
  it('was built', () => {
    expect(index).toContain('<div id="root">')
    expect(assets('.js', 'at first')).toHaveLength(1)
    expect(assets('.js', 'later').length).toBeGreaterThan(2)
  })

  it.each(forbidden)('does not contain %s', (_what, pattern) => {
    const found = files.filter(({ text }) => pattern.test(text))
    expect(found.map(({ path, text }) => `${path}: ${pattern.exec(text)?.[0]}`)).toEqual([])
  })

  it('is searched with patterns that find planted secrets', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    const leaked = [
      `"${key}"`,
      'import.meta.env.VITE_X',
      'process.env.X',
      `x="eyJhbGciOiJSUzI1NiJ9"`,
    ]
    for (const text of leaked)
      expect(forbidden.some(([, pattern]) => pattern.test(text))).toBe(true)
  })

  it('is scripts, styles, one page, an icon and robots.txt: no map, no font, no picture', () => {
    const others = files.map(({ path }) => path).filter((path) => !/\.(?:js|css)$/.test(path))
    expect(others.toSorted()).toEqual(['/index.html', '/logo.svg', '/robots.txt'])
  })

  it('has each large script and style compressed beside it', () => {
    const large = [...assets('.js', 'at first'), ...assets('.css', 'at first')]
    expect(large.length).toBeGreaterThan(1)
    for (const { path, content } of large) {
      const unpacked = [
        brotliDecompressSync(readFileSync(`${dist}${path}.br`)),
        gunzipSync(readFileSync(`${dist}${path}.gz`)),
      ]
      for (const file of unpacked) expect(file.equals(content)).toBe(true)
    }
  })

  it('names its files relatively, but for the page, so that it serves under any path', () => {
    const code = files.filter(({ path }) => /\.(?:js|css)$/.test(path))
    expect(code.filter(({ text }) => text.includes('assets/')).map(({ path }) => path)).toEqual([])
    expect(index).toMatch(/ src="\/assets\/[^"]+\.js"/)
  })

  it('stays within its budgets, in kB of brotli', () => {
    expect(brotliKb(assets('.js', 'at first'))).toBeLessThanOrEqual(91.7)
    // All styles are one file.
    expect(brotliKb(assets('.css', 'at first'))).toBeLessThanOrEqual(9)
    expect(assets('.css', 'later')).toEqual([])
    const tooLarge = assets('.js', 'later').filter((file) => brotliKb([file]) > 5.2)
    expect(tooLarge.map(({ path }) => path)).toEqual([])
    const languages = files.filter(isLanguage)
    expect(languages.length).toBeGreaterThan(0)
    const long = languages.filter((file) => brotliKb([file]) > 12)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('is one file for each page: what several share comes at first (in-first-download.ts)', () => {
    const [start] = assets('.js', 'at first').map(({ path }) => path.split('/').at(-1))
    // The doctor's, for developers, has the countdown of the error cards.
    const pages = files.filter(
      ({ path }) => index.includes(`:["${path}"`) && !path.includes('doctor'),
    )
    expect(pages.length).toBeGreaterThan(3)
    const others = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\bfrom"\.\/([^"]+)"/g)]
        .map(([, imported]) => imported)
        .filter((imported) => imported !== start)
        .map((imported) => `${path} imports ${imported}`),
    )
    expect(others).toEqual([])
  })

  it('has four run-time dependencies, and the packages of the project', () => {
    const text = readFileSync(join(root, 'web/package.json'), 'utf8')
    const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies).toSorted()).toEqual([
      '@gatehouse/contract',
      '@gatehouse/react',
      '@gatehouse/shared',
      '@tanstack/react-query',
      'react',
      'react-dom',
      'wouter',
    ])
  })
})
