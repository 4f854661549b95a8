/** What a new app is called and looks like: from options, or asked on a terminal. */

import { readdirSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isCancel, text } from '@clack/prompts'

/** The brand color that an app has if none is chosen. */
const fluentBrand = '#0f6cbd'

export interface AppOptions {
  /** Where it is made: absent, or empty. */
  folder: string
  /** The name of the folder, which is also that of the package. */
  folderName: string
  /** As people see it. */
  name: string
  /** Such as `#0f6cbd`. */
  brand: string
  install: boolean
}

/** A mistake that a person can make, in a sentence. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
}

/** The person pressed Ctrl+C at a question. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

export const help = `Usage: npm create @gatehouse <folder> [-- options]

Makes an app with Microsoft Entra sign-in and Microsoft Graph in a new or empty folder, and installs its packages.
It runs on the local tenant until yours is configured.

Options, behind --:
  --name <name>    the app's name, as people see it (default: from the folder)
  --brand <color>  the brand color, such as #0f6cbd
  --no-install     does not run npm install
  --help           this text

Without a terminal, nothing is asked.
`

const flags = {
  name: { type: 'string' },
  brand: { type: 'string' },
  'no-install': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/**
 * @param mayAsk whether a person can answer
 * @returns undefined if only the usage is wanted
 * @throws CreateError, Cancelled
 */
export async function readOptions(
  args: readonly string[],
  mayAsk: boolean,
): Promise<AppOptions | undefined> {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  if (positionals.length > 1) {
    throw new CreateError(
      `One folder is made, not ${positionals.length} (${positionals.join(', ')}). Options go behind --: npm create @gatehouse my-app -- --name "My app"`,
    )
  }
  const given = positionals[0]
  if (given === undefined && !mayAsk) {
    throw new CreateError('Which folder? Such as: npm create @gatehouse my-app')
  }
  const path = given ?? (await ask('Folder of the app', 'my-app', folderProblem))
  // What was given is checked before anything is asked.
  for (const problem of [
    folderProblem(path),
    values.name !== undefined && nameProblem(values.name),
    values.brand !== undefined && brandProblem(values.brand),
  ]) {
    if (problem) throw new CreateError(problem)
  }
  const folder = resolve(path)
  const folderName = basename(folder)
  const suggested = titleOf(folderName)
  const question = async (label: string, initial: string, check: Check) =>
    mayAsk ? ask(label, initial, check) : initial
  return {
    folder,
    folderName,
    name: (
      values.name ?? (await question('Name, as people see it', suggested, nameProblem))
    ).trim(),
    brand: (values.brand ?? (await question('Brand color', fluentBrand, brandProblem)))
      .trim()
      .toLowerCase(),
    install: !values['no-install'],
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true })
  } catch (error) {
    // Node adds how to write a value that begins with a dash.
    const mistake = (error as Error).message.split(/\. |\n/)[0]?.replace(/\.?$/, '.')
    throw new CreateError(`${mistake} Every option: npm create @gatehouse -- --help`)
  }
}

/** @returns what is wrong with a value; undefined if nothing is */
type Check = (value: string) => string | undefined

async function ask(message: string, initialValue: string, check: Check): Promise<string> {
  const answer = await text({
    message,
    initialValue,
    withGuide: false,
    validate: (value) => check(value ?? ''),
  })
  if (isCancel(answer)) throw new Cancelled('Nothing was made.')
  return answer
}

/** Names of devices on Windows, and what npm refuses as the name of a package. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d|node_modules|favicon\.ico)$/

function folderProblem(path: string): string | undefined {
  const folder = resolve(path)
  const name = basename(folder)
  // npm: validate-npm-package-name. A name that begins with a dash would be an option to many programs.
  if (!/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name) || name.endsWith('.') || reserved.test(name)) {
    return `${JSON.stringify(name)} cannot be the name of the app's folder: it takes small letters, digits, dots and hyphens, such as my-app.`
  }
  try {
    if (!statSync(folder).isDirectory()) return `${path} is a file. Choose another folder.`
    // What a fresh Git repository and an operating system put there.
    const content = readdirSync(folder).filter((file) => !['.git', '.DS_Store'].includes(file))
    if (content.length > 0) {
      return `${path} is not empty: it has ${content[0]}${content.length > 1 ? ' and more' : ''}. Choose a new or an empty folder.`
    }
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : `${path} cannot be used (${code}).`
  }
}

function nameProblem(name: string): string | undefined {
  // It becomes part of sources and of HTML.
  return /^\p{L}[\p{L}\p{M}\p{N} ._-]{0,49}$/u.test(name.trim())
    ? undefined
    : 'The name takes up to 50 letters, digits, spaces, dots and hyphens, and begins with a letter, such as My app.'
}

function brandProblem(brand: string): string | undefined {
  return /^#[0-9a-f]{6}$/i.test(brand.trim())
    ? undefined
    : `${JSON.stringify(brand)} is no color: it takes six hexadecimal digits, such as ${fluentBrand}.`
}

/** `my-app`: My app. */
function titleOf(folderName: string): string {
  const words = folderName.replaceAll(/[._-]+/g, ' ').trim()
  const title = words.charAt(0).toUpperCase() + words.slice(1, 50)
  return nameProblem(title) ? 'My app' : title
}
