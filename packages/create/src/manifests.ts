/** The package.json files of a new app, from those of the repository. */

import type { AppOptions } from './options.ts'

export interface Manifest {
  name: string
  version: string
  scripts: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  [key: string]: unknown
}

const workspaces = ['@gatehouse/web', '@gatehouse/bff', '@gatehouse/shared']
/** What only the repository's own tests and generators need. */
const ofTheRepository = ['@fluentui/tokens', 'fast-check']

/** Of `gatehouse-cli`, besides those that are written out below. */
const commands = ['session', 'tenant', 'register', 'cleanup', 'doctor', 'end-sessions']
/** With Vite, of the version that `web` has: as a peer of Vitest alone, npm would take the newest there is. */
const developmentPackages = ['@types/node', 'node', 'turbo', 'typescript', 'vite', 'vitest']

/** The app's own package.json, with the versions of development packages that the repository has. */
export function rootManifest(ours: Manifest, { folderName }: AppOptions, version: string): object {
  const found = developmentPackages.map((name) => [name, ours.devDependencies?.[name]])
  return {
    name: folderName,
    version: '0.1.0',
    private: true,
    workspaces: ['shared', 'bff', 'web'],
    type: 'module',
    scripts: {
      dev: 'gatehouse-cli dev',
      start: 'gatehouse-cli start',
      build: 'turbo run build',
      check: 'turbo run check',
      test: 'turbo run check test --continue',
      ...Object.fromEntries(commands.map((command) => [command, `gatehouse-cli ${command}`])),
    },
    devDependencies: { '@gatehouse/cli': version, ...Object.fromEntries(found) },
    engines: ours['engines'],
    packageManager: ours['packageManager'],
    allowScripts: ours['allowScripts'],
  }
}

/** A package.json of `web`, `bff` or `shared`. @param version of the packages */
export function partManifest(ours: Manifest, version: string): Manifest {
  const { scripts, dependencies, devDependencies, ...rest } = ours
  const own = Object.entries(scripts).filter(([name]) => !['generate', 'test:all'].includes(name))
  return {
    ...rest,
    scripts: Object.fromEntries(own.map(([name, script]) => [name, scriptOf(name, script)])),
    ...(dependencies && { dependencies: withVersion(dependencies, version) }),
    ...(devDependencies && { devDependencies: withVersion(devDependencies, version) }),
  }
}

function scriptOf(name: string, script: string): string {
  if (name === 'test') return 'vitest run'
  return script.replace('node ../packages/cli/run.cjs', 'gatehouse-cli')
}

function withVersion(dependencies: Record<string, string>, version: string) {
  const kept = Object.entries(dependencies).filter(([name]) => !ofTheRepository.includes(name))
  return Object.fromEntries(
    kept.map(([name, wanted]) => [
      name,
      name.startsWith('@gatehouse/') && !workspaces.includes(name) ? version : wanted,
    ]),
  )
}
