/**
 * Runs a script of package.json: `node packages/cli/run.cjs dev`. It is plain old JavaScript, so that a Node that
 * cannot run TypeScript says so in a sentence. Without a name, it only checks that, and
 * that the development packages are installed.
 */
'use strict'

if (process.features && process.features.typescript) {
  // A script starts in two thirds of the time. Where nothing can be written, it does without.
  require('node:module').enableCompileCache(
    require('node:path').join(__dirname, '../../node_modules/.cache/compile'),
  )
  require('./src/run.ts').run(process.argv[2])
} else {
  process.stderr.write(
    'This project runs on Node 24 (at least 22.18, which runs TypeScript). This is Node ' +
      process.versions.node +
      '.\nnpm installs Node 24 into the project, unless it leaves out development packages (--omit=dev, NODE_ENV=production) or their scripts (--ignore-scripts). Run: npm ci --include=dev --ignore-scripts=false\n',
  )
  process.exit(1)
}
