/** The settings of the store beside its address: who this process is there, and whose certificates count. */
import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import type { Environment } from './environment.ts'
import type { ConfigProblem } from './errors.ts'
import { readSecretFile } from './secrets/files.ts'

/** How this process signs in at Redis, if STORE_URL does not say it. */
type StoreLogin =
  | { readonly kind: 'password'; readonly password: string }
  /** Read again, so that a replaced file counts without a restart. */
  | { readonly kind: 'password_file'; readonly file: string }
  /** A token of the managed identity. */
  | {
      readonly kind: 'entra'
      /** Of a user-assigned identity; undefined for the system-assigned one. */
      readonly clientId: string | undefined
      /** Replaces http://169.254.169.254, outside production. */
      readonly address: string | undefined
    }

export interface StoreSettings {
  readonly login: StoreLogin | undefined
  /** PEM; undefined for the authorities that Node knows. */
  readonly ca: string | undefined
}

/** @param passwordFile as STORE_PASSWORD_FILE names it */
export function storeSettings(
  environment: Environment,
  passwordFile: string | undefined,
  root: string,
): StoreSettings {
  const { STORE_CA_FILE: caFile } = environment
  return {
    login: loginOf(environment, passwordFile && resolve(root, passwordFile)),
    ca: caFile && readSecretFile(resolve(root, caFile)).content,
  }
}

function loginOf(
  environment: Environment,
  passwordFile: string | undefined,
): StoreLogin | undefined {
  const { STORE_AUTH: auth, STORE_PASSWORD: password, STORE_CLIENT_ID: clientId } = environment
  if (auth === 'entra') {
    const url = environment.MANAGED_IDENTITY_URL
    return { kind: 'entra', clientId, address: url && new URL(url).origin }
  }
  if (passwordFile) return { kind: 'password_file', file: passwordFile }
  return password ? { kind: 'password', password } : undefined
}

/** What is wrong with the store's variables together. */
export function storeProblems(
  environment: Environment,
  { root, production }: { root: string; production: boolean },
): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const refuse = (key: string, message: string) => void problems.push({ key, message })
  const { STORE_URL: url = '', STORE_CA_FILE: caFile } = environment
  const isRedis = url.startsWith('redis')
  const usesTls = url.startsWith('rediss')
  for (const key of ['STORE_AUTH', 'STORE_PASSWORD', 'STORE_CA_FILE', 'STORE_CLIENT_ID'] as const) {
    if (environment[key] !== undefined && !isRedis)
      refuse(key, 'goes with a STORE_URL of Redis only')
  }
  if (!isRedis) return problems
  const usesEntra = environment.STORE_AUTH === 'entra'
  const hasPassword = /\/\/[^@/]*:[^@/]*@/.test(url)
  if (environment.STORE_PASSWORD && hasPassword) {
    refuse('STORE_PASSWORD', 'is set, and STORE_URL has a password; keep one of them')
  }
  if (usesEntra && (environment.STORE_PASSWORD || hasPassword)) {
    refuse(
      'STORE_AUTH',
      'is entra, and there is a password (STORE_URL or STORE_PASSWORD); keep one of them',
    )
  }
  if (usesEntra && production && !usesTls) {
    refuse(
      'STORE_AUTH',
      'is entra, which needs a rediss:// address: the token would be readable on the way',
    )
  }
  if (environment.STORE_CLIENT_ID && !usesEntra)
    refuse('STORE_CLIENT_ID', 'goes with STORE_AUTH=entra only')
  if (caFile && !usesTls) refuse('STORE_CA_FILE', 'goes with a rediss:// address only')
  const fault = caFile && certificateFault(resolve(root, caFile))
  if (fault) refuse('STORE_CA_FILE', `names ${fault}`)
  return problems
}

function certificateFault(path: string): string | undefined {
  const { content, fault } = readSecretFile(path)
  if (content === undefined) return fault
  try {
    void new X509Certificate(content)
    return undefined
  } catch {
    return 'a file without a certificate in PEM form (-----BEGIN CERTIFICATE-----)'
  }
}
