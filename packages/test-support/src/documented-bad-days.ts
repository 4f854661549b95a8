/** The table of docs/local-tenant.md, "On this bad day, your users see this". */
import { readFileSync } from 'node:fs'

export interface DocumentedBadDay {
  id: string
  title: string
  /** The cells as they are written, in Markdown. */
  apiAnswer: string
  page: string
}

const document = new URL('../../../docs/local-tenant.md', import.meta.url)
const heading = '## On this bad day, your users see this'

/** @throws Error with the line, for a row that is not of four cells with an address in the second one */
export function documentedBadDays(): DocumentedBadDay[] {
  const [, section = ''] = readFileSync(document, 'utf8').split(heading)
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((line) => {
    const [title = '', setIt = '', apiAnswer = '', page = '', ...more] = cells(line)
    const id = /^`POST \/_tenant\/bad-days\/([\w-]+)`$/.exec(setIt)?.[1]
    if (id === undefined || page === '' || more.length > 0) throw new Error(`Not a row: ${line}`)
    return { id, title, apiAnswer, page }
  })
}

function cells(line: string): string[] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim())
}
