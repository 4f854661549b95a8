/**
 * Reads `.env`, where `npm run register` puts the client secret: beside the configuration. For this
 * machine only; a deployment sets its environment itself. What is set already goes before it.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findProjectRoot } from '@gatehouse/fastify/config'

const config = resolve(findProjectRoot(), process.env['AAD_CONFIG']?.trim() || 'aad.config.json')
const file = join(dirname(config), '.env')

if (existsSync(file)) process.loadEnvFile(file)
