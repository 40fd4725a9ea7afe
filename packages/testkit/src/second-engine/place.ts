import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdMachineName } from '../machine-lock.ts'

/** Where a second engine lives on this machine: everything it makes carries this name or lies in this folder. */
export interface EnginePlace {
  /** Also of its network namespace. */
  name: string
  folder: string
  /** The two ends of the wire between this machine and the namespace, without their prefix length of 30. */
  machineAddress: string
  engineAddress: string
  /** What its networks are cut from, and its own default bridge: nothing that this machine's engine would choose. */
  pool: string
  bridge: string
  /** Name of the wire's end on this machine. */
  link: string
}

const placesMax = 8
const firstSubnet = 211

/** Takes a free place of this machine, held until it is released or this process ends. */
export async function takePlace(): Promise<{ place: EnginePlace; release: () => Promise<void> }> {
  for (let number = 0; number < placesMax; number += 1) {
    const release = await holdMachineName(`engine-${number}`)
    if (release !== null) return { place: placeOf(number), release }
  }
  throw new Error(`all ${placesMax} places for a second engine are taken on this machine`)
}

function placeOf(number: number): EnginePlace {
  const name = `towpath-engine-${number}`
  const subnet = `10.${firstSubnet + number}`
  return {
    name,
    folder: join(tmpdir(), 'towpath', name),
    machineAddress: `${subnet}.255.1`,
    engineAddress: `${subnet}.255.2`,
    pool: `${subnet}.0.0/17`,
    bridge: `${subnet}.254.1/24`,
    link: `towpath${number}`,
  }
}
