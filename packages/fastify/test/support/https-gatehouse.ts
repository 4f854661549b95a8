import { localClient } from '@gatehouse/tenant'
import type { GatehouseOptions } from '@gatehouse/test-support/gatehouse'

/** The app behind a proxy that terminates TLS: everything that depends on https is on. */
export const httpsGatehouse: GatehouseOptions = {
  config: { publicUrl: 'https://app.example.test' },
  tenant: {
    clients: [
      { ...localClient, web: { redirectUris: ['https://app.example.test/auth/redirect'] } },
    ],
  },
}
