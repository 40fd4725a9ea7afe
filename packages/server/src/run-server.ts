import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { ErrorKind } from '@towpath/domain/error/towpath-error.ts'
import type { StepWatcher } from '@towpath/app/installation.ts'
import { parseServerOptions, serverHelp } from './server-options.ts'
import { startServer } from './start-server.ts'
import type { RunningServer } from './start-server.ts'

/** The same numbers as the command line's. */
const exitCodeOf: Partial<Record<ErrorKind, number>> = {
  usage: 2,
  blocked: 3,
  forbidden: 5,
  unreachable: 6,
  locked: 7,
}

/** Runs a server until a signal ends it, and the process with it. Its first line on stdout is where it listens, as JSON. */
export async function runServer(
  args: readonly string[],
  { watchStep }: { watchStep?: StepWatcher } = {},
): Promise<void> {
  const json = args.includes('--json')
  try {
    const options = parseServerOptions(args, { env: process.env, folder: process.cwd() })
    if (options === null) {
      process.stdout.write(
        json ? `${JSON.stringify({ ok: true, help: serverHelp, next: [] })}\n` : serverHelp,
      )
      return
    }
    const server = await startServer(
      { ...options, ...(watchStep === undefined ? {} : { watchStep }) },
      // Whoever lost the lock may not act any more, not even to tidy up.
      { write: (line) => process.stderr.write(line), onLost: () => process.exit(1) },
    )
    endOnSignals(server)
    const { url, pid, installation } = server
    process.stdout.write(`${JSON.stringify({ url, pid, installation, stateDir: options.stateDir })}\n`)
    if (process.stdout.isTTY) process.stdout.write(nextFor(options.stateDir))
  } catch (thrown) {
    tellFailure(thrown, { json })
  }
}

/** For the person who started it by hand. */
const nextFor = (stateDir: string): string =>
  `\nReady. In another terminal:\n  $ export TOWPATH_STATE=${stateDir}\n  $ towpath status\nCtrl-C stops it; what is live goes on serving.\n`

/** The first signal ends it in order, the second at once. */
function endOnSignals(server: RunningServer): void {
  let isEnding = false
  const end = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(1)
    isEnding = true
    server.log.info({ signal }, 'server stopping')
    server.stop().then(
      () => process.exit(0),
      (thrown: unknown) => {
        server.log.error({ error: messageOf(thrown) }, 'server did not stop in order')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.on('unhandledRejection', (thrown) => {
    server.log.error({ error: thrown instanceof Error ? thrown.stack : String(thrown) }, 'unexpected fault')
    process.exit(1)
  })
}

/** On stderr as the log is written; with `json` on stdout too, as the one document that a command answers with. */
function tellFailure(thrown: unknown, { json }: { json: boolean }): void {
  const known = thrown instanceof TowpathError ? thrown : null
  const { code = 'INTERNAL', hint = 'Nothing is running. Start it again.', detail = {} } = known ?? {}
  const docs = `docs/errors.md#${code.toLowerCase()}`
  const document = { ok: false, error: { code, title: messageOf(thrown), detail, hint, docs }, next: [] }
  if (json) process.stdout.write(`${JSON.stringify(document)}\n`)
  const error = { code, message: messageOf(thrown), hint }
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level: 'error', ...error })}\n`)
  process.exit(known === null ? 1 : (exitCodeOf[known.kind] ?? 1))
}
