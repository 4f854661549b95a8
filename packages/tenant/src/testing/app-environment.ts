import { localClient } from '../registry/built-in.ts'
import type { Tenant } from '../tenant.ts'

interface AppOptions {
  /** Where the app is opened, such as `http://localhost:5173`. */
  publicUrl: string
  /** A folder for the app's sessions, removed after the tests. */
  dataDir: string
}

/**
 * The environment variables with which a Gatehouse app signs in at a tenant of the tests, whatever its `aad.config.json`
 * names: `loadConfig(appEnvironment(tenant, { publicUrl, dataDir }), root)`. Logs are off.
 */
export function appEnvironment(
  tenant: Pick<Tenant, 'tenantId' | 'authority' | 'graphUrl'>,
  { publicUrl, dataDir }: AppOptions,
): Record<string, string> {
  return {
    AAD_TENANT: tenant.tenantId,
    AAD_CLIENT_ID: localClient.clientId,
    AAD_CLIENT_SECRET: localClient.secrets[0],
    AAD_AUTHORITY: tenant.authority,
    GRAPH_BASE_URL: tenant.graphUrl,
    PUBLIC_URL: publicUrl,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
  }
}
