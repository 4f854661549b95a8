/** The links of a document, and the headings that they can lead to. */
import { posix } from 'node:path'

export interface Link {
  /** Relative to the document; empty for a place in itself. */
  path: string
  fragment: string | undefined
}

const withoutCode = (text: string) => text.replaceAll(/^```[^]*?^```$/gm, '')

/** @returns all but those to other sites */
export function linksIn(text: string): Link[] {
  const found = withoutCode(text).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)
  return [...found].map(([, path = '', fragment]) => ({ path, fragment }))
}

/** As GitHub makes them of the headings. */
function anchorsIn(text: string): Set<string> {
  const headings = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) => words)
  const anchors = headings.map((words) =>
    words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  const counts = new Map<string, number>()
  return new Set(
    anchors.map((anchor) => {
      const count = counts.get(anchor) ?? 0
      counts.set(anchor, count + 1)
      return count === 0 ? anchor : `${anchor}-${count}`
    }),
  )
}

/**
 * The links of a document that lead nowhere.
 *
 * @param document its path @param read the text of a file by its path, empty if it has none; undefined if there is no such file
 */
export function deadLinks(document: string, read: (path: string) => string | undefined): string[] {
  const text = read(document) ?? ''
  return linksIn(text).flatMap(({ path, fragment }) => {
    const to = path === '' ? document : posix.join(posix.dirname(document), path)
    const target = read(to)
    const isDead =
      target === undefined || (fragment !== undefined && !anchorsIn(target).has(fragment))
    return isDead ? [`${document} -> ${path}${fragment === undefined ? '' : `#${fragment}`}`] : []
  })
}
