import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The demo's own folder in the checkout; one per process, so that two run side by side. */
export async function demoFolder(): Promise<string> {
  const folder = join(import.meta.dirname, '..', '.towpath', `demo-${process.pid}`)
  await mkdir(folder, { recursive: true })
  return folder
}

/** Where demos of this checkout live. */
export const demosFolder = join(import.meta.dirname, '..', '.towpath')
