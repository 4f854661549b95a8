#!/usr/bin/env node
/* eslint-disable no-var -- an old Node has to be able to read it */
/** `npm create @gatehouse my-app`. It is plain old JavaScript, so that an old Node says what it lacks in a sentence. */
'use strict'

var found = process.versions.node.split('.').map(Number)

if (found[0] > 20 || (found[0] === 20 && found[1] >= 19)) {
  void require('@gatehouse/create').create(process.argv.slice(2))
} else {
  process.stderr.write(
    'Gatehouse needs Node 20.19 or later, and npm 10. This is Node ' +
      process.versions.node +
      '.\nInstall a current one from https://nodejs.org, and run the command again.\n',
  )
  process.exitCode = 1
}
