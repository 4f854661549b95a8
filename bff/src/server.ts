/** The process: `node bff/src/server.ts`. */
import { join } from 'node:path'
import { serve } from '@gatehouse/fastify/server'
import { buildApp } from './app.ts'

await serve(buildApp, join(import.meta.dirname, '../..'))
