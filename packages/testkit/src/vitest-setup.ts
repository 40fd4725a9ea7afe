import { prepareMachine } from './setup.ts'

/** Before the system tests: the engines they need, installed and running, said in one line each. */
export const setup = async (): Promise<void> => {
  await prepareMachine({ say: (line) => console.log(line) })
}
