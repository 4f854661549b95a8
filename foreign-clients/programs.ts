/** Installs the clients that Debian has, before all tests. A test without its client fails with a sentence. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's packages are for Debian's Python, which may not be the first on the PATH. */
const pythons = ['/usr/bin/python3', 'python3']
const apacheModules = '/usr/lib/apache2/modules'
const chromiums = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
const goLibraries = '/usr/share/gocode'

/** Apache, and the folder of its modules. */
export interface Apache {
  program: string
  modules: string
}

/** What each test needs, and the packages of Debian that have it. */
const needs: readonly { isThere: () => boolean; aptPackages: string }[] = [
  { isThere: () => findPython('msal') !== undefined, aptPackages: 'python3-msal' },
  { isThere: () => findApache() !== undefined, aptPackages: 'libapache2-mod-auth-openidc' },
  {
    isThere: () => findPython('authlib, allauth, social_django') !== undefined,
    aptPackages: 'python3-authlib python3-django-allauth python3-social-django',
  },
  { isThere: () => findChromium() !== undefined, aptPackages: 'chromium' },
  { isThere: () => findProgram('oidc-agent') !== undefined, aptPackages: 'oidc-agent-cli' },
  { isThere: () => findProgram('rclone') !== undefined, aptPackages: 'rclone' },
  { isThere: hasGoOidc, aptPackages: 'golang-go golang-github-coreos-go-oidc-dev' },
  {
    isThere: hasOmniAuth,
    aptPackages:
      'ruby ruby-webrick ruby-omniauth-openid-connect ruby-omniauth-azure-activedirectory-v2',
  },
]

export default function programs(): void {
  const missing = needs.filter(({ isThere }) => !isThere())
  if (missing.length > 0) installByApt(missing.flatMap(({ aptPackages }) => aptPackages.split(' ')))
}

/** A Python that has these modules. @throws Error with what to install */
export function requirePython(modules: string): string {
  const python = findPython(modules)
  if (python !== undefined) return python
  throw new Error(
    `The tests need ${modules} for Python. Debian: apt-get install the packages in programs.ts. Elsewhere: pip install.`,
  )
}

/** A Ruby that has OmniAuth. @throws Error with what to install */
export function requireRuby(): string {
  if (hasOmniAuth()) return 'ruby'
  throw new Error(
    'The tests need OmniAuth. Debian: apt-get install ruby-omniauth-openid-connect ruby-omniauth-azure-activedirectory-v2.',
  )
}

/** @throws Error with what to install */
export function requireProgram(name: string, aptPackage: string): string {
  if (findProgram(name)) return name
  throw new Error(`The tests need ${name}. Debian: apt-get install ${aptPackage}.`)
}

/** Chromium without a window, or another Chromium or Chrome. @throws Error with what to install */
export function requireChromium(): string {
  const chromium = findChromium()
  if (chromium !== undefined) return chromium
  throw new Error(
    'The tests need Chromium. Debian: apt-get install chromium. Elsewhere: name the program of any Chrome in CHROMIUM_PATH.',
  )
}

/** Go, and the folder of Debian's libraries for it. @throws Error with what to install */
export function requireGo(): { go: string; libraries: string } {
  if (hasGoOidc()) return { go: 'go', libraries: goLibraries }
  throw new Error(
    'The tests need Go and go-oidc. Debian: apt-get install golang-go golang-github-coreos-go-oidc-dev.',
  )
}

/** @throws Error with what to install */
export function requireApache(): Apache {
  const apache = findApache()
  if (apache) return apache
  throw new Error(
    'The tests need Apache with mod_auth_openidc. Debian: apt-get install libapache2-mod-auth-openidc.',
  )
}

function findPython(modules: string): string | undefined {
  return pythons.find((python) => {
    const code = `import requests, ${modules}`
    return spawnSync(python, ['-c', code], { stdio: 'ignore' }).status === 0
  })
}

function hasOmniAuth(): boolean {
  const code = "require 'webrick'; require 'omniauth_openid_connect'"
  const libraries = `${code}; require 'omniauth-azure-activedirectory-v2'`
  return spawnSync('ruby', ['-e', libraries], { stdio: 'ignore' }).status === 0
}

function hasGoOidc(): boolean {
  return (
    findProgram('go') !== undefined && existsSync(`${goLibraries}/src/github.com/coreos/go-oidc`)
  )
}

function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH']
  if (named && existsSync(named)) return named
  return chromiums.map(findProgram).find((program) => program !== undefined)
}

/** Debian has servers in /usr/sbin, which is not on every user's PATH. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/sbin']
  return folders.map((folder) => join(folder, name)).find(existsSync)
}

function findApache(): Apache | undefined {
  const program = findProgram('apache2')
  return program && existsSync(`${apacheModules}/mod_auth_openidc.so`)
    ? { program, modules: apacheModules }
    : undefined
}

/** Installs packages of Debian without a question, if this process may. */
function installByApt(aptPackages: readonly string[]): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return
  process.stdout.write(`Installing ${aptPackages.join(' ')} by apt-get; this takes a minute.\n`)
  const install = () => aptGet('install', '-y', '-qq', '--no-install-recommends', ...aptPackages)
  if (!install() && aptGet('update', '-qq')) install()
}

function aptGet(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}
