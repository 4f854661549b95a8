import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'
import type { Catalogue } from '../../src/languages/catalogue.ts'
import { escapeHtml, scriptValue } from './escape-html.ts'

const folder = join(import.meta.dirname, '../../src/languages')

/** What index.html has to know of a language. */
interface Language {
  /** The address of the texts, below the base path. English has none: its texts are in the code. */
  file?: string
  /** For a browser without what the pages are made of. */
  outdated?: string
  /** For a page whose code did not come. */
  incomplete?: string
}

/**
 * Tells index.html which languages there are and where their texts are, so that a browser fetches the reader's own
 * together with the code, and says in every language that the page needs JavaScript.
 */
export function languages(): Plugin {
  return {
    name: 'languages',
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        const known: Record<string, Language> = { en: {} }
        let noScript = ''
        for (const tag of languageTags()) {
          const { outdated, incomplete, noScript: text } = (await catalogueOf(tag)).document
          known[tag] = { file: fileOf(tag, bundle), outdated, incomplete }
          noScript += `<p class="noscript" lang="${tag}">${escapeHtml(text)}</p>`
        }
        return html
          .replace("'%LANGUAGES%'", () => scriptValue(known))
          .replace('</noscript>', () => `${noScript}</noscript>`)
      },
    },
  }
}

/** The languages beside English: each is one file, named by its tag. */
export function languageTags(): string[] {
  return readdirSync(folder)
    .filter((name) => /^[a-z]{2}(?:-[A-Z]{2})?\.ts$/.test(name))
    .map((name) => name.slice(0, -'.ts'.length))
}

export async function catalogueOf(tag: string): Promise<Catalogue> {
  const module: { default: Catalogue } = await import(pathToFileURL(join(folder, `${tag}.ts`)).href)
  return module.default
}

type Bundle = Readonly<Record<string, { type: string; facadeModuleId?: string | null }>>

/** The address of the built file, or in development of the source. */
function fileOf(tag: string, bundle: Bundle | undefined): string {
  const source = `/src/languages/${tag}.ts`
  if (!bundle) return source
  const [file] = Object.entries(bundle).find(([, { facadeModuleId }]) =>
    facadeModuleId?.replaceAll('\\', '/').endsWith(source),
  ) ?? ['']
  return `/${file}`
}
