#!/usr/bin/env node
/**
 * Runs a script of package.json: `node packages/cli/run.cjs dev` in the repository, `gatehouse-cli dev` in an app. It is
 * plain old JavaScript, so that a Node that cannot run TypeScript says so in a sentence. Without a name, it only checks
 * that, and that the development packages are installed.
 */
'use strict'

const path = require('node:path')
const script = process.argv[2]
const isBuilt = require('node:fs').existsSync(path.join(__dirname, 'dist/run.js'))
// In both, the project's own node_modules.
const modules = path.join(__dirname, isBuilt ? '../..' : '../../node_modules')

if (process.features && process.features.typescript) {
  // A script starts in two thirds of the time. Where nothing can be written, it does without.
  require('node:module').enableCompileCache(path.join(modules, '.cache/compile'))
  if (isBuilt) require('./dist/run.js').run(script || '--help')
  else require('./src/run.ts').run(script)
} else if (isBuilt && (script === undefined || script === 'create' || script === '--help')) {
  void import('./dist/run.js').then((cli) => cli.run(script || '--help'))
} else {
  process.stderr.write(
    'This project runs on Node 24 (at least 22.18, which runs TypeScript). This is Node ' +
      process.versions.node +
      '.\nnpm installs Node 24 into the project, unless it leaves out development packages (--omit=dev, NODE_ENV=production) or their scripts (--ignore-scripts). Run: npm ci --include=dev --ignore-scripts=false\n',
  )
  process.exit(1)
}
