/** The pages of the local tenant take every text from a catalogue, so that a second language is a file. */
import { parseSync, Visitor } from 'vite'
import { describe, expect, it } from 'vitest'
import { controlWords } from '../packages/tenant/src/pages/control/words.ts'
import { words } from '../packages/tenant/src/pages/words.ts'
import { sourceFiles, type SourceFile } from './imports.ts'

const sources = sourceFiles('packages/tenant/src')
const pages = sources.filter(({ path }) => path.includes('/pages/') && !path.endsWith('/words.ts'))

/** The names of the texts of a catalogue: `signIn.title`. A map that is read by computed names counts as one. */
function namesOf(catalogue: object, computed: readonly string[] = [], before = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) => {
    const name = before === '' ? key : `${before}.${key}`
    const isMap = typeof value === 'object' && value !== null && !computed.includes(name)
    return isMap ? namesOf(value, computed, name) : [name]
  })
}

/** Every text of a catalogue; a function is called with samples. */
function textsOf(catalogue: object): string[] {
  return Object.values(catalogue).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value]
    if (typeof value === 'function')
      return [String((value as (...all: unknown[]) => unknown)(2, 3))]
    return textsOf(value as object)
  })
}

/** The sources that import a catalogue, with every text spelled by its whole name: `words.signIn.title`. */
function usedNames(catalogue: 'words' | 'controlWords'): string {
  const line = new RegExp(`import \\{ ${catalogue}(?: as (\\w+))? \\} from '[^']*words\\.ts'`)
  return sources
    .flatMap(({ text }) => {
      const [found, alias] = line.exec(text) ?? []
      if (found === undefined) return []
      if (alias === undefined) return [spelledOut(text, catalogue)]
      // The catalogue's own name is another value's in this file.
      const other = renamed(text, catalogue, 'other')
      return [spelledOut(renamed(other, alias, catalogue), catalogue)]
    })
    .join('\n')
}

/** Replaces the names that a source gives to parts: `const words = controlWords.requests`, `const { at } = …`. */
function spelledOut(text: string, catalogue: string): string {
  const part = `${catalogue}(?:\\.\\w+)*`
  const given = [...text.matchAll(new RegExp(`const (\\w+) = (${part})$`, 'gm'))]
  const taken = [...text.matchAll(new RegExp(`const \\{ ([^}]+) \\} = (${part})$`, 'gm'))]
  const members = taken.flatMap(([, names = '', whole = '']) =>
    names.split(',').map((one) => {
      const [key = '', name = key] = one.trim().split(': ')
      return ['', name, `${whole}.${key}`]
    }),
  )
  return [...given, ...members].reduce(
    (result, [, name = '', whole = '']) => `${renamed(result, name, whole)}\n${whole} `,
    text,
  )
}

function renamed(text: string, name: string, to: string): string {
  return text.replaceAll(new RegExp(`(?<![\\w.])${name}(?=\\.)`, 'g'), to)
}

/** What a template shows without its expressions: the text between tags, and attributes that are read. */
function literalText(markup: string): string[] {
  const attributes = [...markup.matchAll(/\s(?:aria-label|placeholder|title|alt|value)="([^"]*)"/g)]
  const shown = attributes
    .map(([, value = '']) => value)
    .filter((value) => /\p{L}{2} \p{L}/u.test(value))
  const text = markup.replaceAll(/<svg[\s\S]*?<\/svg>/g, ' ').replaceAll(/<[^>]*>/g, '\n')
  return [...shown, ...text.split('\n')]
    .map((one) => one.trim())
    .filter((one) => /\p{L}/u.test(one))
}

/** Marks an expression in a template. */
const hole = '\u0000'

interface Literals {
  markup: string[]
  strings: string[]
}

function literalsOf({ path, text }: SourceFile): Literals {
  const found: Literals = { markup: [], strings: [] }
  const tagged = new Set<number>()
  const { program } = parseSync(path, text)
  new Visitor({
    TaggedTemplateExpression({ quasi }) {
      tagged.add(quasi.start)
      found.markup.push(quasi.quasis.map(({ value }) => value.raw).join(hole))
    },
    TemplateLiteral({ start, quasis }) {
      if (!tagged.has(start)) found.strings.push(quasis.map(({ value }) => value.raw).join(hole))
    },
    Literal({ value }) {
      if (typeof value === 'string') found.strings.push(value)
    },
  }).visit(program)
  return found
}

/** Two words in a row, or one word with a capital: values of data are not of this form, with these exceptions. */
const looksLikeText = /\p{L}{2,} \p{L}|^\p{Lu}\p{Ll}+[.…]?$/u
const data =
  /^(?:Guest|Graph|GET|POST|<svg .*)$|^(?:base-uri|default-src|frame-ancestors|img-src) |^\["/

describe('the texts of the tenant’s pages', () => {
  it('are found: there are many', () => {
    expect(pages.length).toBeGreaterThan(10)
    expect(namesOf(words).length + namesOf(controlWords).length).toBeGreaterThan(150)
  })

  it.each(pages)('are all in the catalogue: $path', (file) => {
    const { markup, strings } = literalsOf(file)
    const inMarkup = markup.flatMap((one) => literalText(one.replaceAll(hole, '')))
    // Addresses, and what stands in every language: AADSTS numbers, methods and paths.
    const isTechnical = (text: string) => /^(?:AADSTS|POST \/_tenant|\/)/.test(text)
    expect(inMarkup.filter((text) => !isTechnical(text))).toEqual([])
    const inStrings = strings.filter((text) => looksLikeText.test(text) && !data.test(text))
    expect(inStrings).toEqual([])
  })

  it.each([
    ['words', namesOf(words, ['scopes', 'purposes'])],
    ['controlWords', namesOf(controlWords, ['tabs.names'])],
  ] as const)('are all used: %s', (catalogue, names) => {
    const used = usedNames(catalogue)
    const isUsed = (name: string) =>
      new RegExp(`\\b${catalogue}\\.${name.replaceAll('.', '\\.')}\\b`)
    expect(names.filter((name) => !isUsed(name).test(used))).toEqual([])
  })

  it('have British spelling, and each is something to read', () => {
    const texts = [...textsOf(words), ...textsOf(controlWords)]
    expect(texts.filter((text) => text.trim() === '')).toEqual([])
    const american = /\b(?:organiz|recogniz|authoriz(?!ation)|color|center(?! admin)|canceled)/i
    expect(texts.filter((text) => american.test(text))).toEqual([])
    expect(words.language).toBe('en-GB')
  })

  it('use one kind of apostrophe and of quotation marks', () => {
    const texts = [...textsOf(words), ...textsOf(controlWords)]
    expect(texts.filter((text) => /['"]/.test(text))).toEqual([])
  })
})
