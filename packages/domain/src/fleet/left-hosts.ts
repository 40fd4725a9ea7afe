import type { FleetHost } from './fleet-plan.ts'

/** Hosts of now that are not among the next ones, by the address of their engine: a name alone may move on. */
export const hostsLeft = (now: readonly FleetHost[], next: readonly FleetHost[]): FleetHost[] =>
  now.filter((host) => !next.some(({ docker }) => docker === host.docker))

/** For a person on such a host: takes away every container of the environment there, and no volume. */
export const takeAwayCommand = (facts: { installation: string; environment: string }): string =>
  `docker rm -f $(docker ps -aq --filter label=towpath.installation=${facts.installation} --filter label=towpath.environment=${facts.environment})`

/** What nobody looks after once an environment has other hosts, and how it is taken away. */
export const leftSentence = (
  { name, docker }: FleetHost,
  facts: { installation: string; environment: string },
): string =>
  `${name === '' ? '' : `${name}, `}${docker} is left as it is: nothing looks after what runs there. To take it away, there: ${takeAwayCommand(facts)}`
