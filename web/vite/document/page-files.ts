import type { Plugin } from 'vite'

interface Chunk {
  type: string
  facadeModuleId?: string | null
  isEntry?: boolean
  /** Files that are loaded with it. */
  imports?: string[]
  dynamicImports?: string[]
}

type Bundle = Readonly<Record<string, Chunk>>

/**
 * Tells index.html which file has the code of each page, so that a browser fetches the opened page's together with the
 * app's, and not after it. The page of `/claims` is `src/pages/claims.tsx`, with what it loads from `src/pages/claims/`.
 * In development there are no such files.
 */
export function pageFiles(): Plugin {
  return {
    name: 'page-files',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) =>
        html.replace("'%PAGE_FILES%'", () => JSON.stringify(bundle ? filesByPage(bundle) : {})),
    },
  }
}

/** @returns addresses below the base path, by the first segment of the page's path */
export function filesByPage(bundle: Bundle): Record<string, string[]> {
  const pages = Object.entries(bundle).flatMap(([file, chunk]) => {
    const [, name] = /\/src\/pages\/([\w-]+)\.tsx$/.exec(sourceOf(chunk)) ?? []
    if (name === undefined || chunk.isEntry) return []
    const own = (chunk.dynamicImports ?? []).filter((other) =>
      sourceOf(bundle[other]).includes(`/src/pages/${name}/`),
    )
    const shared = (chunk.imports ?? []).filter((other) => !bundle[other]?.isEntry)
    return [[name, [file, ...shared, ...own].map((path) => `/${path}`)] as const]
  })
  return Object.fromEntries(pages)
}

function sourceOf(chunk: Chunk | undefined): string {
  return chunk?.facadeModuleId?.replaceAll('\\', '/') ?? ''
}
