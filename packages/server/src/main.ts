import { setFlagsFromString } from 'node:v8'
import { runServer } from './run-server.ts'

/**
 * How far the heap may outgrow what is alive before it is collected, in percent. V8 itself allows up to four times as
 * much: after a busy hour the server then held 285 MB where 35 were in use. This one collects a little more often.
 */
const heapGrowthPercent = 50

setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`)
await runServer(process.argv.slice(2))
