/** A process of its own, because MSAL decides once for each process which identity endpoint there is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../src/config/index.ts'
import { createStoreAccess } from '../../src/entra/index.ts'
import { openStore } from '../../src/store/index.ts'

const config = loadConfig(process.env, process.cwd())
const log = { error: (fields: object) => void process.stderr.write(`${JSON.stringify(fields)}\n`) }
const store = await openStore(config.storeUrl, Date.now, createStoreAccess(config, log, Date.now))
const answers: boolean[] = []
for (let second = 0; second < Number(process.argv[2]); second += 1) {
  answers.push(await store.oneTimeKeys.consume(`second-${second}`, 60_000))
  await sleep(1000)
}
await store.close()
process.stdout.write(JSON.stringify(answers))
