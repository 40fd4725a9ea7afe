import { runCommandLine } from './run.ts'

/** A reader that went away (`| head`) is no mistake: there is nobody left to tell anything. */
const endQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  throw error
}
process.stdout.on('error', endQuietly)
process.stderr.on('error', endQuietly)

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => new Date(),
  onInterrupt: (act) => {
    process.on('SIGINT', act)
    return () => process.off('SIGINT', act)
  },
})
