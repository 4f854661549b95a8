import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { serverFile } from './server-process.ts'

/** Runs the operator's command as a process of its own, with the app's configuration. */
export async function runEndSessions(
  { environment }: Pick<Gatehouse, 'environment'>,
  ...words: string[]
): Promise<{ status: number | null; output: string }> {
  const env = { PATH: process.env['PATH'] ?? '', ...environment }
  const child = spawn(process.execPath, [serverFile, 'end-sessions', ...words], { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  await once(child, 'close')
  return { status: child.exitCode, output }
}
