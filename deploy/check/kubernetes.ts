/** Checks the Kubernetes files against the API's schemas. `npm run test:all` runs it, with a lock file of its own. */
import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string }
}

type Model = new (resource: unknown) => { validate(): void }

const [file = ''] = process.argv.slice(2)
for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
  const [mistake] = document.errors
  if (mistake) throw mistake
  const resource = document.toJS() as Resource
  const { apiVersion, kind, metadata } = resource
  const models = (await import(`kubernetes-models/${apiVersion}`)) as Record<
    string,
    Model | undefined
  >
  const Known = models[kind]
  if (!Known) throw new Error(`${apiVersion} has no ${kind}`)
  new Known(resource).validate()
  process.stdout.write(`${kind} ${metadata.name}: valid\n`)
}
