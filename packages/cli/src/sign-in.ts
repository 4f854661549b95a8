/** Signs an administrator in: by device code, by the Azure CLI, or with a token from the environment. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Cloud } from '@gatehouse/fastify/config'
import { discover, tokenByDeviceCode } from './device-code.ts'
import { SetupError } from './errors.ts'
import type { Network } from './network.ts'
import { withProgress } from './output.ts'

export const tokenVariable = 'GATEHOUSE_GRAPH_TOKEN'

export type SignInWay = 'device-code' | 'azure-cli'

interface SignInRequest {
  cloud: Cloud
  /** A tenant id or a domain; without one, the tenant of the account. */
  tenant: string | undefined
  way: SignInWay
  /** From the environment; takes precedence over every other way. */
  token: string | undefined
}

export interface SignedIn {
  token: string
  tenantId: string
  /** The user name in the token. */
  user: string | undefined
}

/** @throws SetupError if the sign-in fails, or is for another tenant than the one asked for */
export async function signIn(network: Network, request: SignInRequest): Promise<SignedIn> {
  const { cloud, tenant, way } = request
  const metadata = await withProgress('Looking up the tenant', () =>
    discover(network, cloud.authority, tenant ?? 'organizations'),
  )
  const token =
    request.token ??
    (way === 'azure-cli'
      ? await tokenOfAzureCli(tenant)
      : await tokenByDeviceCode(network, metadata, cloud.authority, tenant ?? 'organizations'))

  const { tenantId, user } = claimsOf(token)
  if (metadata.tenantId && metadata.tenantId !== tenantId) {
    throw new SetupError(
      'wrong_tenant',
      `This sign-in is for the tenant ${tenantId}, not for ${tenant} (${metadata.tenantId}).`,
      'Sign in with an account of that tenant, or name the other one with --tenant.',
    )
  }
  return { token, tenantId, user }
}

const waitMs = 60_000

/**
 * A token for Graph from the Azure CLI
 * (https://learn.microsoft.com/cli/azure/account#az-account-get-access-token).
 *
 * @throws SetupError if the CLI is missing, or has no session
 */
async function tokenOfAzureCli(tenant: string | undefined): Promise<string> {
  const words = ['account', 'get-access-token', '--resource-type', 'ms-graph', '--output', 'json']
  if (tenant) words.push('--tenant', tenant)
  try {
    const { stdout } = await withProgress('Asking the Azure CLI for a token', () =>
      // On Windows, az is a batch file, which only a shell starts.
      promisify(execFile)('az', words, { timeout: waitMs, shell: process.platform === 'win32' }),
    )
    const { accessToken } = JSON.parse(stdout) as { accessToken?: unknown }
    if (typeof accessToken === 'string') return accessToken
    throw new Error('no accessToken in the answer of az')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new SetupError(
      'sign_in',
      isMissing ? 'The Azure CLI (az) is not installed.' : 'The Azure CLI gave no token.',
      `${isMissing ? 'Install it' : `Run az login${tenant ? ` --tenant ${tenant}` : ''}`}, or leave --sign-in out to sign in by device code.`,
      { cause: error },
    )
  }
}

/**
 * Reads the claims of a token without verifying it; Graph does that.
 *
 * @throws SetupError for anything but a token of Entra
 */
function claimsOf(token: string): { tenantId: string; user: string | undefined } {
  try {
    const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const claims = JSON.parse(text) as Record<string, unknown>
    const user = claims['upn'] ?? claims['unique_name'] ?? claims['preferred_username']
    if (typeof claims['tid'] === 'string') {
      return {
        tenantId: claims['tid'].toLowerCase(),
        user: typeof user === 'string' ? user : undefined,
      }
    }
  } catch {
    // The error below does not contain the text.
  }
  throw new SetupError(
    'sign_in',
    'The token is not an access token of Microsoft Entra.',
    'Get one for Microsoft Graph: az account get-access-token --resource-type ms-graph --query accessToken --output tsv',
  )
}
