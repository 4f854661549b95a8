import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startGatehouse, type Gatehouse, type GatehouseOptions } from './gatehouse.ts'

/** Starts one app for all tests of a file. Each test begins without faults and with an empty journal. */
export function useTestApp(options: GatehouseOptions = {}): () => Gatehouse {
  let gatehouse: Gatehouse | undefined
  function current(): Gatehouse {
    if (!gatehouse) throw new Error('The app exists inside tests only')
    return gatehouse
  }
  beforeAll(async () => {
    gatehouse = await startGatehouse(options)
  })
  beforeEach(() => {
    current().tenant.faults.clear()
    current().tenant.journal.clear()
  })
  afterAll(() => gatehouse?.close())
  return current
}
