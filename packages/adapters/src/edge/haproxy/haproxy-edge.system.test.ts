import { freePort } from '@towpath/testkit/ports.ts'
import { edgeContract } from '../contract.ts'
import { openProcessEdge } from '../testing/process-edge.ts'

edgeContract(() => openProcessEdge(freePort))
