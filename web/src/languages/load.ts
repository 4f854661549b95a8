import type { Catalogue } from './catalogue.ts'
import { translateTo } from './translated.ts'

/** Each language is one file, named by its BCP 47 tag: `de.ts`, `pt-BR.ts`. */
const files = import.meta.glob<{ default: Catalogue }>('./{??,??-??}.ts')

/** The tags of the languages of the pages, English first. */
export const languages: readonly string[] = [
  'en',
  ...Object.keys(files).map((path) => path.slice('./'.length, -'.ts'.length)),
]

/**
 * Loads the texts of the language that index.html has chosen. Without them, as when the connection is lost, the page is
 * in English.
 */
export async function loadLanguage(): Promise<void> {
  const { documentElement } = document
  const { lang } = documentElement
  const load = files[`./${lang}.ts`]
  if (!load) return
  try {
    const { default: catalogue } = await load()
    translateTo(lang, catalogue)
  } catch {
    documentElement.lang = 'en'
  }
}
