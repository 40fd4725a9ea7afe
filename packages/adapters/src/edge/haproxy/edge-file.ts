import type { SlotRole, Trial } from '@towpath/domain/edge/wanted.ts'
import { NO_RELEASE, serviceOfBackend } from './names.ts'
import { digest } from './render.ts'

/** What an edge's file says of itself and its slots. */
export interface EdgeFile {
  text: string
  /** Null where the header cannot be read: then nobody's claim is on it. */
  fence: number | null
  deployment: string | null
  /** The body is as it was written: its sha256 is the one of the header. */
  intact: boolean
  slots: FileSlot[]
  steering: FileSteering[]
}

export interface FileSlot {
  service: string
  slot: string
  role: SlotRole
  release: string | null
}

/** Of a service that has a trial, or is held. */
export interface FileSteering {
  service: string
  trial: Trial | null
  isHeld: boolean
}

/** Reads back what `renderEdge` wrote. Never throws: what cannot be read is absent, and shows as drift. */
export function parseEdgeFile(text: string): EdgeFile {
  const [header = '', ...rest] = text.split('\n\n')
  const sha256 = /^# sha256 [^:]*: ([0-9a-f]{64})$/m.exec(header)?.[1]
  return {
    text,
    fence: fenceIn(text),
    deployment: /^# deployment: (\S+)$/m.exec(text)?.[1] ?? null,
    intact: sha256 !== undefined && sha256 === digest(rest.join('\n\n')),
    slots: slotsOf(text),
    steering: steeringOf(text),
  }
}

/** The fence that an edge's file names; null where none can be read. */
export function fenceIn(text: string): number | null {
  const fence = /^# fence: (\d{1,15})$/m.exec(text)?.[1]
  return fence === undefined ? null : Number(fence)
}

const slotsOf = (text: string): FileSlot[] =>
  remarksOf(text).flatMap(({ service, remark }): FileSlot[] => {
    const found = /^slot (\S+) (\w+)(?: (\d+))? release (\S+)$/.exec(remark)
    const [, slot = '', role = '', weight, release = NO_RELEASE] = found ?? []
    const parsed = parseRole(role, Number(weight))
    if (parsed === null) return []
    return [{ service, slot, role: parsed, release: release === NO_RELEASE ? null : release }]
  })

function steeringOf(text: string): FileSteering[] {
  const steered = new Map<string, FileSteering>()
  for (const { service, remark } of remarksOf(text)) {
    const known = steered.get(service) ?? { service, trial: null, isHeld: false }
    const [, slot, perMyriad, salt] = /^trial (\S+) share (\d+) salt (\d+)$/.exec(remark) ?? []
    const trial = slot === undefined ? null : { slot, perMyriad: Number(perMyriad), salt: Number(salt) }
    if (trial !== null) steered.set(service, { ...known, trial })
    if (remark === 'held') steered.set(service, { ...known, isHeld: true })
  }
  return [...steered.values()]
}

/** What the file says of a service beside what HAProxy reads. */
function remarksOf(text: string): { service: string; remark: string }[] {
  let service: string | null = null
  return text.split('\n').flatMap((line) => {
    const section = /^(?:backend|frontend) (\S+)$/.exec(line)?.[1]
    if (section !== undefined) service = serviceOfBackend(section)
    const remark = /^ {2}# (.+)$/.exec(line)?.[1]
    return service === null || remark === undefined ? [] : [{ service, remark }]
  })
}

const parseRole = (role: string, weight: number): SlotRole | null => {
  if (role === 'live') return Number.isInteger(weight) ? { role, weight } : null
  return role === 'candidate' || role === 'backup' || role === 'draining' || role === 'off' ? { role } : null
}
