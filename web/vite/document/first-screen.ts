import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'vite'
import type * as Texts from '../../src/first-screen/texts.ts'
import type * as Translated from '../../src/languages/translated.ts'
import { scriptValue } from './escape-html.ts'
import { catalogueOf, languageTags } from './languages.ts'

const root = join(import.meta.dirname, '../..')
const source = (path: string) => pathToFileURL(join(root, 'src', path)).href

/**
 * Puts the first screen into index.html: the script of `src/first-screen`, with its texts in every language. In
 * development a page begins with the bar alone.
 *
 * @param appearance writes the app's colours into the style sheets, of whose text the class names are made
 */
export function firstScreen(appearance: Plugin): Plugin {
  return {
    name: 'first-screen',
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        if (!bundle) return html.replace("'%FIRST_SCREEN%'", '')
        const texts = scriptValue(await textsByLanguage())
        const script = `{const textsOfFirstScreen=${texts};${await bundled(appearance)}}`
        return html.replace("'%FIRST_SCREEN%'", () => script)
      },
    },
  }
}

async function textsByLanguage(): Promise<Record<string, unknown>> {
  const { firstScreenTexts } = (await import(source('first-screen/texts.ts'))) as typeof Texts
  const { translateTo } = (await import(source('languages/translated.ts'))) as typeof Translated
  const texts: Record<string, unknown> = { en: firstScreenTexts() }
  for (const tag of languageTags()) {
    // The type of a catalogue is an interface of sections.
    translateTo(tag, { ...(await catalogueOf(tag)) })
    texts[tag] = firstScreenTexts()
  }
  return texts
}

/** The script as one expression, without what it imports. */
async function bundled(appearance: Plugin): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [appearance],
    build: {
      write: false,
      lib: {
        entry: join(root, 'src/first-screen/first-screen.ts'),
        formats: ['iife'],
        name: 'screen',
      },
    },
  })
  const [first] = Array.isArray(built) ? built : []
  const script = first?.output.find((file) => file.type === 'chunk')
  if (!script) throw new Error('The first screen was not built')
  return script.code
}
