/** Each language has every text of the pages, and each text says what the English one says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Catalogue } from '../src/languages/catalogue.ts'
import type * as Translation from '../src/languages/translated.ts'

/** The English texts by their section, in the order of their declarations. */
const declared = vi.hoisted((): [string, object][] => [])

vi.mock(import('../src/languages/translated.ts'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    translated<T extends object>(section: string, english: T): T {
      declared.push([section, english])
      return original.translated(section, english)
    },
  }
})

const sources = import.meta.glob<string>('../src/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const english = import.meta.glob('../src/**/*words.ts')
const languages = import.meta.glob<{ default: Catalogue }>('../src/languages/{??,??-??}.ts')

/** Texts that are the same word in both languages, or none: names, file names, numbers with their unit. */
const same: Record<string, string[]> = {
  de: [
    'Name',
    'System',
    'Details',
    'App',
    'Problem',
    'API',
    'Status',
    'Version',
    'Nonce',
    'Code',
    'Organisation',
    'JSON',
    'Doctor',
    'Microsoft Graph',
    'IndexedDB',
    // With their arguments.
    '<1> s',
    '<1> min',
    '<1> h',
    'in <1>',
  ],
}

type Text = string | ((...values: unknown[]) => unknown)

/** The texts of an object, at every depth, by their path: `claims.legend.title`. */
function textsOf(value: unknown, path = ''): [string, Text][] {
  if (typeof value === 'string' || typeof value === 'function') return [[path, value as Text]]
  return Object.entries(value as object).flatMap(([name, member]) =>
    textsOf(member, path ? `${path}.${name}` : name),
  )
}

/** What a reader sees. @param values of the arguments, by their place from 1 */
function drawn(text: Text, value: (place: number) => unknown): string {
  if (typeof text === 'string') return text
  const result = text(...Array.from({ length: text.length }, (_, index) => value(index + 1)))
  return Array.isArray(result) ? result.join('') : String(result)
}

const byText = (one = '', other = '') => (one < other ? -1 : Number(one > other))
const placeholder = (place: number) => `<${place}>`
const placeholdersIn = (text: string) => [...new Set(text.match(/<\d>/g))].toSorted(byText)
const tags = Object.keys(languages).map((path) => /([^/]+)\.ts$/.exec(path)?.[1] ?? path)

async function catalogueOf(tag: string): Promise<Catalogue> {
  const load = languages[`../src/languages/${tag}.ts`]
  if (!load) throw new Error(`There is no ${tag}.ts.`)
  return (await load()).default
}

let originals: Map<string, Text>

beforeAll(async () => {
  for (const load of Object.values(english)) await load()
  const page = readFileSync(join(import.meta.dirname, '../index.html'), 'utf8')
  const inPage = (pattern: RegExp) => pattern.exec(page)?.[1]?.trim().replace(/\s+/g, ' ')
  const document = {
    outdated: inPage(/id="outdated"[^>]*>([^<]+)</),
    incomplete: inPage(/id="incomplete"[^>]*>([^<]+)</),
    noScript: inPage(/<noscript><p[^>]*>([^<]+)</),
  }
  originals = new Map(textsOf(Object.fromEntries([...declared, ['document', document]])))
})

describe('the sections of texts', () => {
  test('have a name each', () => {
    const names = declared.map(([section]) => section)
    expect(names.length).toBeGreaterThan(40)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('are all in a file of words, which this test loads', () => {
    const inSources = Object.values(sources).flatMap((source) =>
      [...source.matchAll(/\btranslated(?:<.+>)?\(\s*'(\w+)'/g)].map(([, section]) => section),
    )
    expect(inSources.toSorted(byText)).toEqual(
      declared.map(([section]) => section).toSorted(byText),
    )
  })
})

describe.each(tags)('the language %s', (tag) => {
  let texts: Map<string, Text>
  beforeAll(async () => {
    texts = new Map(textsOf(await catalogueOf(tag)))
  })

  test('has the same texts as English, none more and none less', () => {
    const kinds = (all: Map<string, Text>) =>
      [...all].map(([path, text]) => `${path}: ${typeof text}`).toSorted(byText)
    expect(kinds(texts)).toEqual(kinds(originals))
  })

  test('says something for every count', () => {
    const silent = [...texts].flatMap(([path, text]) =>
      [0, 1, 2, 5]
        .map((count) => drawn(text, () => count))
        .filter((result) => !result.trim() || /undefined|null|NaN|\[object/.test(result))
        .map((result) => `${path}: ${result}`),
    )
    expect(silent).toEqual([])
  })

  test('names everything that the English text names', () => {
    const named = (all: Map<string, Text>) =>
      [...all].map(([path, text]) => [path, placeholdersIn(drawn(text, placeholder))] as const)
    expect(Object.fromEntries(named(texts))).toEqual(Object.fromEntries(named(originals)))
  })

  test('is another language', () => {
    const equal = [...texts].flatMap(([path, text]) => {
      const result = drawn(text, placeholder)
      return /\p{L}/u.test(result) && result === drawn(originals.get(path) ?? '', placeholder)
        ? [result]
        : []
    })
    expect([...new Set(equal)].toSorted(byText)).toEqual((same[tag] ?? []).toSorted(byText))
  })

  test('has its own quotation marks, apostrophes and dots', () => {
    const typed = [...texts].filter(([, text]) => /["']|\.\.\./.test(drawn(text, placeholder)))
    expect(typed).toEqual([])
  })
})

describe('a language that is put into the texts', async () => {
  const { pageLanguage, translated, translateTo } = await vi.importActual<typeof Translation>(
    '../src/languages/translated.ts',
  )

  test('is in those declared before and after', () => {
    const before = translated('before', { title: 'Home', deep: { text: 'Here' } })
    const { deep } = before
    expect(pageLanguage()).toBe('en')
    translateTo('de', {
      before: { title: 'Start', deep: { text: 'Hier' } },
      after: { title: 'Ende', count: (number: number) => `${number} Dinge` },
    })
    const after = translated('after', {
      title: 'End',
      count: (number: number) => `${number} things`,
    })
    expect(before).toEqual({ title: 'Start', deep: { text: 'Hier' } })
    expect(deep.text).toBe('Hier')
    expect(pageLanguage()).toBe('de')
    expect(after.title).toBe('Ende')
    expect(after.count(2)).toBe('2 Dinge')
  })

  test('leaves English what it lacks', () => {
    const part = translated('part', { known: 'Yes', lacking: 'No', deep: { lacking: 'Never' } })
    const whole = translated('whole', { lacking: 'No' })
    translateTo('de', { part: { known: 'Ja', deep: {} } })
    expect(part).toEqual({ known: 'Ja', lacking: 'No', deep: { lacking: 'Never' } })
    expect(whole).toEqual({ lacking: 'No' })
  })

  test('never replaces one kind of text by another: code would call a text', () => {
    const call = (count: number) => `${count} found`
    const kinds = translated('kinds', { call, text: 'Found', deep: { text: 'Found' } })
    translateTo('de', { kinds: { call: 'gefunden', text: () => 'gefunden', deep: 'gefunden' } })
    expect(kinds).toEqual({ call, text: 'Found', deep: { text: 'Found' } })
  })
})
