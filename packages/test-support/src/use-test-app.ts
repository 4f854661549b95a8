import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startGatehouse, type Gatehouse, type GatehouseOptions } from './gatehouse.ts'

/** One app for all tests of a file; each of them starts without faults and with an empty journal. */
export function useTestApp(options: GatehouseOptions = {}): () => Gatehouse {
  let gatehouse: Gatehouse | undefined
  function current(): Gatehouse {
    if (!gatehouse) throw new Error('The app is there inside of tests only')
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
