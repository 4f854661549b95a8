/** `npm run schema -w @gatehouse/fastify` also writes docs/configuration.md, from the same descriptions. */
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { Environment } from '../src/config/environment.ts'
import { ConfigFile } from '../src/config/schema.ts'

export const documentPath = join(import.meta.dirname, '../../../docs/configuration.md')

interface Described {
  title?: string
  description?: string
  default?: unknown
  properties?: Record<string, TSchema>
  patternProperties?: Record<string, TSchema>
}

/** The whole document. */
export function configurationText(): string {
  return `# Configuration

Generated from \`packages/fastify/src/config\` by \`npm run schema -w @gatehouse/fastify\`. Mistakes are refused at the start,
all at once, each with its key or variable.

## aad.config.json

The environment replaces some of these keys, so that one file serves several deployments.

${table(['key', 'takes', 'default'], rowsOfKeys('', ConfigFile))}

## Environment variables

A variable that is empty counts as unset. A variable that ends in \`_FILE\` names a file with the value, as platforms mount
secrets.

${table(['variable', 'what for', 'takes', 'default'], rowsOfVariables())}
`
}

function rowsOfKeys(prefix: string, schema: Described): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const key = prefix + name
    const own: Described = part
    const values = Object.values(own.patternProperties ?? {})[0]
    const inside = values ? rowsOfKeys(`${key}.<name>.`, values) : rowsOfKeys(`${key}.`, own)
    return [[`\`${key}\``, cell(own.description), defaultOf(own)], ...inside]
  })
}

function rowsOfVariables(): string[][] {
  return Object.entries(Environment.properties).map(([name, part]) => {
    const own = part as Described
    return [`\`${name}\``, cell(own.title), cell(own.description), defaultOf(own)]
  })
}

function defaultOf({ default: value }: Described): string {
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value) && value !== ''
  return isPlain ? `\`${String(value)}\`` : ''
}

function cell(text = ''): string {
  return text.replaceAll('|', '\\|')
}

/** As oxfmt writes it. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)),
  )
  const line = (row: string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
