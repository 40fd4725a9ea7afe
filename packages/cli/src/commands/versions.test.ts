import { describe, expect, test } from 'vitest'
import { runCommandLine } from '../run.ts'
import { capturedShell } from '../terminal/captured-shell.ts'

const run = async (argv: string[], input: string) => {
  const shell = capturedShell({ argv: ['versions', 'compare', ...argv], input })
  return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
}

describe('versions compare', () => {
  test('answers each line, and nothing else stands on stdout', async () => {
    expect(await run(['deb'], '1.0 1.0-1\n1:1 2\r\n1.0\t1.0\n')).toEqual({
      exit: 0,
      out: '<\n>\n=\n',
      err: '',
    })
  })

  test('a line that cannot be read keeps its place, is told with its number, and ends with 2', async () => {
    const { exit, out, err } = await run(['semver'], '1.0.0 1.0.1\n1 2.0.0\n\n2.0.0 1.0.0')
    expect(out).toBe('<\n?\n?\n>\n')
    expect(err).toContain('2 of 4 lines could not be read')
    expect(err).toContain('line 2: 1 is no semver version')
    expect(err).toContain('line 3: holds 0 words')
    expect(exit).toBe(2)
  })

  test('the only unreadable line is told in the title', async () => {
    expect((await run(['rpm'], 'x')).err).toContain('line 1: holds 1 word, not two versions.')
  })

  test('one document under --json, also when lines could not be read', async () => {
    const { out, exit } = await run(['pep440', '--json'], '1.0 1.0.0\nx 1\n')
    expect(JSON.parse(out)).toMatchObject({ ok: false, kind: 'pep440', results: ['=', '?'] })
    expect(exit).toBe(2)
  })

  test('a line without end costs no memory and is told', async () => {
    const { out, err } = await run(['apk'], `1 2\n${'1'.repeat(3_000_000)}\n2 1\n`)
    expect(out).toBe('<\n?\n>\n')
    expect(err).toContain('line 2: the line is longer than')
  })

  test('many lines come out whole and in order', async () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `${at}.0.0 5000.0.0`)
    const { out } = await run(['semver'], lines.join('\n'))
    expect(out).toBe(`${'<\n'.repeat(5000)}=\n${'>\n'.repeat(4999)}`)
  })

  test('an unknown kind is named, with the ones there are', async () => {
    const { exit, err } = await run(['maven'], '1 2\n')
    expect(exit).toBe(2)
    expect(err).toContain('deb, apk, rpm, semver, pep440')
  })
})
