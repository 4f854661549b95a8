/** Starts the copy as users do: `npm start`, with the local tenant, on its own ports. */
import { join } from 'node:path'
import { freePort } from '@gatehouse/tenant/testing'
import { eventually } from '../instances/eventually.ts'
import { runProgram } from '../instances/program.ts'

export interface RunningCopy {
  publicUrl: string
  end(): Promise<unknown>
}

/** @throws Error with its output, if it ended before it answered */
export async function startCopy(folder: string): Promise<RunningCopy> {
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const env = {
    PORT: String(port),
    TENANT_PORT: String(await freePort()),
    PUBLIC_URL: publicUrl,
    DATA_DIR: join(folder, '.data'),
    LOG_LEVEL: 'warn',
  }
  const start = join(folder, 'packages/cli/src/dev/start.ts')
  const program = runProgram(process.execPath, [start], env, folder)
  const failed = program.ended.then((code) => {
    throw new Error(`The copy ended with ${code}: ${program.output()}`)
  })
  const answers = eventually('the copy runs', () => program.output().includes('is running'))
  await Promise.race([failed, answers])
  failed.catch(() => undefined)
  return { publicUrl, end: () => program.end() }
}
