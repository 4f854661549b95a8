import { localClient } from '@gatehouse/tenant'
import type { GatehouseOptions } from '@gatehouse/test-support/gatehouse'

/** An app at an address that may have a path, behind a proxy that ends TLS; its addresses are registered. */
export function appAt(publicUrl: string, options: GatehouseOptions = {}): GatehouseOptions {
  const redirectUris = [`${publicUrl}/auth/redirect`, `${publicUrl}/signed-out`]
  return {
    ...options,
    config: { publicUrl, ...options.config },
    tenant: { clients: [{ ...localClient, web: { redirectUris } }], ...options.tenant },
  }
}
