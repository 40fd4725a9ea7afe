import { serveWorker } from '../worker-process.ts'
import { forward, type ForwardRoute } from './forward.ts'

serveWorker({ start: (route: ForwardRoute) => forward(route) })
