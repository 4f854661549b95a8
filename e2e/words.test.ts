/**
 * Every text that a page shows is in the catalogue of its area, `words.ts` or `<what>-words.ts`, in English; each other
 * language is one file in `languages`. Read in both directions: no text outside of it, and no word that nothing uses.
 */
import { parseSync, Visitor, type ESTree } from 'vite'
import { describe, expect, it } from 'vitest'
import { sourceFiles } from './imports.ts'

const isLanguage = (path: string) => /\/languages\/[a-z]{2}(?:-[A-Z]{2})?\.ts$/.test(path)
const isCatalogue = (path: string) => /[/-]words\.ts$/.test(path) || isLanguage(path)
const files = sourceFiles('web/src')
const pages = files.filter(({ path }) => !isCatalogue(path))
/** A language has what these have, and no more: web/test/languages.test.ts. */
const catalogues = files.filter(({ path }) => isCatalogue(path) && !isLanguage(path))

/** Attributes that a person sees or hears. */
const spoken = new Set([
  'alt',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'label',
  'lead',
  'placeholder',
  'text',
  'title',
])
const hasLetter = /\p{L}/u
/** Two words side by side: no identifier, path or class name looks like that. */
const isPhrase = /\p{L}[,;:.…’]* \p{L}/u

/** The texts of a file that a page shows. */
function textsIn(path: string, text: string): string[] {
  const found: string[] = []
  const note = (value: string, isText: boolean) => {
    if (isText && hasLetter.test(value)) found.push(value.trim())
  }
  const { program } = parseSync(path, text)
  new Visitor({
    JSXText: ({ value }) => note(value, true),
    JSXAttribute: ({ name, value }) => {
      const isSpoken = name.type === 'JSXIdentifier' && spoken.has(name.name)
      if (value?.type === 'Literal' && typeof value.value === 'string') note(value.value, isSpoken)
    },
    Literal: ({ value }) => {
      if (typeof value === 'string') note(value, isPhrase.test(value))
    },
    TemplateElement: ({ value }) => note(value.raw, isPhrase.test(value.raw)),
  }).visit(program)
  return found
}

/** The keys of a catalogue, at every depth: `about.title`. */
function keysOf(path: string, text: string): string[] {
  const keys: string[] = []
  const walk = (node: ESTree.ObjectExpression, before: string) => {
    for (const property of node.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') continue
      const key = before + property.key.name
      if (property.value.type === 'ObjectExpression') walk(property.value, `${key}.`)
      else keys.push(key)
    }
  }
  new Visitor({
    VariableDeclarator: ({ id, init }) => {
      const value = init?.type === 'CallExpression' ? init.arguments.at(-1) : init
      if (id.type === 'Identifier' && value?.type === 'ObjectExpression') walk(value, `${id.name}.`)
    },
  }).visit(parseSync(path, text).program)
  return keys
}

/**
 * The texts that a file reads while its code loads, which is before the reader's language is there. Each is named as
 * the code has it: `words.title`.
 */
function readWhileLoading(path: string, text: string): string[] {
  const { program } = parseSync(path, text)
  const texts = new Set<string>()
  const found: string[] = []
  let inside = 0
  const enter = () => void inside++
  const leave = () => void inside--
  new Visitor({
    ImportDeclaration: ({ source, specifiers }) => {
      if (!isCatalogue(source.value)) return
      for (const { local } of specifiers) texts.add(local.name)
    },
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    MemberExpression: ({ object, start, end }) => {
      const root = rootOf(object)
      if (inside === 0 && root !== undefined && texts.has(root)) found.push(text.slice(start, end))
    },
    SpreadElement: ({ argument }) => {
      const root = rootOf(argument)
      if (inside === 0 && root !== undefined && texts.has(root)) found.push(`...${root}`)
    },
  }).visit(program)
  return found
}

/** The variable at the beginning of `words.methods.pwd`. */
function rootOf(expression: ESTree.Node): string | undefined {
  let node = expression
  while (node.type === 'MemberExpression') node = node.object
  return node.type === 'Identifier' ? node.name : undefined
}

describe('the words of the pages', () => {
  it.each(pages.map(({ path, text }) => [path, text] as const))(
    '%s has none of its own',
    (path, text) => {
      expect(textsIn(path, text)).toEqual([])
    },
  )

  it.each(pages.map(({ path, text }) => [path, text] as const))(
    '%s reads them when it draws, not while it loads',
    (path, text) => {
      expect(readWhileLoading(path, text)).toEqual([])
    },
  )

  it.each(catalogues.map(({ path, text }) => [path, text] as const))(
    '%s has none that nothing uses',
    (path, text) => {
      const users = files.filter((file) => file.text.includes('words'))
      const unused = keysOf(path, text).filter((key) => {
        const [list, ...names] = key.split('.')
        const last = names.at(-1) ?? ''
        // By its own name, or by a name that comes from elsewhere: a code, the id of a check.
        const use = new RegExp(`(?:\\.|[{,]\\s*)${last}\\b|\\b${list}(?:\\.\\w+)*\\[|\\(${list}\\b`)
        return !users.some((file) => use.test(file.text))
      })
      expect(unused).toEqual([])
    },
  )
})
