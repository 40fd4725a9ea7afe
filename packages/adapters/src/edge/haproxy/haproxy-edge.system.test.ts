import { edgeContract } from '../contract.ts'
import { openProcessEdge } from '../testing/process-edge.ts'

edgeContract(openProcessEdge)
