/** The table of docs/local-tenant.md, "What your users see in each scenario". */

import { readFileSync } from 'node:fs'

interface DocumentedScenario {
  id: string
  title: string
  /** The cells in Markdown. */
  apiAnswer: string
  page: string
  /** What the doctor finds: `credential` fails; `issuer`, `clock` not checked. */
  doctor: string
  /** Events of the log, from the level `warn` on. */
  log: string
}

const document = new URL('../../../docs/local-tenant.md', import.meta.url)
const heading = '## What your users see in each scenario'

/** @throws Error with the line, for a row that is not of six cells with an address in the second one */
export function documentedScenarios(): DocumentedScenario[] {
  const [, section = ''] = readFileSync(document, 'utf8').split(heading)
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((line) => {
    const [title = '', setIt = '', apiAnswer = '', page = '', doctor = '', log = '', ...more] =
      cells(line)
    const id = /^`POST \/_tenant\/scenarios\/([\w-]+)`$/.exec(setIt)?.[1]
    if (id === undefined || page === '' || log === '' || more.length > 0)
      throw new Error(`Not a row: ${line}`)
    return { id, title, apiAnswer, page, doctor, log }
  })
}

function cells(line: string): string[] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim())
}
