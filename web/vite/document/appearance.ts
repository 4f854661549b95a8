import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { normalizePath, type Plugin } from 'vite'
import type * as Shared from '@gatehouse/shared/appearance'
import { type Appearance, AppearanceError, checkAppearance } from '@gatehouse/contract/appearance'
import { brandShades, fluentShades } from '@gatehouse/contract/brand'
import { escapeHtml } from './escape-html.ts'

const publicFolder = join(import.meta.dirname, '../../public')
/** What `vite.config.ts` imports. Vite does not read its own configuration again if this changes. */
const source = join(import.meta.dirname, '../../../shared/src/appearance.ts')

/** A logo up to this size is in index.html: one request less on the first load. Bytes. */
const inlineLimit = 4_096

const types: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.ico': 'image/x-icon',
}

/**
 * Puts the app's name and logo into index.html, and its shades into the style sheets and the logo in place of Fluent's. In
 * development, a change of the file is seen at once.
 *
 * @throws AppearanceError that names the value that cannot be used
 */
export function appAppearance(given: Appearance): Plugin {
  let used = parts(given)
  return {
    name: 'appearance',
    enforce: 'pre',
    transform: {
      filter: { id: /\.css(?:$|\?)/ },
      handler: (code) => ({ code: used.withShades(code), map: null }),
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html
          .replaceAll('%APP_NAME%', () => escapeHtml(used.name))
          .replaceAll('%LOGO%', () => escapeHtml(used.logo())),
    },
    configureServer: ({ watcher }) => void watcher.add(source),
    // What it throws is shown on the page.
    async hotUpdate({ file, type }) {
      const { name, moduleGraph, hot } = this.environment
      if (name !== 'client' || type === 'delete' || file !== normalizePath(source)) return undefined
      // Another address: Node imports a file once.
      const address = `${pathToFileURL(source).href}?${Date.now()}`
      const { appearance } = (await import(address)) as typeof Shared
      used = parts(appearance)
      moduleGraph.invalidateAll()
      hot.send({ type: 'full-reload' })
      return []
    },
  }
}

function parts(given: Appearance) {
  const { name, brandColor, logo: file } = checkAppearance(given)
  const withShades = shadesOf(brandColor)
  // Read for each page: it may be drawn anew while the development server runs.
  const logo = () => logoAddress(file, withShades)
  logo()
  return { name, withShades, logo }
}

const shadePattern = new RegExp(fluentShades.join('|'), 'gi')

function shadesOf(brandColor: string): (text: string) => string {
  const shades = brandShades(brandColor)
  return (text) =>
    text.replaceAll(shadePattern, (found) => shades.get(found.toLowerCase()) ?? found)
}

/** @returns a `data:` address, or the path of the file */
function logoAddress(name: string, withShades: (text: string) => string): string {
  const path = join(publicFolder, name)
  if (!existsSync(path)) {
    throw new AppearanceError('logo', `is "${name}", which web/public does not have.`)
  }
  const bytes = readFileSync(path)
  if (bytes.length > inlineLimit) return `/${name}`
  const extension = extname(name).toLowerCase()
  const type = types[extension] ?? 'application/octet-stream'
  if (extension !== '.svg') return `data:${type};base64,${bytes.toString('base64')}`
  return `data:${type},${encodeURIComponent(withShades(bytes.toString()).trim())}`
}
