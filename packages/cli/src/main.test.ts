import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'

const main = join(import.meta.dirname, 'main.ts')

const start = (...args: string[]) =>
  spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 15_000 })

const ended = (child: ReturnType<typeof start>): Promise<number | null> =>
  new Promise((resolve) => child.once('close', resolve))

describe('the program', () => {
  test('does not complain when its reader goes away', async () => {
    const child = start('help', 'deploy')
    child.stdout.destroy()
    const [exit, said] = await Promise.all([ended(child), text(child.stderr)])
    expect(said).toBe('')
    expect(exit).toBe(0)
  })

  test('prints its help to stdout and needs no server for it', async () => {
    const child = start()
    const [exit, out] = await Promise.all([ended(child), text(child.stdout)])
    expect(out).toContain('Every day')
    expect(exit).toBe(0)
  })

  test('completes commands and options for a shell', async () => {
    const child = start('complete', '--', 'deploy', '1.0.0', '--d')
    const [exit, out] = await Promise.all([ended(child), text(child.stdout)])
    expect(out).toContain('--dry-run')
    expect(exit).toBe(0)
  })
})
