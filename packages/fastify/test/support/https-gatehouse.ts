import { localClient } from '@gatehouse/tenant'
import type { GatehouseOptions } from '@gatehouse/test-support/gatehouse'

/** As deployed behind a proxy that ends TLS: everything that depends on https is on. */
export const httpsGatehouse: GatehouseOptions = {
  config: { publicUrl: 'https://app.example.test' },
  tenant: {
    clients: [{ ...localClient, redirectUris: ['https://app.example.test/auth/redirect'] }],
  },
}
