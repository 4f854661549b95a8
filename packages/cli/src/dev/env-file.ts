/**
 * Reads `.env` beside the configuration, in which `npm run register` writes the client secret. It is for this
 * machine only; a deployment sets its environment itself. Variables that are already set take precedence.
 */

import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findProjectRoot } from '@gatehouse/fastify/config'

const config = resolve(findProjectRoot(), process.env['AAD_CONFIG']?.trim() || 'aad.config.json')
const file = join(dirname(config), '.env')

if (existsSync(file)) process.loadEnvFile(file)
