import { spawn, type ChildProcess } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { until } from '@towpath/testkit/wait.ts'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RemoteShell, shellWord } from './remote-shell.ts'

describe('a shell that is asked over streams', () => {
  let child: ChildProcess
  let shell: RemoteShell
  beforeEach(() => {
    const started = spawn('/bin/sh', { stdio: ['pipe', 'pipe', 'ignore'] })
    child = started
    shell = new RemoteShell({ input: started.stdin, output: started.stdout })
  })
  afterEach(() => void child.kill('SIGKILL'))

  it('gives each script its own answer, in order, however many are on their way', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => shell.run(`echo ${n}; exit ${n}`)))
    expect(answers).toEqual(answers.map((_, n) => ({ exitCode: n, output: `${n}\n` })))
  })

  it('tells errors where the script failed', async () => {
    const { exitCode, output } = await shell.run('cat /does/not/exist')
    expect(exitCode).toBe(1)
    expect(output).toContain('/does/not/exist')
  })

  it('goes on after a script that reads its input, changes its folder or sets -e', async () => {
    await shell.run('cat; cd /tmp; set -e; false; echo unseen')
    expect(await shell.run('echo still here')).toEqual({ exitCode: 0, output: 'still here\n' })
  })

  it('hands over any text unharmed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async (text) => {
        fc.pre(!text.includes('\0'))
        const { output } = await shell.run(`printf %s ${shellWord(text)}`)
        expect(output).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  it('leaves out what its login said before the first answer', async () => {
    child.stdin?.write('echo Welcome; printf unfinished\n')
    const first = await shell.run(':')
    expect(first.output).toBe('Welcome\nunfinished')
    expect((await shell.run('echo clean')).output).toBe('clean\n')
  })

  it('lets nothing of an answer into what it tells of a log-in', async () => {
    await shell.run(':')
    const asked = shell.run('printf half-of-a-secret; sleep 60')
    const told = new Promise((resolve) => child.stdout?.once('data', resolve))
    await told
    expect(shell.unanswered).toBe('')
    shell.break(new Error('the link is cut'))
    await expect(asked).rejects.toThrow('the link is cut')
  })

  it('keeps no more than it may of a host that says too much', async () => {
    const overflows: string[] = []
    const input = new PassThrough()
    const output = new PassThrough()
    const told = new RemoteShell({ input, output, onOverflow: () => void overflows.push('once') })
    void told.run('cat /dev/zero').catch(() => {})
    for (let sent = 0; sent < 17; sent += 1) output.write(Buffer.alloc(1024 * 1024))
    await until(async () => overflows.length > 0, { withinMs: 5_000, what: 'the end of patience' })
    expect(overflows).toEqual(['once'])
  })

  it('that has ended tells every asker why, then and later', async () => {
    const asked = shell.run('sleep 60')
    child.kill('SIGKILL')
    shell.break(new Error('the link is cut'))
    await expect(asked).rejects.toThrow('the link is cut')
    await expect(shell.run(':')).rejects.toThrow('the link is cut')
  })

  it('is never told half a word', () => {
    expect(() => shellWord('a\0b')).toThrow(RangeError)
  })
})
