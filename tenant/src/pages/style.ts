/** The style sheet of all pages, inline: a page is then one answer, and the policy names its hash. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')

export const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** In one piece: a space more, and the hash would not fit. */
export const styleElement = `<style>${style}</style>`
