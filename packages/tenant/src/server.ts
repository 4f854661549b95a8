#!/usr/bin/env node
/** Runs the local tenant as a process: `npx @gatehouse/tenant`, or `npm run tenant` in the repository. */

import { runProgram } from './program/run.ts'

process.exitCode = await runProgram(process.argv.slice(2), process.env)
