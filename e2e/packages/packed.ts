/** Before all tests: builds and packs the packages once, for every test that installs them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packAll } from '../../release/dry.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed packages, and the folder that they are in. */
    packages: { folder: string; packed: ReturnType<typeof packAll> }
  }
}

export default function packed({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'))
  provide('packages', { folder, packed: packAll(folder) })
  return () => rmSync(folder, { recursive: true, force: true })
}
