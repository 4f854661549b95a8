/** The stub Graph in a process of its own, to be killed. */
import { serveMeasured } from './measured-process.ts'
import { startStubGraph } from './stub-graph.ts'

const { url } = await startStubGraph(20, Number(process.env['STUB_PORT'] ?? 0))
serveMeasured(Number(new URL(url).port))
