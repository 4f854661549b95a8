/**
 * The documents that packages bring, with links that lead somewhere once they are installed. All of them come with
 * @gatehouse/cli, with the files that the guides for a deployment are about; those of the local tenant with
 * @gatehouse/tenant as well, which is also used alone.
 */
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import { root } from './manifest.ts'

/** Copied as they are. The guides say what each is for. */
const deployment = ['deploy', 'infra', 'compose.yaml', 'azure.yaml']
/** Programs of this repository. */
const notPacked = /^deploy\/check(?:\/|$)/
/** In the folder of an app, which is two above `node_modules/@gatehouse`. */
const ofApp = /^(?:aad\.config\.json|Dockerfile|(?:web|bff|shared)\/src\/.+)$/

const found = (...patterns: string[]) =>
  patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: root }).map((path) => path.split(sep).join('/')),
  )

/** The texts of a package: from the repository to their places in the package. */
function textsOf(name: string): Map<string, string> {
  const own = found(`packages/${name}/*.md`).map((path) => [path, posix.basename(path)] as const)
  const documents: Record<string, string[]> = {
    cli: ['docs/*.md', 'docs/deploy/*.md'],
    tenant: ['docs/local-tenant.md', 'docs/local-tenant-clients.md'],
  }
  return new Map([
    ...own,
    ...found(...(documents[name] ?? [])).map((path) => [path, path] as const),
  ])
}

/** The texts of a package, and those of @gatehouse/cli, which has all documents. */
interface Texts {
  own: ReadonlyMap<string, string>
  ofCli: ReadonlyMap<string, string>
}

/**
 * Where a file of the repository is once a package is installed.
 *
 * @returns its path from the package; undefined if it is not there
 */
function placeFor(name: string, texts: Texts, path: string): string | undefined {
  const own = texts.own.get(path)
  if (own !== undefined) return own
  // It is often alone.
  if (name === 'tenant') return undefined
  if (ofApp.test(path)) return `../../../${path}`
  const inCli = path.startsWith('docs/') ? texts.ofCli.get(path) : deploymentPlace(path)
  if (inCli !== undefined) return name === 'cli' ? inCli : `../cli/${inCli}`
  const [, other = '', file = ''] = /^packages\/([\w-]+)\/([\w-]+\.md)$/.exec(path) ?? []
  return file === '' ? undefined : `../${other}/${file}`
}

function deploymentPlace(path: string): string | undefined {
  const isPacked = deployment.some((one) => path === one || path.startsWith(`${one}/`))
  return isPacked && !notPacked.test(path) ? path : undefined
}

/** The texts that a package brings, by their places in it. @param name such as `cli` */
export function packedTexts(name: string): Map<string, string> {
  const own = textsOf(name)
  const texts = { own, ofCli: textsOf('cli') }
  return new Map(
    [...own].map(([path, place]) => {
      const text = readFileSync(join(root, path), 'utf8')
      const placeOf = (target: string) =>
        placeFor(name, texts, posix.join(posix.dirname(path), target))
      return [place, withLinks(text, (link) => newLink(place, placeOf, link))]
    }),
  )
}

function newLink(
  place: string,
  placeOf: (target: string) => string | undefined,
  link: string,
): string | undefined {
  const [target = '', fragment] = link.split('#', 2)
  const to = placeOf(target)
  if (to === undefined) return undefined
  const relative = posix.relative(posix.dirname(place), to)
  return fragment === undefined ? relative : `${relative}#${fragment}`
}

/** Outside of blocks of code. A link to what does not come along becomes its text. */
function withLinks(text: string, change: (link: string) => string | undefined): string {
  const parts = text.split(/^(```[^]*?^```$)/m)
  const changed = parts.map((part, at) =>
    at % 2 === 1
      ? part
      : part.replaceAll(
          /\[([^\]]+)\]\((?![a-z]+:|#)([^)\s]+)\)/g,
          (_, words: string, link: string) => {
            const to = change(link)
            return to === undefined ? words : `[${words}](${to})`
          },
        ),
  )
  return changed.join('')
}

/** @param name such as `cli` @param target the folder of its package */
export function copyDocuments(name: string, target: string): void {
  for (const [place, text] of packedTexts(name)) {
    mkdirSync(dirname(join(target, place)), { recursive: true })
    writeFileSync(join(target, place), text)
  }
  if (name !== 'cli') return
  for (const path of deployment) {
    const filter = (from: string) =>
      !notPacked.test(
        from
          .slice(root.length + 1)
          .split(sep)
          .join('/'),
      )
    cpSync(join(root, path), join(target, path), { recursive: true, filter })
  }
}
