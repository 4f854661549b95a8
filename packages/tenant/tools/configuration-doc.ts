/** The document of `tenant.json`: an example, and a table of all keys from their descriptions. */

import type { TSchema } from 'typebox'
import { ConfigFile } from '../src/config/schema.ts'
import { exampleConfig } from './example-config.ts'

interface Described {
  description?: string
  properties?: Record<string, TSchema>
  items?: TSchema
}

/** The whole document. */
export function configurationText(): string {
  return `# tenant.json

Generated from \`src/config\` by \`npm run schema -w @gatehouse/tenant\`. Start with it: \`npx @gatehouse/tenant --config tenant.json\`.
Mistakes are refused at the start, each with its key, and no value is printed. All keys and the forms of their values come first, and
then, once these are right, what they say, such as redirect URIs. Options of the program come before the file. \`createTenant\` takes
the content of the file as it is, and refuses the same mistakes.

\`\`\`json
${JSON.stringify(exampleConfig, null, 2)}
\`\`\`

Inside a client, the names are those of Graph's [application](https://learn.microsoft.com/graph/api/resources/application).
A tenant of \`tenants\` has \`clients\`, \`people\` and the other lists in the form that they have above.
Ids that are absent are made from the name, the same at every start. Without \`clients\`, there is one client, that of a
fresh clone of Gatehouse.

${table([['key', 'takes'], ...rowsOf('', ConfigFile)])}
`
}

/** What is a list of the first tenant is one of the others, too; its keys are not repeated. */
function rowsOf(prefix: string, schema: Described, known = new Set<unknown>()): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const own: Described = part
    const items: Described | undefined = own.items
    const key = prefix + name
    const row = [`\`${key}\``, own.description ?? '']
    if (known.has(part)) return [row]
    known.add(part)
    const inside = items?.properties
      ? rowsOf(`${key}[].`, items, known)
      : rowsOf(`${key}.`, own, known)
    return [row, ...inside]
  })
}

/** As oxfmt writes it. */
function table([head = [], ...rows]: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)),
  )
  const line = (row: string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
