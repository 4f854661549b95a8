/** The frame of every page. Pages need no script. */

import { html } from 'ghtml'
import { styleElement } from './style.ts'

const mark =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 18V9a8 8 0 0 1 16 0v9h-4V9a4 4 0 0 0-8 0v9z"/></svg>'

export interface Layout {
  title: string
  /** The content of `main`: markup that is escaped already. */
  main: string
  wide?: boolean
  /** Markup for the head. */
  head?: string
}

export function layout({ title, main, wide = false, head = '' }: Layout): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Local tenant</title>
        !${styleElement} !${head}
      </head>
      <body>
        <main class="${wide ? 'wide' : ''}">
          <p class="brand">!${mark} Local tenant</p>
          !${main}
        </main>
        <footer>Local tenant: no real accounts · <a href="/_tenant">Control page</a></footer>
      </body>
    </html>`
}
