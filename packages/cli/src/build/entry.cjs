/* eslint-disable no-var -- an old Node has to be able to read it */
/**
 * Becomes `bff/dist/server.js`. It is plain old JavaScript, so that an old Node says what it lacks in a sentence.
 */
'use strict'

var found = process.versions.node.split('.').map(Number)
var oldest = [22, 18]

if (found[0] > oldest[0] || (found[0] === oldest[0] && found[1] >= oldest[1])) {
  useCompileCache(require('path').join(__dirname, 'compile-cache'))
  require('./main.cjs')
} else {
  process.stderr.write(
    'This server runs on Node ' +
      oldest.join('.') +
      ' or later. This is Node ' +
      process.versions.node +
      '.\n',
  )
  process.exitCode = 1
}

/** `npm run build` filled it. Another version of Node reads nothing from it. */
function useCompileCache(directory) {
  var compiler = require('module')
  try {
    // The build may be copied to another folder.
    compiler.enableCompileCache({ directory: directory, portable: true })
  } catch {
    // Before Node 24.12, it takes the folder alone.
    compiler.enableCompileCache(directory)
  }
}
