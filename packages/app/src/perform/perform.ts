import type { Command } from '@towpath/domain/deployment/command.ts'
import type { Performed, Performing } from '../runner/performing.ts'
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

/** Does one command. `finish` is an append alone and never comes here. */
export function perform(
  performing: Performing,
  command: Exclude<Command, { do: 'finish' }>,
): Promise<Performed> {
  switch (command.do) {
    case 'pull-images':
      return pullImages(performing, command)
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
    case 'restore-traffic':
      return restoreTraffic(performing, command)
    case 'remove-candidates':
      return removeCandidates(performing, command)
  }
}
