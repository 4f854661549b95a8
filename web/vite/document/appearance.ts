import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Plugin } from 'vite'
import { type Appearance, AppearanceError, checkAppearance } from '@gatehouse/contract/appearance'
import { brandShades, fluentShades } from '@gatehouse/contract/brand'
import { escapeHtml } from './escape-html.ts'

const publicFolder = join(import.meta.dirname, '../../public')

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
 * Puts the app's name and logo into index.html, and its shades into the style sheets and the logo in place of Fluent's.
 *
 * @throws AppearanceError that names the value that cannot be used
 */
export function appAppearance(given: Appearance): Plugin {
  const appearance = checkAppearance(given)
  const withShades = shadesOf(appearance.brandColor)
  const logo = logoAddress(appearance.logo, withShades)
  return {
    name: 'appearance',
    enforce: 'pre',
    transform: {
      filter: { id: /\.css(?:$|\?)/ },
      handler: (code) => ({ code: withShades(code), map: null }),
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html
          .replaceAll('%APP_NAME%', () => escapeHtml(appearance.name))
          .replaceAll('%LOGO%', () => escapeHtml(logo)),
    },
  }
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
