/** The process: `node bff/dist/server.js`, and in development `node bff/src/server.ts`. */
import { join } from 'node:path'
import { run } from '@gatehouse/fastify/server'
import { buildApp } from './app.ts'

void run(buildApp, join(import.meta.dirname, '../..'))
