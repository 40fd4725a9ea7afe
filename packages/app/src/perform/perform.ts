import type { Command } from '@towpath/domain/deployment/command.ts'
import type { Performed, Performing } from '../runner/performing.ts'
import { agree, awaitHost, awaitReturn, pullOnHosts, returnHost } from '../fleet/perform-fleet.ts'
import { startHost } from '../fleet/start-host.ts'
import { awaitHealthy } from './await-healthy.ts'
import { performGates } from './evaluate-gates.ts'
import { awaitPerson, judgeTrial, watchBake } from './judge-trial.ts'
import {
  holdTraffic,
  restoreTraffic,
  shiftTraffic,
  startAccessories,
  switchTraffic,
  takeNames,
} from './move-traffic.ts'
import { prepareHost } from './prepare-host.ts'
import { pullImages } from './pull-images.ts'
import { makeBackup, runJob } from './run-job.ts'
import { runSmokeChecks } from './run-smoke-checks.ts'
import { admitCandidates, startCandidates } from './start-candidates.ts'
import { cutStreams, removeCandidates, retireOlder, stopOld } from './take-out.ts'

/** `finish` is an append alone, and the end of `await-fleet` is told by another deployment. */
export type Performable = Exclude<Command, { do: 'finish' | 'await-fleet' }>

const isFleet = ({ deployment }: Performing): boolean => deployment.plan.fleet !== undefined

/** Does one command. */
export function perform(performing: Performing, command: Performable): Promise<Performed> {
  switch (command.do) {
    case 'pull-images':
      return isFleet(performing) ? pullOnHosts(performing, command) : pullImages(performing, command)
    case 'make-backup':
      return makeBackup(performing, command)
    case 'evaluate-gates':
      return performGates(performing, command)
    case 'prepare-host':
      return prepareHost(performing, command)
    case 'run-job':
      return runJob(performing, command)
    case 'start-candidates':
      return startCandidates(performing, command)
    case 'admit-candidates':
      return admitCandidates(performing, command)
    case 'await-healthy':
      return awaitHealthy(performing, command)
    case 'run-smoke-checks':
      return runSmokeChecks(performing, command)
    case 'hold-traffic':
      return holdTraffic(performing, command)
    case 'stop-old':
      return stopOld(performing, command)
    case 'shift-traffic':
      return shiftTraffic(performing, command)
    case 'judge-trial':
      return judgeTrial(performing, command)
    case 'await-person':
      return awaitPerson(performing, command)
    case 'cut-streams':
      return cutStreams(performing, command)
    case 'switch-traffic':
      return switchTraffic(performing, command)
    case 'take-names':
      return takeNames(performing, command)
    case 'start-accessories':
      return startAccessories(performing, command)
    case 'retire-older':
      return retireOlder(performing, command)
    case 'watch-bake':
      return watchBake(performing, command)
    case 'start-host':
      return startHost(performing, command)
    case 'await-host':
      return awaitHost(performing, command)
    case 'agree':
      return agree(performing, command)
    case 'return-host':
      return returnHost(performing, command)
    case 'await-return':
      return awaitReturn(performing, command)
    case 'restore-traffic':
      return restoreTraffic(performing, command)
    case 'remove-candidates':
      return removeCandidates(performing, command)
  }
}
