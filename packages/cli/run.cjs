#!/usr/bin/env node
/**
 * Runs a script of package.json: `node packages/cli/run.cjs dev` in the repository, `gatehouse-cli dev` in an app. It is
 * plain old JavaScript, so that a Node that cannot run TypeScript says so in a sentence. Without a name, it only checks
 * that, and that the development packages are installed.
 */
/* eslint-disable no-var -- an old Node has to be able to read it */
'use strict'

var path = require('path')
var script = process.argv[2]
var isBuilt = require('fs').existsSync(path.join(__dirname, 'dist/run.js'))
/** The project's own, in both. */
var modules = path.join(__dirname, isBuilt ? '../..' : '../../node_modules')
/** They run no TypeScript, and on every Node that can require an ES module. */
var makesApp = isBuilt && (script === undefined || script === 'create' || script === '--help')

if (process.features && process.features.typescript) {
  // A script starts in two thirds of the time. Where nothing can be written, it does without.
  require('node:module').enableCompileCache(path.join(modules, '.cache/compile'))
  start()
} else if (makesApp && process.features.require_module) {
  start()
} else {
  process.stderr.write(
    'This project runs on Node 24 (at least 22.18, which runs TypeScript). This is Node ' +
      process.versions.node +
      '.\nnpm installs Node 24 into the project, unless it leaves out development packages (--omit=dev, NODE_ENV=production) or their scripts (--ignore-scripts). Run: npm ci --include=dev --ignore-scripts=false\n',
  )
  process.exit(1)
}

function start() {
  if (isBuilt) require('./dist/run.js').run(script || '--help')
  else require('./src/run.ts').run(script)
}
