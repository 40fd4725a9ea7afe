import { existsSync } from 'node:fs'
import { prepareMachine } from './setup.ts'

/** Before the system tests: the engines they need, installed and running, said in one line each. */
export const setup = async (): Promise<void> => {
  // Where we may not install it, the tests that need it say so and are skipped.
  const withCompose = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  const withHost = withCompose && process.env['TOWPATH_ALL'] === '1'
  await prepareMachine({ withCompose, withHost, say: (line) => console.log(line) })
}
