/** Bundles the back end and its packages, apart from those that cannot be bundled. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/** A native addon, and a logger that starts files of its own as threads. */
const outside = ['sodium-native', 'pino']

/**
 * CommonJS, because Node loads it faster: each ES module that imports `node:http` also loads Node's own
 * undici. Not minified, so that the stack of an error in the log can be read.
 *
 * @param entry the TypeScript file that starts the server
 * @param dist is emptied
 * @returns the names of the packages that `dist` needs beside it
 */
export async function bundleServer(entry: string, dist: string): Promise<readonly string[]> {
  const bundle = await rolldown({
    input: { main: entry },
    platform: 'node',
    external: outside,
    // The `main` file of jsonc-parser is UMD, whose modules cannot be bundled.
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'warn',
  })
  await bundle.write({
    dir: dist,
    format: 'cjs',
    cleanDir: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  })
  await bundle.close()
  copyFileSync(join(import.meta.dirname, 'entry.cjs'), join(dist, 'server.js'))
  return outside
}
